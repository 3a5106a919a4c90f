"""Agreement: a coefficient that is a function of sums over units, and the limits that follow from that."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypedDict

import numpy as np

from judge.errors import UsageError
from judge.stats.intervals import Estimate, Refused
from judge.stats.resampling import bca_limits, group_sums, unit_counts

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    from judge.stats.ratings import Ratings

    Floats = NDArray[np.float64]

LEAST_RARE = 5.0
"""Units' worth of ratings that must differ from the commonest value before limits are given; see docs."""

LEAST_UNITS = 10
"""Units (conversations, where rows cluster) needed before limits are given."""

_LOST_REPLICATES = 0.05
_ROUNDING = 1e-9


class IntervalOptions(TypedDict, total=False):
    """How the limits of an agreement coefficient are found.

    Attributes:
        interval: ``"jackknife"`` over units on Fisher's z with a t quantile (the default), ``"bootstrap"`` of units
            with BCa limits, or ``"linearised"``: value ± t·SE as irrCAC reports it.
        level: Confidence level.
        clusters: Conversation (or document) of each unit, shape (units,): whole ones are left out or redrawn.
        seed: Seed of the bootstrap.
        replicates: Bootstrap replicates.
        least: Units' worth of ratings off the commonest value that are enough; 0 gives limits regardless.
    """

    interval: Literal["jackknife", "bootstrap", "linearised"]
    level: float
    clusters: ArrayLike | None
    seed: int
    replicates: int
    least: float


@dataclass(frozen=True)
class Coefficient:
    """An agreement coefficient as a function of sums over units.

    Sums make it cheap to leave units out or to redraw them: ``of(total - row)`` and ``of(counts @ rows)``.

    Attributes:
        name: What it is called.
        ratings: The table it was computed from.
        rows: What each unit adds to the sums, shape (rows, sums).
        units: Which unit of the table each row stands for, boolean, shape (units,).
        of: The coefficient at given sums, shape (..., sums) -> (...), NaN where it is undefined.
        value: The point estimate.
        deviations: Linearised value of each row less the value, shape (rows,), where that is known.
        floor: The least value it can take, 0 or -1.
        split: Largest disagreement one unit can show, as a share; unless given, that of `Ratings.split`.
    """

    name: str
    ratings: Ratings
    rows: Floats
    units: NDArray[np.bool_]
    of: Callable[[Floats], Floats]
    value: float
    deviations: Callable[[], Floats] | None = None
    floor: float = -1.0
    split: float | None = None

    def estimate(
        self,
        *,
        interval: Literal["jackknife", "bootstrap", "linearised"] = "jackknife",
        level: float = 0.95,
        clusters: ArrayLike | None = None,
        seed: int = 0,
        replicates: int = 1000,
        least: float = LEAST_RARE,
    ) -> Estimate | Refused:
        """The coefficient with its limits; the options are those of `IntervalOptions`."""
        groups = None if clusters is None else np.asarray(clusters)
        refused = self._too_few(groups, least)
        if refused:
            return refused
        kinds, times = self._kinds(groups)
        if self.ratings.agreed:
            low, high = self._agreed_limits(int(times.sum()), level), 1.0
        elif interval == "linearised":
            low, high = self._linearised_limits(groups, level)
        else:
            without = self.of(times @ kinds - kinds)
            if not np.isfinite(without).all():
                return self._lopsided(groups)
            if interval == "jackknife":
                low, high = self._jackknife_limits(without, times, level)
            else:
                draws = self._draws(kinds, times, replicates, seed)
                if draws.size < (1 - _LOST_REPLICATES) * replicates:
                    return self._lopsided(groups)
                low, high = bca_limits(self.value, draws, np.repeat(without, times), level)
        return Estimate(
            value=self.value,
            low=min(low, self.value),
            high=max(high, self.value),
            level=level,
            n=int(self.ratings.pairable.sum()),
            method=self._method(interval, groups),
        )

    def error(self, clusters: ArrayLike | None = None) -> float:
        """Linearised standard error, whole clusters at a time where they are given.

        √(G/(G-1) Σ_g (Σ_{i∈g} d_i)²) / n over the deviations d of n rows in G clusters; with a cluster for each row
        this is irrCAC's √(Σ d_i² / (n(n-1))) (Gwet 2021, Handbook of Inter-Rater Reliability, 5th ed., section 5.3).
        """
        if self.deviations is None:
            raise UsageError(f"{self.name} has no linearised error", hint='use interval="jackknife" or "bootstrap"')
        residual = self.deviations()
        sums = residual if clusters is None else group_sums(residual, np.asarray(clusters)[self.units])
        return math.sqrt(sums.size / (sums.size - 1) * float(sums @ sums)) / residual.size

    def _kinds(self, groups: NDArray[Any] | None) -> tuple[Floats, NDArray[np.intp]]:
        if groups is None:
            # Units with the same ratings are interchangeable, so each kind is computed once.
            return kinds_of_rows(self.rows)
        rows = group_sums(self.rows, groups[self.units])
        return rows, np.ones(len(rows), dtype=np.intp)

    def _draws(self, kinds: Floats, times: NDArray[np.intp], replicates: int, seed: int) -> Floats:
        units = int(times.sum())
        if len(kinds) < units / 4:
            counts = np.random.default_rng(seed).multinomial(units, times / units, size=replicates)
            draws = self.of(counts @ kinds)
        else:
            rows = np.repeat(kinds, times, axis=0)
            draws = np.concatenate([self.of(counts @ rows) for counts in unit_counts(units, replicates, seed)])
        return draws[np.isfinite(draws)]

    def _jackknife_limits(self, without: Floats, times: NDArray[np.intp], level: float) -> tuple[float, float]:
        groups = int(times.sum())
        error = jackknife_error(without, times)
        if error == 0 or self.value <= self.floor:
            # Every unit disagrees alike: at most the share `u` of units could still agree.
            return self.value, self.value + unseen(groups, level) * (1 - self.value)
        return fisher_limits(self.value, error, t_value(level, groups - 1), self.floor)

    def _linearised_limits(self, groups: NDArray[Any] | None, level: float) -> tuple[float, float]:
        rows = len(self.rows) if groups is None else np.unique(groups[self.units]).size
        reach = t_value(level, rows - 1) * self.error(groups)
        return max(self.floor, self.value - reach), min(1.0, self.value + reach)

    def _agreed_limits(self, groups: int, level: float) -> float:
        """Lower limit where nobody disagreed: as if the share of units that could have gone unseen disagreed.

        With u the exact binomial limit of 0 in n, a disagreeing unit's share `split` of pairs that differ, and P the
        share of pairs that would differ by chance: 1 - u·split/P.
        """
        differ = 1.0 if self.floor == 0 else float(1 - self.ratings.shares @ self.ratings.shares)
        split = self.ratings.split if self.split is None else self.split
        return max(self.floor, 1 - unseen(groups, level) * split / differ)

    def _too_few(self, groups: NDArray[Any] | None, least: float) -> Refused | None:
        units = self.ratings.pairable
        rare = self.ratings.rare
        count, what = int(units.sum()), "items"
        enough = float(rare.sum())
        if groups is not None:
            rare = group_sums(rare, groups[units])
            count, what = rare.size, "conversations"
            # Kish's effective number: ratings heaped on one conversation are worth little more than one.
            enough = min(enough, float(rare.sum() ** 2 / max(rare @ rare, 1e-300)))
        if least > 0 and count < LEAST_UNITS:
            needed = f"have two people rate {LEAST_UNITS - count} more {what}"
            return Refused(
                f"too few units: {count} {what} with two ratings", needed, self.name, more=LEAST_UNITS - count
            )
        if self.floor < 0 and enough < least:
            commonest = self.ratings.commonest
            more = math.ceil(count * (least / max(enough, 0.5) - 1) - _ROUNDING)
            return Refused(
                f"too few units: only {enough:.1f} {what}' worth of ratings are not {commonest}, the commonest value",
                f"have two people rate about {more} more {what}, or choose ones where {commonest} is less likely",
                self.name,
                more=more,
            )
        return None

    def _lopsided(self, groups: NDArray[Any] | None) -> Refused:
        what = "item" if groups is None else "conversation"
        return Refused(
            f"undefined without a single {what}: all variation of the ratings stands in it",
            f"have two people rate more {what}s",
            self.name,
        )

    def _method(self, interval: str, groups: NDArray[Any] | None) -> str:
        over = "units" if groups is None else "clusters"
        if self.ratings.agreed:
            return f"{self.name}; exact binomial lower limit, no disagreement seen in {over}"
        how = {
            "jackknife": f"jackknife over {over} on Fisher's z",
            "bootstrap": f"BCa bootstrap of {over}",
            "linearised": f"linearised over {over}",
        }
        return f"{self.name}; {how[interval]}"


