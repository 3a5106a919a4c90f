"""Chance agreement from pooled ratings: percent agreement, and what coefficients built on it have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

import numpy as np

from judge.stats.agreement import Coefficient, IntervalOptions
from judge.stats.ratings import Ratings, read_ratings
from judge.stats.weights import Weighting, agreement_weights

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import ArrayLike, NDArray

    from judge.stats.intervals import Estimate, Refused

    Floats = NDArray[np.float64]
    Values = Sequence[Any] | NDArray[Any] | None
    Chance = Callable[[Floats, Floats], tuple[Floats, Floats]]


def percent(
    ratings: ArrayLike | Ratings,
    *,
    weights: Weighting = "identity",
    values: Values = None,
    **options: Unpack[IntervalOptions],
) -> Estimate | Refused:
    """Percent agreement: the share of pairs of ratings that agree, averaged over units.

    p_a = mean over units with m ≥ 2 ratings of Σ_k n_k (n*_k - 1)/(m(m-1)), n*_k = Σ_l w_kl n_l (Gwet 2021, Handbook of
    Inter-Rater Reliability, 5th ed., eq. 2.13). It says nothing of chance: two raters who each say "good" nine times in
    ten agree on 82 % by chance alone. Defined with one category too: then everybody agreed.

    Args:
        ratings: Shape (units, raters); missing where NaN, None or empty.
        weights: How much different values agree.
        values: The values in order.
        options: How the limits are found, see `IntervalOptions`.
    """
    table = read_ratings(ratings, values)
    name = "percent agreement"
    refused = table.undefined(name)
    if refused and not table.pairable.any():
        return refused
    observed = pair_agreement(table.paired, agreement_weights(weights, table.values))
    value = float(observed.mean())
    return Coefficient(
        name=name,
        ratings=table,
        rows=np.column_stack([observed, np.ones_like(observed)]),
        units=table.pairable,
        of=lambda sums: sums[..., 0] / sums[..., 1],
        value=value,
        deviations=lambda: observed - value,
        floor=0.0,
    ).estimate(**options)


def pair_agreement(counts: Floats, weights: Floats) -> Floats:
    """Share of each unit's pairs of ratings that agree, shape (units,).

    Args:
        counts: Ratings of each value in each unit, shape (units, values), two or more a unit.
        weights: Agreement of each pair of values.
    """
    m = counts.sum(axis=1)
    return np.asarray((counts * (counts @ weights - 1)).sum(axis=1) / (m * (m - 1)))


def pooled_coefficient(name: str, table: Ratings, weights: Floats, chance: Chance) -> Coefficient:
    """A coefficient (p_a - p_e)/(1 - p_e) whose chance agreement p_e depends on the pooled prevalence π only.

    π is the mean over all rated units of the unit's shares of each value; units rated once count in it. The linearised
    variance is Gwet's (2021), Handbook of Inter-Rater Reliability, 5th ed., section 5.3, as in irrCAC.

    Args:
        name: What the coefficient is called.
        table: The ratings; must not be `undefined`.
        weights: Agreement of each pair of values.
        chance: (π, shape (..., values); shares of each unit, shape (units, values)) -> (p_e, shape (...); the units'
            own p_e, shape (units,)), where p_e has gradient 2·(own - p_e).
    """
    rated = table.per_unit > 0
    counts = table.counts[rated]
    shares = counts / counts.sum(axis=1, keepdims=True)
    pairable = table.pairable[rated]
    observed = np.zeros(pairable.size)
    observed[pairable] = pair_agreement(counts[pairable], weights)
    rows = np.column_stack([observed, pairable, np.ones(pairable.size), shares])

    def of(sums: Floats) -> Floats:
        expected = chance(sums[..., 3:] / sums[..., 2:3], shares[:0])[0]
        return beyond_chance(sums[..., 0] / np.maximum(sums[..., 1], 1), expected)

    value = float(of(rows.sum(axis=0)))

    def deviations() -> Floats:
        expected, own = chance(shares.mean(axis=0), shares)
        seen = pairable.size / pairable.sum() * (observed - expected * pairable) / (1 - expected)
        return np.asarray(seen - 2 * (1 - value) * (own - expected) / (1 - expected) - value)

    return Coefficient(name=name, ratings=table, rows=rows, units=rated, of=of, value=value, deviations=deviations)


def beyond_chance(observed: Floats, expected: Floats) -> Floats:
    """(p_a - p_e)/(1 - p_e), NaN where chance alone agrees always."""
    room = 1 - expected
    possible = room > 1e-12  # noqa: PLR2004 - rounding noise of a sum of shares
    return np.where(possible, (observed - expected) / np.where(possible, room, 1), np.nan)
