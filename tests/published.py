"""Published ratings whose coefficients are known."""

import numpy as np

N = np.nan

FOUR_BY_TWELVE = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, N, N, N],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, N, 3],
        [N, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, N],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, N],
    ]
).T
"""Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, section D: units by observers."""

RAW_4RATERS = FOUR_BY_TWELVE.copy()
"""irrCAC's raw.4raters (Gwet 2021, table 2.10): the same, but the lone rating of the last unit is the third rater's."""

RAW_4RATERS[11] = [N, N, 3, N]

THREE_BY_FIFTEEN = np.array(
    [
        [N, N, N, N, N, 3, 4, 1, 2, 1, 1, 3, 3, N, 3],
        [1, N, 2, 1, 3, 3, 4, 3, N, N, N, N, N, N, N],
        [N, N, 2, 1, 3, 4, 4, N, 2, 1, 1, 3, 3, N, 4],
    ]
).T
"""The example in the documentation of the krippendorff package, as on Wikipedia."""

WIKIPEDIA = np.array(
    [
        [0, 0, 0, 0, 14],
        [0, 2, 6, 4, 2],
        [0, 0, 3, 5, 6],
        [0, 3, 9, 2, 0],
        [2, 2, 8, 1, 1],
        [7, 7, 0, 0, 0],
        [3, 2, 6, 3, 0],
        [2, 5, 3, 2, 2],
        [6, 5, 2, 1, 0],
        [0, 2, 2, 3, 7],
    ]
)
"""The worked example of Wikipedia's "Fleiss' kappa": how many of 14 raters gave each of ten subjects which value."""


def pairs(table):
    """Two raters' values whose cross-table this is."""
    first, second = np.indices(np.shape(table)).reshape(2, -1)
    times = np.ravel(table)
    return np.repeat(first, times), np.repeat(second, times)
