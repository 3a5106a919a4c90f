"""Kappas: agreement beyond what the raters' own habits would give by chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np

from judge.errors import UsageError
from judge.stats.agreement import Coefficient, IntervalOptions
from judge.stats.chance import beyond_chance, pair_agreement, percent, pooled_coefficient
from judge.stats.ratings import Ratings, read_ratings
from judge.stats.weights import Weighting, agreement_weights

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from judge.stats.intervals import Estimate, Refused

    Floats = NDArray[np.float64]
    Values = Sequence[Any] | NDArray[Any] | None


@dataclass(frozen=True, slots=True)
class Kappa:
    """Cohen's kappa with what it must not be read without.

    Attributes:
        estimate: Kappa with its limits, or why there is none.
        percent: Percent agreement with its limits.
        table: How often the first rater gave one value where the second gave another, shape (values, values).
        values: The values, in the order of the table.
        pabak: Prevalence- and bias-adjusted kappa (q·p_o - 1)/(q - 1), which is Brennan and Prediger's: kappa had every
            value been equally common. Byrt, Bishop and Carlin (1993), J Clin Epidemiol 46: 423-429, eq. 4. None where
            kappa is undefined.
        maximum: The largest kappa these marginals allow (Cohen 1960, p. 42); None likewise.
        prevalence: (a - d)/n on two values, the prevalence index (Byrt et al., eq. 2); None on more.
        bias: (b - c)/n on two values, the bias index (Byrt et al., eq. 3): how much oftener the first rater gives the
            first value than the second rater does; None on more.
    """

    estimate: Estimate | Refused
    percent: Estimate | Refused
    table: Floats
    values: NDArray[Any]
    pabak: float | None
    maximum: float | None
    prevalence: float | None
    bias: float | None


def cohen(
    first: ArrayLike,
    second: ArrayLike,
    *,
    weights: Weighting = "identity",
    values: Values = None,
    **options: Unpack[IntervalOptions],
) -> Kappa:
    """Cohen's (weighted) kappa of two raters, with prevalence and bias beside it.

    κ = (p_o - p_e)/(1 - p_e), p_o = Σ w_ij p_ij, p_e = Σ w_ij p_i. p_.j: Cohen (1960), Educ Psychol Meas 20: 37-46;
    Cohen (1968), Psychol Bull 70: 213-220. With ``interval="linearised"`` the limits are κ ± t·SE, SE from Fleiss,
    Cohen and Everitt (1969), Psychol Bull 72: 323-327, eq. 13.

    Args:
        first: One rater's values, shape (units,); missing where NaN, None or empty.
        second: The other's, shape (units,). Units that either left out are left out.
        weights: How much different values agree.
        values: The values in order.
        options: How the limits are found, see `IntervalOptions`.

    Raises:
        UsageError: The two are not equally long, or a value is not allowed.
    """
    one, other = np.asarray(first), np.asarray(second)
    if one.shape != other.shape or one.ndim != 1:
        raise UsageError(
            f"two raters need one value a unit each, found shapes {one.shape} and {other.shape}",
            hint="pass two arrays of equal length, with NaN or None where a rater gave nothing",
        )
    ratings = read_ratings(np.column_stack([one, other]), values)
    table = _crossed(ratings)
    counts = table.reshape(-1, ratings.values.size, ratings.values.size).sum(axis=0)
    q, n = ratings.values.size, max(float(counts.sum()), 1.0)
    refused = ratings.undefined("Cohen's kappa")
    two = q == 2 and ratings.pairable.any()  # noqa: PLR2004 - the indices are defined on 2 x 2 tables
    return Kappa(
        estimate=refused or cohen_coefficient(ratings, weights).estimate(**options),
        percent=percent(ratings, weights=weights, **options),
        table=counts,
        values=ratings.values,
        pabak=None if refused else float((q * np.trace(counts) / n - 1) / (q - 1)),
        maximum=None if refused else _maximum(counts / n),
        prevalence=float(counts[0, 0] - counts[1, 1]) / n if two else None,
        bias=float(counts[0, 1] - counts[1, 0]) / n if two else None,
    )


def fleiss(
    ratings: ArrayLike | Ratings,
    *,
    weights: Weighting = "identity",
    values: Values = None,
    **options: Unpack[IntervalOptions],
) -> Estimate | Refused:
    """Fleiss' kappa of any number of raters, the same or not on each unit: p_e = Σ w_kl π_k π_l.

    Fleiss (1971), Psychol Bull 76: 378-382, eqs. 3 to 7; with missing ratings and weights Gwet (2021), Handbook of
    Inter-Rater Reliability, 5th ed., section 2.6.

    Args:
        ratings: Shape (units, raters); missing where NaN, None or empty.
        weights: How much different values agree.
        values: The values in order.
        options: How the limits are found, see `IntervalOptions`.
    """

    def chance(prevalence: Floats, shares: Floats) -> tuple[Floats, Floats]:
        reach = prevalence @ weight
        return (reach * prevalence).sum(axis=-1), shares @ np.atleast_2d(reach)[0]

    table = read_ratings(ratings, values)
    weight = agreement_weights(weights, table.values)
    name = "Fleiss' kappa"
    return table.undefined(name) or pooled_coefficient(name, table, weight, chance).estimate(**options)


def brennan_prediger(
    ratings: ArrayLike | Ratings,
    *,
    weights: Weighting = "identity",
    values: Values = None,
    **options: Unpack[IntervalOptions],
) -> Estimate | Refused:
    """Brennan and Prediger's kappa: chance is every value alike, p_e = Σ w_kl / q².

    Brennan and Prediger (1981), Educ Psychol Meas 41: 687-699, eq. 6; also Bennett's S and Randolph's kappa. Give
    `values`, for it depends on how many values there are, not only on those used.

    Args:
        ratings: Shape (units, raters); missing where NaN, None or empty.
        weights: How much different values agree.
        values: The values in order.
        options: How the limits are found, see `IntervalOptions`.
    """

    def chance(prevalence: Floats, shares: Floats) -> tuple[Floats, Floats]:
        expected = float(weight.mean())
        return np.full(prevalence.shape[:-1], expected), np.full(len(shares), expected)

    table = read_ratings(ratings, values)
    weight = agreement_weights(weights, table.values)
    name = "Brennan and Prediger's kappa"
    return table.undefined(name) or pooled_coefficient(name, table, weight, chance).estimate(**options)


def conger(
    ratings: ArrayLike | Ratings,
    *,
    weights: Weighting = "identity",
    values: Values = None,
    **options: Unpack[IntervalOptions],
) -> Estimate | Refused:
    """Conger's kappa: Cohen's for more than two raters, each with a prevalence of their own.

    p_e = Σ w_kl (p̄_k p̄_l - s_kl/r) with p̄ the raters' mean prevalence and s their covariance: Conger (1980), Psychol
    Bull 88: 322-328; Gwet (2021), Handbook of Inter-Rater Reliability, 5th ed., section 2.7 and, for the linearised
    variance, 5.3, as in irrCAC.

    Args:
        ratings: Shape (units, raters); missing where NaN, None or empty.
        weights: How much different values agree.
        values: The values in order.
        options: How the limits are found, see `IntervalOptions`.
    """
    table = read_ratings(ratings, values)
    name = "Conger's kappa"
    return table.undefined(name) or conger_coefficient(table, weights).estimate(**options)


def conger_coefficient(table: Ratings, weights: Weighting) -> Coefficient:
    """Conger's kappa as a function of sums over units; the table must not be `undefined`."""
    kept = Ratings(table.codes[:, (table.codes >= 0).any(axis=0)], table.values)
    weight = agreement_weights(weights, table.values)
    rated = kept.per_unit > 0
    given = (kept.codes[rated][:, :, None] == np.arange(table.values.size)).astype(np.float64)
    units, raters, q = given.shape
    pairable = kept.pairable[rated]
    observed = np.zeros(units)
    observed[pairable] = pair_agreement(kept.paired, weight)
    rows = np.column_stack([observed, pairable, given.reshape(units, raters * q)])

    def expected(shares: Floats) -> Floats:
        """Chance agreement of raters with these prevalences, shape (..., raters, values) -> (...)."""
        total = shares.sum(axis=-2)
        same = ((shares @ weight) * shares).sum(axis=(-2, -1))
        return np.asarray((((total @ weight) * total).sum(axis=-1) - same) / (raters * (raters - 1)))

    def of(sums: Floats) -> Floats:
        given_sums = sums[..., 2:].reshape(*sums.shape[:-1], raters, q)
        per_rater = given_sums.sum(axis=-1, keepdims=True)
        shares = np.divide(given_sums, per_rater, out=np.full_like(given_sums, np.nan), where=per_rater > 0)
        chance = expected(shares)
        return beyond_chance(sums[..., 0] / np.maximum(sums[..., 1], 1), chance)

    value = float(of(rows.sum(axis=0)))

    def deviations() -> Floats:
        present, totals = given.sum(axis=2), given.sum(axis=(0, 2))
        shares = given.sum(axis=0) / totals[:, None]
        chance = float(expected(shares))
        # What a unit's ratings do to each rater's prevalence, weighed by the other raters' prevalences.
        pull = (shares.sum(axis=0) - shares) @ weight
        own = ((given - (present - totals / units)[:, :, None] * shares) * pull).sum(axis=2) @ (units / totals)
        seen = units / pairable.sum() * (observed - chance * pairable) / (1 - chance)
        own_chance = own / (raters * (raters - 1))
        return np.asarray(seen - 2 * (1 - value) * (own_chance - chance) / (1 - chance) - value)

    return Coefficient(
        name="Conger's kappa", ratings=kept, rows=rows, units=rated, of=of, value=value, deviations=deviations
    )


