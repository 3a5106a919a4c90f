"""Krippendorff's alpha: agreement among any number of raters, on any level of measurement, with ratings missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Unpack

import numpy as np

from judge.errors import UsageError
from judge.stats.agreement import Coefficient, IntervalOptions
from judge.stats.ratings import read_ratings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import ArrayLike, NDArray

    from judge.stats.intervals import Estimate, Refused
    from judge.stats.ratings import Ratings

    Floats = NDArray[np.float64]

Metric = Literal["nominal", "ordinal", "interval", "ratio"]

_PACKAGE_CELLS = 20_000_000
"""The package lays out units × values² cells; above this the equal computation here is used, which does not."""


def alpha(
    ratings: ArrayLike | Ratings,
    metric: Metric = "nominal",
    *,
    values: Sequence[Any] | NDArray[Any] | None = None,
    **options: Unpack[IntervalOptions],
) -> Estimate | Refused:
    """Krippendorff's alpha = 1 - D_o/D_e.

    Krippendorff (2019), Content Analysis, 4th ed., chapter 12; Krippendorff (2011), Computing Krippendorff's
    Alpha-Reliability, sections C to E. The point estimate is that of the `krippendorff` package. The default limits
    take the jackknife standard error over units to Fisher's z with a t quantile; where no unit shows disagreement the
    lower limit is the exact binomial one. docs/explanation/agreement.md has their measured coverage.

    Args:
        ratings: Shape (units, raters); missing where NaN, None or empty.
        metric: Level of measurement of the values.
        values: The values in order; must be numbers for ``"interval"`` and ``"ratio"``.
        options: How the limits are found, see `IntervalOptions`.

    Returns:
        The estimate; `n` counts the units with two ratings or more. Refused where there are fewer than two raters, no
        unit rated twice, one category only, or too few units that differ from the commonest value.

    Raises:
        UsageError: The ratings cannot be read, or the metric needs numbers and there are names.
    """
    table = read_ratings(ratings, values)
    name = f"Krippendorff's alpha ({metric})"
    refused = table.undefined(name)
    if refused:
        return refused
    return alpha_coefficient(table, metric).estimate(**options)


def alpha_coefficient(table: Ratings, metric: Metric) -> Coefficient:
    """Alpha as a function of sums over units; the table must not be `undefined`."""
    rows, of = SUMS[metric](table.paired, numbers_of(table, metric))
    return Coefficient(
        name=f"Krippendorff's alpha ({metric})",
        ratings=table,
        rows=rows,
        units=table.pairable,
        of=of,
        value=_point(table, metric, float(of(rows.sum(axis=0)))),
        deviations=lambda: _deviations(table, distances(metric, numbers_of(table, metric), table.paired.sum(axis=0))),
    )


def distances(metric: Metric, numbers: Floats, marginals: Floats) -> Floats:
    """Squared distances between values, shape (values, values).

    Krippendorff (2011), section E: nominal 1; ordinal (F_c - F_k)² with F the mid-rank n_1 + ... + n_{c-1} + n_c/2;
    interval (c - k)²; ratio ((c - k)/(c + k))².

    Args:
        metric: Level of measurement.
        numbers: The values as numbers, shape (values,).
        marginals: Ratings of each value, shape (values,); used by the ordinal metric only.
    """
    if metric == "nominal":
        return 1 - np.eye(numbers.size)
    if metric == "ratio":
        total = np.abs(numbers[:, None] + numbers)
        return np.where(total > 0, (numbers[:, None] - numbers) / np.where(total > 0, total, 1), 0) ** 2
    scale = np.cumsum(marginals) - marginals / 2 if metric == "ordinal" else numbers
    return (scale[:, None] - scale) ** 2


def coincidences(counts: Floats) -> Floats:
    """Coincidences of values within each unit, n_c (n_k - [c = k]) / (m - 1), shape (units, values, values).

    Args:
        counts: Ratings of each value in each unit, shape (units, values), two or more a unit.
    """
    pairs = counts[:, :, None] * counts[:, None, :]
    diagonal = np.arange(counts.shape[1])
    pairs[:, diagonal, diagonal] -= counts
    return np.asarray(pairs / (counts.sum(axis=1) - 1)[:, None, None])


def numbers_of(table: Ratings, metric: Metric) -> Floats:
    """The values as numbers, shape (values,): their rank where only order or identity counts."""
    if metric in {"nominal", "ordinal"}:
        return np.arange(table.values.size, dtype=np.float64)
    try:
        return table.values.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise UsageError(
            f"the {metric} metric needs numbers, found {table.values[0]!r}", hint='use metric="ordinal" or "nominal"'
        ) from error


def _point(table: Ratings, metric: Metric, ours: float) -> float:
    if table.paired.shape[0] * table.values.size**2 > _PACKAGE_CELLS:
        return ours
    # GPL-3.0: a package of its own, asked for one number here and nowhere else.
    import krippendorff  # noqa: PLC0415 - imported only when alpha is asked for

    return float(
        krippendorff.alpha(
            value_counts=table.paired, value_domain=numbers_of(table, metric), level_of_measurement=metric
        )
    )


def _ratio(observed: Floats, expected: Floats) -> Floats:
    """1 - observed/expected, NaN where nothing could differ."""
    possible = expected > 0
    return np.where(possible, 1 - observed / np.where(possible, expected, 1), np.nan)


def _marginal_sums(counts: Floats, distance: Floats) -> tuple[Floats, Callable[[Floats], Floats]]:
    """Fixed distances: each unit adds its disagreement and its marginals."""
    inside = ((counts @ distance) * counts).sum(axis=1) / (counts.sum(axis=1) - 1)
    rows = np.column_stack([inside, counts])

    def of(sums: Floats) -> Floats:
        marginals = sums[..., 1:]
        chance = ((marginals @ distance) * marginals).sum(axis=-1) / (marginals.sum(axis=-1) - 1)
        return _ratio(sums[..., 0], chance)

    return rows, of


def _nominal_sums(counts: Floats, numbers: Floats) -> tuple[Floats, Callable[[Floats], Floats]]:
    return _marginal_sums(counts, distances("nominal", numbers, counts.sum(axis=0)))


def _ratio_sums(counts: Floats, numbers: Floats) -> tuple[Floats, Callable[[Floats], Floats]]:
    return _marginal_sums(counts, distances("ratio", numbers, counts.sum(axis=0)))


def _interval_sums(counts: Floats, numbers: Floats) -> tuple[Floats, Callable[[Floats], Floats]]:
    """Squared differences need only moments, so any number of distinct values is cheap."""
    centred = numbers - counts.sum(axis=0) @ numbers / counts.sum()
    m, first, second = counts.sum(axis=1), counts @ centred, counts @ centred**2
    rows = np.column_stack([2 * (m * second - first**2) / (m - 1), m, first, second])

    def of(sums: Floats) -> Floats:
        inside, n, total, squares = np.moveaxis(sums, -1, 0)
        return _ratio(inside, 2 * (n * squares - total**2) / (n - 1))

    return rows, of


def _ordinal_sums(counts: Floats, numbers: Floats) -> tuple[Floats, Callable[[Floats], Floats]]:
    """Distances depend on the marginals, so each unit adds its coincidences; they are symmetric, so half suffices."""
    upper, lower = np.triu_indices(numbers.size, k=1)
    rows = np.column_stack([2 * coincidences(counts)[:, upper, lower], counts])

    def of(sums: Floats) -> Floats:
        marginals = sums[..., upper.size :]
        rank = np.cumsum(marginals, axis=-1) - marginals / 2
        squared = (rank[..., upper] - rank[..., lower]) ** 2
        inside = (sums[..., : upper.size] * squared).sum(axis=-1)
        chance = 2 * (marginals[..., upper] * marginals[..., lower] * squared).sum(axis=-1)
        return _ratio(inside, chance / (marginals.sum(axis=-1) - 1))

    return rows, of


SUMS: dict[Metric, Callable[[Floats, Floats], tuple[Floats, Callable[[Floats], Floats]]]] = {
    "nominal": _nominal_sums,
    "ordinal": _ordinal_sums,
    "interval": _interval_sums,
    "ratio": _ratio_sums,
}


def _deviations(table: Ratings, distance: Floats) -> Floats:
    """Linearised alpha of each pairable unit less alpha, distances held fixed.

    Gwet (2021), Handbook of Inter-Rater Reliability, 5th ed., section 5.3, in the form of irrCAC 0.4 for Python, which
    leaves the small-sample lift of 1/Σm out of the deviations.
    """
    counts = table.paired
    agreement = 1 - distance / max(float(distance.max()), 1e-300)
    m, mean = counts.sum(axis=1), float(counts.sum(axis=1).mean())
    inside = (counts * (counts @ agreement - 1)).sum(axis=1) / (mean * (m - 1))
    shares = counts.mean(axis=0) / mean
    lift = 1 / counts.sum()
    observed = (1 - lift) * inside.mean() + lift
    chance = shares @ agreement @ shares
    unlifted = (inside.mean() - chance) / (1 - chance)
    extra = (m - mean) / mean
    own = (inside - observed * extra - chance) / (1 - chance)
    expected = (counts @ agreement @ shares / mean - chance * extra - chance) / (1 - chance)
    return np.asarray(own - 2 * (1 - unlifted) * expected - unlifted)
