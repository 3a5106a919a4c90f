"""Dawid and Skene's model: each item's likely value and each rater's confusion, from ratings alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from judge.errors import UsageError
from judge.stats.ratings import MISSING, Ratings, read_ratings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from judge.stats.intervals import Refused

    Floats = NDArray[np.float64]

_TIE = 1e-6


@dataclass(frozen=True, slots=True)
class DawidSkene:
    """The fitted model.

    Attributes:
        posterior: Probability of each value for each unit, shape (units, values); rows of units nobody rated hold the
            prevalence.
        codes: Place of the likeliest value in `values`, shape (units,); `MISSING` where two are equally likely or
            nobody rated.
        prevalence: How common each value is, shape (values,).
        confusion: Probability that a rater gives a value (last axis) where another is true, shape (raters, values,
            values); a rater who never met a true value has NaN there.
        likelihood: Log-likelihood after each step, never falling, shape (steps,).
        converged: Whether the last step gained less than the tolerance.
        values: The values in order.
    """

    posterior: Floats
    codes: NDArray[np.intp]
    prevalence: Floats
    confusion: Floats
    likelihood: Floats
    converged: bool
    values: NDArray[Any]


def dawid_skene(
    ratings: ArrayLike | Ratings,
    *,
    values: Sequence[Any] | NDArray[Any] | None = None,
    raters: Sequence[int] | NDArray[np.intp] | None = None,
    tolerance: float = 1e-8,
    most_steps: int = 1000,
) -> DawidSkene | Refused:
    """Maximum likelihood by EM: Dawid and Skene (1979), Applied Statistics 28: 20-28.

    M-step: prevalence and confusion from the posterior (eqs. 2.3 and 2.4); E-step: posterior from both (eq. 2.5);
    log-likelihood eq. 2.7. Started from each unit's shares of votes (eq. 3.1), so the fit has no seed and does not
    depend on the order of rows. The likelihood has other maxima; with few ratings a unit, or raters who are wrong more
    often than right, the fit may be one of those: hold it against the majority and adjudicate where they differ.

    Args:
        ratings: Shape (units, columns); missing where NaN, None or empty.
        values: The values in order.
        raters: Which rater each column belongs to, from 0, where one rated an item more than once.
        tolerance: Gain in log-likelihood per rating below which the fit has converged.
        most_steps: Steps after which it stops regardless.

    Returns:
        The fit; refused with fewer than two raters, no unit rated twice, or one value only.

    Raises:
        UsageError: There is not one rater a column.
    """
    table = read_ratings(ratings, values)
    refused = table.undefined("Dawid-Skene")
    if refused:
        return refused
    counts = _counts(table, raters)
    rated = table.per_unit > 0
    posterior = table.counts / np.maximum(table.per_unit, 1)[:, None]
    gains: list[float] = []
    converged = False
    for _ in range(most_steps):
        prevalence, confusion = _maximise(counts, posterior, rated)
        posterior, gained = _expect(counts, prevalence, confusion, rated)
        converged = bool(gains) and gained - gains[-1] <= tolerance * table.per_unit.sum()
        gains.append(gained)
        if converged:
            break
    best = np.sort(posterior, axis=1)
    clear = rated & (best[:, -1] - best[:, -2] > _TIE)
    seen = np.einsum("ic,ijk->jc", posterior[rated], counts[rated]) > 0
    return DawidSkene(
        posterior=posterior,
        codes=np.where(clear, posterior.argmax(axis=1), MISSING),
        prevalence=prevalence,
        confusion=np.where(seen[:, :, None], confusion, np.nan),
        likelihood=np.array(gains),
        converged=converged,
        values=table.values,
    )


def _counts(table: Ratings, raters: Sequence[int] | NDArray[np.intp] | None) -> Floats:
    """How often each rater gave each value to each unit, shape (units, raters, values)."""
    units, columns = table.codes.shape
    owner = np.arange(columns) if raters is None else np.asarray(raters, dtype=np.intp)
    if owner.shape != (columns,) or (owner < 0).any():
        raise UsageError(f"there are {columns} columns of ratings and raters {owner.tolist()}")
    counts = np.zeros((units, int(owner.max()) + 1, table.values.size))
    rows, cols = np.nonzero(table.codes >= 0)
    np.add.at(counts, (rows, owner[cols], table.codes[rows, cols]), 1)
    return counts


def _maximise(counts: Floats, posterior: Floats, rated: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    prevalence = posterior[rated].mean(axis=0)
    confusion = np.einsum("ic,ijk->jck", posterior, counts, optimize=True)
    total = confusion.sum(axis=2, keepdims=True)
    return prevalence, np.divide(confusion, total, out=np.zeros_like(confusion), where=total > 0)


def _expect(counts: Floats, prevalence: Floats, confusion: Floats, rated: NDArray[np.bool_]) -> tuple[Floats, float]:
    # A probability of 0 met by a rating rules the value out; met by none it must not turn 0 · -inf into NaN.
    ruled_out = np.einsum("ijk,jck->ic", counts, (confusion == 0).astype(np.float64), optimize=True) > 0
    logs = np.einsum("ijk,jck->ic", counts, np.log(np.where(confusion > 0, confusion, 1)), optimize=True)
    joint = np.where(ruled_out | (prevalence == 0), -np.inf, logs + np.log(np.where(prevalence > 0, prevalence, 1)))
    peak = joint.max(axis=1, keepdims=True)
    scaled = np.exp(joint - peak)
    total = scaled.sum(axis=1, keepdims=True)
    return scaled / total, float((peak + np.log(total))[rated].sum())
