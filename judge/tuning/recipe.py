"""Recipes: how a rubric is changed from mistakes, so that the same way can be tried on one part and used on another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from judge.tuning.examples import choose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from judge.rubric.schema import Rubric
    from judge.tuning.answers import Answers
    from judge.tuning.items import Item


@dataclass(frozen=True, slots=True)
class Recipe:
    """One way to change a rubric.

    Attributes:
        name: How reports call it.
        wrong: Examples of mistakes.
        right: Examples of what the judge has right.
        guidance: Whether a paragraph of guidance is added.
    """

    name: str
    wrong: int = 0
    right: int = 0
    guidance: bool = False


EXAMPLES: Final = (
    Recipe("2 mistakes as examples", wrong=2),
    Recipe("4 mistakes as examples", wrong=4),
    Recipe("3 mistakes and 3 others as examples", wrong=3, right=3),
)
GUIDANCE: Final = (
    Recipe("guidance", guidance=True),
    Recipe("guidance, 2 mistakes and 2 others as examples", wrong=2, right=2, guidance=True),
)
"""From the least change to the greatest: of two that gain as much, the first is taken."""


def changed(
    rubric: Rubric, recipe: Recipe, items: Sequence[Item], answers: Answers, *, guidance: str = ""
) -> Rubric | None:
    """The rubric by a recipe, its version raised; None where the items give nothing to change it with.

    Examples that the rubric had stay, and the new ones come after them.

    Args:
        rubric: The rubric.
        recipe: The recipe.
        items: Rated items to choose examples from.
        answers: What the judge said of them.
        guidance: The paragraph, where the recipe has one.
    """
    added = choose(rubric, items, answers, wrong=recipe.wrong, right=recipe.right) if recipe.wrong else ()
    if (recipe.wrong and not added) or (recipe.guidance and not guidance):
        return None
    words = "\n\n".join(part for part in (rubric.guidance.strip(), guidance) if part)
    return rubric.model_copy(
        update={
            "version": rubric.version + 1,
            "guidance": words if recipe.guidance else rubric.guidance,
            "examples": (*rubric.examples, *added),
        }
    )
