"""Labels: what is to be made of what people and judges said in a log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from judge.errors import UsageError
from judge.rubric.load import load_rubric

if TYPE_CHECKING:
    from collections.abc import Mapping

    from judge.rubric.schema import Rubric


@dataclass(frozen=True, slots=True)
class Labels:
    """What is to be made of the labels in a log.

    Attributes:
        rubric: The rubric they answer.
        criterion: The criterion they answer; None where the rubric has one only, or the log itself says.
        words: Label in the log -> value of the scale, where they differ.
        ratings: Take what people said.
        judgements: Take what judges elsewhere said.
    """

    rubric: Rubric
    criterion: str | None
    words: Mapping[str, str]
    ratings: bool
    judgements: bool

    @classmethod
    def parse(cls, rubric: str | None, words: Mapping[str, str], *, ratings: bool, judgements: bool) -> Labels:
        """From what the command line says.

        Raises:
            UsageError: Labels are wanted but no rubric is named, or the other way round.
        """
        if not (ratings or judgements):
            raise UsageError("--rubric and --label-map say what labels mean: add --ratings or --judgements")
        if rubric is None:
            raise UsageError("which rubric do the labels answer?", where="--rubric", hint="--rubric hallucination")
        # A path may hold a colon itself, so a criterion is looked for after the last one only where it can be a name.
        name, _, criterion = rubric.rpartition(":")
        if not name or not criterion.isidentifier():
            name, criterion = rubric, ""
        loaded = load_rubric(name)
        known = [each.name for each in loaded.criteria]
        if criterion and criterion not in known:
            raise UsageError(
                f"{name} has no criterion {criterion!r}", where="--rubric", hint=f"it has {', '.join(known)}"
            )
        return cls(loaded, criterion or None, words, ratings, judgements)
