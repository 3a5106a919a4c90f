"""The alternative annotator test: whether the judge stands for the others at least as well as an annotator does."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from judge.errors import UsageError
from judge.stats.alpha import distances, numbers_of
from judge.stats.intervals import Estimate, Refused
from judge.stats.multiplicity import adjusted
from judge.stats.ratings import Ratings, side_by_side

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

METHOD = "alternative annotator test"

ITEMS_FOR_T = 30
"""Items an annotator must share for the t-test; with fewer the signed-rank test is used."""

LEAST_ITEMS = 10
"""Items below which an annotator is left out: the signed-rank test then has little to rank."""

PASS = 0.5
"""The winning rate at which the judge passes."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The judge against one annotator, with the others as the yardstick.

    Attributes:
        annotator: Column of the annotator.
        items: Items both scored that at least one other annotator rated.
        judge_ahead: Share of items on which the judge is as near the others as this annotator, or nearer: ρ_f.
        annotator_ahead: The same for the annotator: ρ_h.
        p: p-value of the hypothesis that the annotator is better by ε or more; None where left out.
        test: ``"t"``, ``"signed-rank"``, or ``"left out"`` with too few items.
        won: Whether the hypothesis is rejected at the false discovery rate.
    """

    annotator: int
    items: int
    judge_ahead: float
    annotator_ahead: float
    p: float | None
    test: Literal["t", "signed-rank", "left out"]
    won: bool


@dataclass(frozen=True, slots=True)
class AlternativeTest:
    """Outcome of the test, which must not be read without the true positive and true negative rates it carries.

    Attributes:
        winning_rate: ω: share of tested annotators the judge wins against.
        advantage: ρ: mean probability that the judge is as good as an annotator or better.
        passed: ω ≥ .5.
        epsilon: What a person's rating costs more than a judge's, as a share of items.
        tpr: The judge's true positive rate.
        tnr: The judge's true negative rate.
        comparisons: One an annotator.
    """

    winning_rate: float
    advantage: float
    passed: bool
    epsilon: float
    tpr: Estimate
    tnr: Estimate
    comparisons: tuple[Comparison, ...]


def alternative(
    judge: ArrayLike,
    humans: ArrayLike,
    *,
    tpr: Estimate | Refused,
    tnr: Estimate | Refused,
    epsilon: float,
    alignment: Literal["equal", "rmse"] = "equal",
    false_discovery: float = 0.05,
    least_annotators: int = 3,
    values: Sequence[Any] | NDArray[Any] | None = None,
) -> AlternativeTest | Refused:
    """The alternative annotator test.

    Calderon, Reichart and Dror (2025), ACL, pp. 16051-16081, section 3. Each annotator j is left out in turn. On each
    item, W_f = 1 where the judge is at least as near the remaining annotators as j is, W_h = 1 where j is at least as
    near them as the judge. d = W_h - W_f; H0: mean d ≥ ε is tested against mean d < ε by a one-sided t-test, below 30
    items by Wilcoxon's signed-rank test. Benjamini and Yekutieli (2001), Annals of Statistics 29: 1165-1188, theorem
    1.3, control the false discovery rate over annotators. ω is the share of rejections, the judge passes at ω ≥ .5, and
    ρ is the mean of the W_f. Suggested ε: .2 for experts, .15 for skilled annotators, .1 for crowd workers.

    The test rewards siding with the majority value: at 10 % prevalence a judge that always says "no" passes it 83 to
    100 % of the time. Hence the true positive and negative rates are not optional.

    Args:
        judge: The judge's values, shape (units,); missing where it abstained.
        humans: The annotators' values, shape (units, annotators); missing where NaN, None or empty.
        tpr: True positive rate of this judge against people.
        tnr: True negative rate likewise.
        epsilon: Cost-benefit margin, 0 to below 1.
        alignment: ``"equal"``, share of others with the same value, or ``"rmse"``, nearness of numbers.
        false_discovery: Rate at which false wins are controlled.
        least_annotators: Annotators needed; the authors advise three, and with two there is no consensus to be near.
        values: The values in order; numbers for ``"rmse"``.

    Returns:
        The outcome; refused without both rates, with too few annotators, or where none of them shares ten items.

    Raises:
        UsageError: Arrays that do not fit one another, an impossible margin, or names where numbers are needed.
    """
    if not 0 <= epsilon < 1 or not 0 < false_discovery < 1:
        raise UsageError(
            f"epsilon lies in [0, 1) and the false discovery rate in (0, 1), found {epsilon} and {false_discovery}"
        )
    if isinstance(tpr, Refused):
        return _unread("true positive", tpr)
    if isinstance(tnr, Refused):
        return _unread("true negative", tnr)
    table = side_by_side(judge, humans, values)
    usable = table.select((table.codes[:, 0] >= 0) & ((table.codes[:, 1:] >= 0).sum(axis=1) > 1))
    annotators = int((usable.codes[:, 1:] >= 0).any(axis=0).sum())
    if annotators < least_annotators:
        return Refused(
            f"{annotators} annotators share judged items, which is no group to stand for",
            f"have {least_annotators} or more people rate the same judged items",
            METHOD,
        )
    compared = [_compare(column, usable, alignment, epsilon) for column in range(1, usable.codes.shape[1])]
    tested = [c for c in compared if c.p is not None]
    if not tested:
        most = max(c.items for c in compared)
        return Refused(
            f"too few units: no annotator shares {LEAST_ITEMS} items with the judge and others, the most is {most}",
            f"have {least_annotators} people rate {ITEMS_FOR_T} or more of the same judged items",
            METHOD,
            more=ITEMS_FOR_T - most,
        )
    wins = adjusted(np.array([c.p for c in tested]), "by") <= false_discovery
    winners = {c.annotator for c, win in zip(tested, wins, strict=True) if win}
    return AlternativeTest(
        winning_rate=len(winners) / len(tested),
        advantage=float(np.mean([c.judge_ahead for c in tested])),
        passed=len(winners) / len(tested) >= PASS,
        epsilon=epsilon,
        tpr=tpr,
        tnr=tnr,
        comparisons=tuple(replace(c, won=c.annotator in winners) for c in compared),
    )


def _unread(which: str, rate: Refused) -> Refused:
    return Refused(
        f"there is no {which} rate to read it with ({rate.reason}), and a judge that always gives the commonest value"
        " passes this test",
        rate.needed,
        METHOD,
        rate.more,
    )


def _compare(column: int, table: Ratings, alignment: str, epsilon: float) -> Comparison:
    shared = table.codes[:, column] >= 0
    codes = table.codes[shared]
    own, judge = codes[:, column], codes[:, 0]
    others = Ratings(np.delete(codes, [0, column], axis=1), table.values)
    ours, theirs = _aligned(judge, others, alignment), _aligned(own, others, alignment)
    ahead, behind = ours >= theirs, theirs >= ours
    items = int(shared.sum())
    test: Literal["t", "signed-rank", "left out"] = "left out"
    p = None
    if items >= LEAST_ITEMS:
        test = "t" if items >= ITEMS_FOR_T else "signed-rank"
        p = (_t_test if test == "t" else _signed_rank)(behind.astype(np.float64) - ahead - epsilon)
    return Comparison(
        annotator=column - 1,
        items=items,
        judge_ahead=float(ahead.mean()) if items else 0.0,
        annotator_ahead=float(behind.mean()) if items else 0.0,
        p=p,
        test=test,
        won=False,
    )


def _aligned(codes: NDArray[np.intp], others: Ratings, alignment: str) -> Floats:
    """How near each unit's value is to the other annotators' values of it, shape (units,)."""
    counts = others.counts
    if alignment == "equal":
        return np.asarray(counts[np.arange(codes.size), codes] / counts.sum(axis=1))
    squared = distances("interval", numbers_of(others, "interval"), counts.sum(axis=0))
    # Rounded, so that equal distances reached by different sums stay ties.
    return np.asarray(-np.round((counts * squared[codes]).sum(axis=1) / counts.sum(axis=1), 12))


def _t_test(excess: Floats) -> float:
    """One-sided p-value of mean ≥ 0 against mean < 0."""
    from scipy.special import stdtr  # noqa: PLC0415 - keeps this module light until a test is asked for

    error = float(excess.std(ddof=1)) / math.sqrt(excess.size)
    mean = float(excess.mean())
    if error == 0:
        return 0.0 if mean < 0 else 1.0
    return float(stdtr(excess.size - 1, mean / error))


def _signed_rank(excess: Floats) -> float:
    from scipy.stats import wilcoxon  # noqa: PLC0415 - scipy.stats is slow to import

    if not np.any(excess):
        return 1.0
    return float(wilcoxon(excess, alternative="less", method="approx").pvalue)
