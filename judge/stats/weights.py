"""Weights: how much two values agree, from 0 to 1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from judge.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

Weighting = Literal["identity", "linear", "quadratic", "ordinal"]


def agreement_weights(weighting: Weighting, values: NDArray[Any]) -> NDArray[np.float64]:
    """Agreement of each pair of values, shape (values, values), 1 on the diagonal.

    identity: 1 where equal, else 0. linear: 1 - |c-k|/range (Cicchetti and Allison 1971). quadratic: 1 - ((c-k)/range)²
    (Fleiss and Cohen 1973). ordinal: 1 - C(|c-k|+1, 2)/C(q, 2) over ranks (Gwet 2021, Handbook of Inter-Rater
    Reliability, 5th ed., section 3.5; irrCAC's "ordinal"), which is not Krippendorff's ordinal metric.

    Args:
        weighting: Which weights.
        values: The values in order, shape (values,); linear and quadratic take numbers as they are and names by rank.

    Raises:
        UsageError: There is no such weighting.
    """
    number = values.astype(np.float64) if values.dtype.kind in "iuf" else np.arange(values.size, dtype=np.float64)
    gap = np.abs(number[:, None] - number)
    rank = np.argsort(np.argsort(number))
    step = np.abs(rank[:, None] - rank)
    match weighting:
        case "identity":
            return np.eye(values.size)
        case "linear":
            return 1 - gap / max(float(gap.max()), 1e-300)
        case "quadratic":
            return 1 - (gap / max(float(gap.max()), 1e-300)) ** 2
        case "ordinal":
            pairs = max(values.size * (values.size - 1), 1)
            return np.where(step == 0, 1.0, 1 - step * (step + 1) / pairs)
        case _:
            raise UsageError(f"there is no weighting {weighting!r}", hint="use identity, linear, quadratic or ordinal")
