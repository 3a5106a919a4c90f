"""Fixed-sample drift tests: PSI, Kolmogorov-Smirnov, chi-square and CUSUM, with what each costs in false alarms.

None of them is what `judge watch` uses: they compare two samples once, and looked at window after window each fires by
chance at the rate that its `FixedTest.false_alarms` says.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FixedTest:
    """A two-sample statistic, and how often it fires where nothing has changed.

    Attributes:
        name: The test.
        statistic: Its value.
        fires: Whether it is beyond the usual threshold.
        threshold: That threshold.
        false_alarms: Windows in a thousand in which it fires by chance at these sizes.
    """

    name: str
    statistic: float
    fires: bool
    threshold: float
    false_alarms: float


def psi(window: ArrayLike, reference: ArrayLike, *, threshold: float = 0.2) -> FixedTest:
    """Population stability index Σ (p-q)·ln(p/q) over bins, with half a record added to each bin.

    Without change PSI·nm/(n+m) is about χ² with bins-1 degrees of freedom, so its mean is (bins-1)(1/n + 1/m):
    Yurdakul and Naranjo (2020), Journal of Risk Model Validation 14(4), section 3. A fixed threshold is a statement
    about the sample size.

    Args:
        window: Counts by bin, shape (K,).
        reference: The same of what it is compared with, shape (K,).
        threshold: Where it fires.
    """
    from scipy.stats import chi2  # noqa: PLC0415 - scipy.stats takes a second to import

    new, old = _pair(window, reference)
    p, q = (new + 0.5) / (new.sum() + 0.5 * new.size), (old + 0.5) / (old.sum() + 0.5 * old.size)
    value = float(np.sum((p - q) * np.log(p / q)))
    scale = 1 / (1 / new.sum() + 1 / old.sum())
    chance = float(chi2.sf(threshold * scale, new.size - 1))
    return FixedTest("PSI", value, value > threshold, threshold, 1000 * chance)


def kolmogorov_smirnov(window: ArrayLike, reference: ArrayLike, *, alpha: float = 0.05) -> FixedTest:
    """Largest distance of two distribution functions, over ordered bins.

    Smirnov (1948), Annals of Mathematical Statistics 19: 279-281. Its law is of continuous values: on a scale of five
    values it fires far more seldom than `alpha`, and finds as much less; use `chi_square` there.

    Args:
        window: Counts by bin, in order, shape (K,).
        reference: The same of what it is compared with, shape (K,).
        alpha: Chance of a false alarm in one window, for continuous values.
    """
    new, old = _pair(window, reference)
    value = float(np.max(np.abs(np.cumsum(new) / new.sum() - np.cumsum(old) / old.sum())))
    threshold = math.sqrt(-math.log(alpha / 2) / 2 * (1 / new.sum() + 1 / old.sum()))
    return FixedTest("Kolmogorov-Smirnov", value, value > threshold, threshold, 1000 * alpha)


def chi_square(window: ArrayLike, reference: ArrayLike, *, alpha: float = 0.05) -> FixedTest:
    """Pearson's test that two rows of counts are from one law.

    Pearson (1900), Philosophical Magazine 50: 157-175; bins with an expected count under 5 make it inexact.
    """
    from scipy.stats import chi2  # noqa: PLC0415 - as above

    new, old = _pair(window, reference)
    both = new + old
    share = new.sum() / both.sum()
    kept = both > 0
    value = float(np.sum((new[kept] - both[kept] * share) ** 2 / (both[kept] * share * (1 - share))))
    threshold = float(chi2.isf(alpha, max(1, int(kept.sum()) - 1)))
    return FixedTest("chi-square", value, value > threshold, threshold, 1000 * alpha)


def cusum(scores: ArrayLike, *, allowance: float = 0.5, threshold: float = 5.0) -> FixedTest:
    """Two-sided CUSUM of standardised window means: S ← max(0, S + |z| direction - allowance), the largest one.

    Page (1954), Biometrika 41: 100-115. Average run length of each side by Siegmund (1985), Sequential Analysis,
    section II.6: (exp(2kb) - 2kb - 1)/(2k²) with b = h + 1.166; the two sides together fire twice as often. It holds
    for a mean and spread that are *known*; estimated from few windows it fires far more often.

    Args:
        scores: Normal scores of the windows, in the order of time, shape (T,).
        allowance: k, half the shift to be found, in standard errors of a window.
        threshold: h.
    """
    up = down = most = 0.0
    for score in np.asarray(scores, dtype=np.float64):
        up, down = max(0.0, up + score - allowance), max(0.0, down - score - allowance)
        most = max(most, up, down)
    reach = 2 * allowance * (threshold + 1.166)
    run_length = (math.exp(reach) - reach - 1) / (2 * allowance**2)
    return FixedTest("CUSUM", most, most > threshold, threshold, 2000 / run_length)


def _pair(window: ArrayLike, reference: ArrayLike) -> tuple[Floats, Floats]:
    new, old = (np.asarray(counts, dtype=np.float64) for counts in (window, reference))
    if new.shape != old.shape or new.sum() <= 0 or old.sum() <= 0:
        raise ValueError("both need counts over the same bins, and at least one record")
    return new, old