def cohen_coefficient(ratings: Ratings, weights: Weighting) -> Coefficient:
    """Cohen's kappa as a function of sums over units; two raters, and the table must not be `undefined`."""
    weight = agreement_weights(weights, ratings.values)
    q = ratings.values.size
    rows = _crossed(ratings)[ratings.pairable]

    def of(sums: Floats) -> Floats:
        table = sums.reshape(*sums.shape[:-1], q, q)
        table = table / table.sum(axis=(-2, -1), keepdims=True)
        chance = ((table.sum(axis=-1) @ weight) * table.sum(axis=-2)).sum(axis=-1)
        return beyond_chance((table * weight).sum(axis=(-2, -1)), chance)

    value = float(of(rows.sum(axis=0)))

    def deviations() -> Floats:
        table = rows.mean(axis=0).reshape(q, q)
        first, second = table.sum(axis=1), table.sum(axis=0)
        chance = float(first @ weight @ second)
        drawn = weight - ((weight @ second)[:, None] + first @ weight) * (1 - value)
        off = (drawn - (value - chance * (1 - value))) / (1 - chance)
        # Fleiss, Cohen and Everitt divide by n where the shared formula divides by n - 1.
        return np.asarray(rows @ off.ravel() * np.sqrt((len(rows) - 1) / len(rows)))

    return Coefficient(
        name="Cohen's kappa",
        ratings=ratings,
        rows=rows,
        units=ratings.pairable,
        of=of,
        value=value,
        deviations=deviations,
    )


def _crossed(ratings: Ratings) -> Floats:
    """One row a unit with a 1 in the cell of the two raters' values, empty where one is missing."""
    q = ratings.values.size
    both = ratings.pairable
    rows = np.zeros((both.size, q * q))
    rows[both, ratings.codes[both] @ np.array([q, 1])] = 1
    return rows


def _maximum(table: Floats) -> float:
    first, second = table.sum(axis=1), table.sum(axis=0)
    chance = float(first @ second)
    return float((np.minimum(first, second).sum() - chance) / (1 - chance))
