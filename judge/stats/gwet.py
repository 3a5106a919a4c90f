"""Gwet's AC1 and AC2: agreement beyond a chance that shrinks as one value becomes common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

import numpy as np

from judge.stats.chance import pooled_coefficient
from judge.stats.ratings import Ratings, read_ratings
from judge.stats.weights import Weighting, agreement_weights

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from judge.stats.agreement import IntervalOptions
    from judge.stats.intervals import Estimate, Refused

    Floats = NDArray[np.float64]

CAVEAT = (
    "AC1 counts agreement on the common value as skill: two raters who answer at random, each saying it nine times in"
    " ten, reach .78 where kappa and alpha are 0. Read it beside the prevalence, never alone."
)


def gwet(
    ratings: ArrayLike | Ratings,
    *,
    weights: Weighting = "identity",
    values: Sequence[Any] | NDArray[Any] | None = None,
    **options: Unpack[IntervalOptions],
) -> Estimate | Refused:
    """Gwet's AC1 (identity weights) or AC2 (any other): p_e = Σ w_kl / (q(q-1)) · Σ π_k (1 - π_k).

    Gwet (2008), Br J Math Stat Psychol 61: 29-48, eqs. 8 to 10; with missing ratings and weights Gwet (2021), Handbook
    of Inter-Rater Reliability, 5th ed., sections 2.8 and 5.3; equal to irrCAC.

    Caveat: it stays high where one value is common even if the raters answer at random. Two independent raters who say
    "good" with probability .9 have kappa 0 and AC1 .78, at .95 they have .90; so it is reported with the prevalence
    (`Ratings.shares`) and `CAVEAT`, beside kappa or alpha, never instead of them.

    Args:
        ratings: Shape (units, raters); missing where NaN, None or empty.
        weights: How much different values agree.
        values: The values in order; chance depends on how many there are, so give those nobody used too.
        options: How the limits are found, see `IntervalOptions`.
    """

    def chance(prevalence: Floats, shares: Floats) -> tuple[Floats, Floats]:
        factor = float(weight.sum()) / (table.values.size * (table.values.size - 1))
        return factor * (prevalence * (1 - prevalence)).sum(axis=-1), factor * shares @ (
            1 - np.atleast_2d(prevalence)[0]
        )

    table = read_ratings(ratings, values)
    weight = agreement_weights(weights, table.values)
    name = "Gwet's AC1" if weights == "identity" else f"Gwet's AC2 ({weights} weights)"
    return table.undefined(name) or pooled_coefficient(name, table, weight, chance).estimate(**options)
