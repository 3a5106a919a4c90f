"""Flips: whether a rater who was asked again answers otherwise more often than asking twice explains."""

from __future__ import annotations


def flip_test(flips: int, n: int, noise: int, noise_n: int) -> float:
    """p-value that more answers flip now than when the same rater was asked twice in a row, one-sided.

    Fisher's exact test of two shares: Fisher (1935), JRSS 98: 39-82.

    Args:
        flips: Answers that differ from those before.
        n: Items asked again.
        noise: Answers that differed when asked twice in a row.
        noise_n: Items asked twice in a row.

    Raises:
        ValueError: Nothing was asked again.
    """
    from scipy.stats import hypergeom  # noqa: PLC0415 - scipy.stats takes a second to import

    if n <= 0 or noise_n <= 0:
        raise ValueError("items asked again are needed on both sides")
    return float(hypergeom(n + noise_n, flips + noise, n).sf(flips - 1))
