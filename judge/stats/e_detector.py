"""E-detectors: evidence that grows while something is changed, with a stated average run length while nothing is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

SHIFTS: Final = (0.5, 1.0, 1.5, 2.5, 4.0)
"""The changes that are betted on, in standard errors of a window."""

UP: Final[Floats] = np.array(SHIFTS)
BOTH: Final[Floats] = np.array([*SHIFTS, *(-shift for shift in SHIFTS)])


def fresh(shifts: Floats) -> Floats:
    """A detector that has seen nothing: one logarithm a bet, shape of `shifts`."""
    return np.full(shifts.shape, -np.inf)


def step(state: Floats, score: float, shifts: Floats) -> Floats:
    """A detector after one more window: R ← (1 + R)·exp(δz - δ²/2) for each bet δ.

    The Shiryaev-Roberts form of an e-detector: Shin, Ramdas and Rinaldo (2024), "E-detectors: a nonparametric framework
    for sequential change detection", NEJSDS 2: 229-260, definition 2.2 and eq. 11. For a score that is standard normal
    under no change, whatever came before, R minus the number of windows is a martingale, so that the first time R
    reaches A comes after A windows on average or later.

    Args:
        state: Logarithms of R, shape (K,).
        score: The window's normal score, as `judge.stats.conformal` gives it.
        shifts: The bets, shape (K,).
    """
    return np.logaddexp(0.0, state) + shifts * score - shifts**2 / 2


def strength(state: Floats) -> float:
    """Logarithm of the mean of all bets' R: a mixture of e-detectors is one."""
    return float(np.logaddexp.reduce(state) - np.log(state.size))


def discoveries(strengths: ArrayLike, run_length: float, *, streams: int | None = None) -> NDArray[np.bool_]:
    """Which of many detectors may raise an alarm now: the k largest, k the most with R₍ₖ₎ >= run_length·K/k.

    e-BH (Wang and Ramdas 2022, JRSS B 84: 822-852) on e-detectors: Dandapanthula and Ramdas (2025), "Multiple testing
    in multi-stream sequential change detection", arXiv:2501.04130. The expected share of false alarms among those
    raised by any time is at most that time over `run_length`, however the streams depend on each other; so while
    nothing changes anywhere, the first alarm of all comes after `run_length` windows on average or later.

    Args:
        strengths: Logarithms of R, shape (K,).
        run_length: Windows between two false alarms of everything together.
        streams: How many streams there are, where some are not among `strengths`.

    Returns:
        Shape (K,).
    """
    values = np.asarray(strengths, dtype=np.float64)
    found = np.zeros(values.shape, dtype=np.bool_)
    order = np.argsort(-values, kind="stable")
    count = max(streams or 0, values.size, 1)
    needed = np.log(run_length * count) - np.log(np.arange(1, values.size + 1))
    passes = np.flatnonzero(values[order] >= needed)
    if passes.size:
        found[order[: passes[-1] + 1]] = True
    return found
