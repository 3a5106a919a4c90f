"""Conversion: labels and outputs of a log into ratings and judgements of a rubric."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from judge.errors import LogError
from judge.logs.values import number_of
from judge.scales import NOT_APPLICABLE, Level
from judge.scores import Abstention, Judgement, Rating, Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from judge.logs.entry import Label, Output, Raw
    from judge.rubric.schema import Criterion, Rubric
    from judge.scales import Score

SKIPPED: Final = "skipped"
"""The word of a ``--label-map`` for a label that says the rater gave none."""

UNPARSED: Final = "unparsed"
"""The word of a ``--label-map`` for an output that could not be read where it came from."""


def to_ratings(
    labels: Iterable[Label],
    record_id: str,
    rubric: Rubric,
    criterion: str | None = None,
    label_map: Mapping[str, str] | None = None,
    *,
    names: Mapping[str, str] | None = None,
) -> list[Rating]:
    """The labels of one record as ratings on a rubric.

    Labels that name a criterion are taken where it is the one asked for, and left out where it is another one.

    Args:
        labels: The labels.
        record_id: The record they are of.
        rubric: The rubric whose question they answer.
        criterion: Which of its criteria; None where it has one, or where the labels name theirs.
        label_map: Word of the log -> value of the scale; or ``skipped``, or ``not_applicable`` where that is allowed.
        names: Criterion as the log calls it -> criterion of the rubric.

    Raises:
        LogError: A label is not on the scale, or it is not clear which criterion a label answers.
    """
    ratings = []
    for label in labels:
        chosen = _criterion(rubric, criterion, label.criterion, names or {})
        if chosen is None:
            continue
        score, abstention = _read(label.value, chosen, label_map or {}, Reason.SKIPPED)
        ratings.append(
            Rating(
                record_id=record_id,
                rubric=rubric.name,
                criterion=chosen.name,
                annotator=label.rater,
                score=score,
                abstention=abstention,
                evidence=label.evidence,
                note=label.note,
                gold=label.gold,
                time=label.time,
            )
        )
    return ratings


def to_judgements(
    outputs: Iterable[Output],
    record_id: str,
    rubric: Rubric,
    criterion: str | None = None,
    label_map: Mapping[str, str] | None = None,
    *,
    names: Mapping[str, str] | None = None,
) -> list[tuple[str, Judgement]]:
    """The outputs of one record as judgements on a rubric, each with the name of its judge.

    Args:
        outputs: The outputs; what could not be read where they come from becomes an abstention.
        record_id: The record they are of.
        rubric: The rubric whose question they answer.
        criterion: As for `to_ratings`.
        label_map: As for `to_ratings`, with ``unparsed`` instead of ``skipped``.
        names: As for `to_ratings`.

    Raises:
        LogError: As for `to_ratings`.
    """
    judgements = []
    for output in outputs:
        chosen = _criterion(rubric, criterion, output.criterion, names or {})
        if chosen is None:
            continue
        score, abstention = _read(output.value, chosen, label_map or {}, Reason.UNPARSED)
        probabilities = {str(score): output.probability} if score is not None and output.probability is not None else {}
        judgement = Judgement(
            record_id=record_id,
            rubric=rubric.name,
            criterion=chosen.name,
            score=score,
            abstention=abstention,
            probabilities=probabilities,
            rationale=output.reason,
        )
        judgements.append((output.name, judgement))
    return judgements


def other_criteria(marks: Iterable[Label | Output], rubric: Rubric, criterion: str | None = None) -> list[str]:
    """The criteria named by those labels or outputs that `to_ratings` and `to_judgements` leave out, one a mark."""
    return [mark.criterion or "" for mark in marks if _criterion(rubric, criterion, mark.criterion, {}) is None]


def _criterion(rubric: Rubric, asked: str | None, said: str | None, names: Mapping[str, str]) -> Criterion | None:
    """The criterion that a mark answers, or None where that is not the one asked for."""
    known = {criterion.name: criterion for criterion in rubric.criteria}
    if asked is not None and asked not in known:
        raise LogError(f"the rubric {rubric.name} has no criterion {asked!r}", hint=f"it has: {', '.join(known)}")
    wanted = asked or (rubric.criteria[0].name if len(known) == 1 else None)
    if said is None:
        if wanted is None:
            first = rubric.criteria[0].name
            message = f"the rubric {rubric.name} has several criteria, and the log does not say which its labels answer"
            raise LogError(message, hint=f"write --rubric {rubric.name}:{first}; it has: {', '.join(known)}")
        return known[wanted]
    meant = names.get(said, said)
    meant = next((name for name in known if name.casefold() == meant.casefold()), meant)
    if meant == rubric.name and wanted is not None and len(known) == 1:  # a score called after the whole rubric
        meant = wanted
    return known.get(meant) if wanted is None or meant == wanted else None


def _read(
    value: Raw, criterion: Criterion, label_map: Mapping[str, str], missing: Reason
) -> tuple[Score | None, Abstention | None]:
    word = _word(value)
    mapped = label_map.get(word, word)
    score = None if value is None else criterion.scale.read(mapped)
    number = number_of(mapped)
    if score is None and number is not None:
        score = criterion.scale.read(number)
    if score is not None:
        return score, None
    if mapped == NOT_APPLICABLE and criterion.not_applicable:
        return None, Abstention(Reason.NOT_APPLICABLE)
    if value is None or mapped in {SKIPPED, UNPARSED, ""}:
        return None, Abstention(missing, detail=word)
    raise _off_scale(word, mapped, criterion, missing)


def _word(value: Raw) -> str:
    """How a raw label is written in a ``--label-map``: ``true`` and ``false`` in small letters, ``4`` for 4.0."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _off_scale(word: str, mapped: str, criterion: Criterion, missing: Reason) -> LogError:
    scale = criterion.scale
    if scale.level is Level.INTERVAL:
        allowed = f"numbers from {scale.low:g} to {scale.high:g}" + (
            f" in steps of {scale.step:g}" if scale.step else ""
        )
        example = f"{scale.low:g}"
    else:
        allowed, example = ", ".join(scale.names), scale.names[0]
    none = SKIPPED if missing is Reason.SKIPPED else UNPARSED
    via = f" (by --label-map {word}={mapped})" if mapped != word else ""
    return LogError(
        f"the label {mapped!r}{via} is not on the scale of {criterion.name!r}; allowed: {allowed}",
        hint=f"say what it means: --label-map {word}={example}, or --label-map {word}={none} where it is no score",
    )
