"""Rewordings: the same rubric in another order or other words, which should not change a score."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from judge.errors import UsageError
from judge.scales import Level

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from judge.rubric.schema import Rubric

_SWAPS: Final = (
    ("does not", "doesn't"),
    ("do not", "don't"),
    ("is not", "isn't"),
    ("are not", "aren't"),
    ("cannot", "can not"),
    ("For example", "For instance"),
    ("at least one", "one or more"),
    ("whole", "entire"),
    ("must have", "needs to have"),
    ("because", "since"),
    ("such as", "like"),
    ("everyone", "everybody"),
    ("another", "a different"),
    ("begins", "starts"),
    ("Ignore", "Leave aside"),
    ("Judge only", "Rate only"),
)
"""Pairs that mean the same in guidance; each is turned the way it is not written."""


def swapped_values(rubric: Rubric) -> Rubric | None:
    """The rubric with the values of each unordered scale in reverse; None where every scale has an order."""
    changed = False
    criteria = []
    for criterion in rubric.criteria:
        form = criterion.scale_form
        if form.kind in {Level.BINARY, Level.NOMINAL}:
            # Pydantic compares mappings without their order, so a copy is made by hand.
            turned = dict(reversed(form.values.items()))
            criteria.append(criterion.model_copy(update={"scale_form": form.model_copy(update={"values": turned})}))
            changed = True
        else:
            criteria.append(criterion)
    return rubric.model_copy(update={"criteria": tuple(criteria)}) if changed else None


def reworded(rubric: Rubric) -> Rubric | None:
    """The rubric with set phrases of its guidance in other words; None where it has none of them."""
    return _guided(rubric, _swap)


def reformatted(rubric: Rubric) -> Rubric | None:
    """The rubric with its guidance as numbered lines instead of bullets or paragraphs; None where nothing changes.

    Sclar et al. (2024), Quantifying Language Models' Sensitivity to Spurious Features in Prompt Design, ICLR.
    """
    return _guided(rubric, _number)


def _guided(rubric: Rubric, change: Callable[[str], str]) -> Rubric | None:
    criteria = [each.model_copy(update={"guidance": change(each.guidance)}) for each in rubric.criteria]
    changed = rubric.model_copy(update={"guidance": change(rubric.guidance), "criteria": tuple(criteria)})
    return changed if changed.hash != rubric.hash else None


def _swap(text: str) -> str:
    for one, other in _SWAPS:
        if re.search(rf"\b{re.escape(one)}\b", text):
            text = re.sub(rf"\b{re.escape(one)}\b", other, text)
    return text


def _number(text: str) -> str:
    if not text.strip():
        return text
    blocks = [re.sub(r"\s*\n\s*", " ", block) for block in re.split(r"\n\s*\n|\n\s*(?=[-*] )", text.strip())]
    pieces = [re.sub(r"^[-*]\s+", "", block).strip() for block in blocks]
    return "\n".join(f"{place}. {piece}" for place, piece in enumerate(filter(None, pieces), start=1))


def check_paraphrase(rubric: Rubric, other: Rubric) -> Rubric:
    """A paraphrase of the user's own, under the name of the rubric it rewords.

    Raises:
        UsageError: It asks other criteria, reads other fields, or has other scales, so that scores cannot be compared.
    """
    if _form(rubric) != _form(other):
        raise UsageError(
            f"{other.name} is no paraphrase of {rubric.name}: criteria, values and fields must be the same",
            where="--paraphrase",
            hint="copy the rubric file and change only title, guidance, questions and what values mean",
        )
    return other.model_copy(update={"name": rubric.name})


def _form(rubric: Rubric) -> Sequence[Any]:
    scales = [
        (each.name, each.scale.level, each.scale.names, each.scale.low, each.scale.high) for each in rubric.criteria
    ]
    return (tuple(sorted(rubric.reads)), tuple(scales))