def kinds_of_rows(rows: Floats) -> tuple[Floats, NDArray[np.intp]]:
    """The different rows and how often each occurs; a row may be listed twice, but none is lost.

    Rows are told apart by a random projection, which sorts ten times faster than the rows themselves; where two
    different rows fall together they are sorted after all.
    """
    keys = rows @ np.random.default_rng(0).random(rows.shape[1])
    _, first, kind, times = np.unique(keys, return_index=True, return_inverse=True, return_counts=True)
    if np.array_equal(rows[first[kind]], rows):
        return rows[first], times
    return np.unique(rows, axis=0, return_counts=True)


def jackknife_error(without: Floats, times: NDArray[np.intp]) -> float:
    """Jackknife standard error √((g-1)/g Σ (θ₍ᵢ₎ - mean)²) of leave-one-out values, each occurring so many times.

    Efron and Tibshirani (1993), An Introduction to the Bootstrap, eq. 11.5.
    """
    groups = int(times.sum())
    mean = float(times @ without) / groups
    return math.sqrt((groups - 1) / groups * float(times @ (without - mean) ** 2))


def unseen(n: int, level: float) -> float:
    """Upper exact binomial limit of a share of which none was seen in n: 1 - ((1-level)/2)^(1/n)."""
    return float(1 - ((1 - level) / 2) ** (1 / n))


def t_value(level: float, degrees: float) -> float:
    """Two-sided quantile of Student's t."""
    from scipy.special import stdtrit  # noqa: PLC0415 - keeps this module light until limits are asked for

    return float(stdtrit(degrees, (1 + level) / 2))


def fisher_limits(value: float, error: float, quantile: float, floor: float = -1.0) -> tuple[float, float]:
    """Limits on Fisher's z scale, artanh(x), with the range [floor, 1] stretched to [-1, 1].

    The standard error is carried over by the delta method: se(z) = se(x) / (1 - x²).
    """
    half = (1 - floor) / 2
    x = (value - floor) / half - 1
    reach = quantile * error / half / (1 - x * x)
    z = math.atanh(x)
    low, high = math.tanh(z - reach), math.tanh(z + reach)
    return (low + 1) * half + floor, (high + 1) * half + floor
