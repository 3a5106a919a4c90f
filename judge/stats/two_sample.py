"""The classifier two-sample test: can a small classifier tell new texts from old ones, and by what?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from judge.stats.conformal import rank_score

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray
    from scipy.sparse import csr_matrix

    Floats = NDArray[np.float64]

PENALTY: Final = 1.0


@dataclass(frozen=True, slots=True)
class Told:
    """How well new texts are told from old ones.

    Attributes:
        score: A normal score, large where they are told apart better than chance.
        auc: How often a new text looks newer than an old one; ½ is chance.
        scores: How new each text looks to a classifier that never saw it, shape (N,).
    """

    score: float
    auc: float
    scores: Floats


def told_apart(features: csr_matrix, new: ArrayLike, groups: ArrayLike, *, seed: int) -> Told:
    """Fit a linear classifier on one half, rank the other half by it, and the other way round.

    Lopez-Paz and Oquab (2017), "Revisiting classifier two-sample tests", ICLR; the rank sum in place of the accuracy,
    and both halves in turn. Given the texts, which of them are new is a random draw while nothing changes, so the rank
    sum of each half has its known law whatever the classifier does.

    Args:
        features: One row a text, shape (N, D), rows of about unit length.
        new: Whether a text is new, shape (N,).
        groups: What each text belongs to (a conversation), shape (N,): a group is never in both halves, or the
            classifier would know new texts by their neighbours.
        seed: Seed of the halves.

    Raises:
        ValueError: There are fewer than 4 texts of either kind.
    """
    truth = np.asarray(new, dtype=np.bool_)
    if min(truth.sum(), (~truth).sum()) < 4:  # noqa: PLR2004 - two of each in each half
        raise ValueError("new and old texts need to be 4 at least, each")
    half = _halves(truth, np.asarray(groups), np.random.default_rng(seed))
    if min(np.bincount(2 * half + truth, minlength=4)) < 1:
        raise ValueError("the groups are too large to be parted into halves")
    scores = np.zeros(truth.size)
    found, wins = [], 0.0
    for fitted in (True, False):
        weights = fit_linear(features[half == fitted], truth[half == fitted])
        held = half != fitted
        scores[held] = features[held] @ weights
        score, auc = _ranked(scores[held], truth[held])
        found.append(score)
        wins += auc / 2
    # Both halves tell nearly the same: their mean is the score, for the sum would count it twice.
    return Told(sum(found) / 2, wins, scores)


def _halves(truth: NDArray[np.bool_], groups: NDArray[Any], rng: np.random.Generator) -> NDArray[np.bool_]:
    half = np.zeros(truth.size, dtype=np.bool_)
    for kind in (True, False):
        inside = np.flatnonzero(truth == kind)
        names, place = np.unique(groups[inside], return_inverse=True)
        chosen = rng.permutation(names.size) < (names.size + 1) // 2
        half[inside] = chosen[place]
    return half


def _ranked(scores: Floats, truth: NDArray[np.bool_]) -> tuple[float, float]:
    values, place = np.unique(scores, return_inverse=True)
    new = np.bincount(place, weights=truth, minlength=values.size)
    old = np.bincount(place, weights=~truth, minlength=values.size)
    before = np.cumsum(old) - old
    auc = float(new @ (before + old / 2) / (new.sum() * old.sum()))
    return rank_score(new, old), auc


def fit_linear(features: csr_matrix, truth: ArrayLike, *, penalty: float = PENALTY) -> Floats:
    """Weights of a linear classifier by ridge least squares, both kinds counting alike, shape (D,).

    There are many more terms than texts, so it is solved in the texts: w = Xᵀ(XXᵀ + λB⁻¹)⁻¹y with y of ±1 and B the
    weight of each text. For ranking it serves as well as logistic regression, at a hundredth of the time.

    Args:
        features: Shape (N, D).
        truth: Whether a text is new, shape (N,).
        penalty: λ.
    """
    new = np.asarray(truth, dtype=np.bool_)
    share = new.mean()
    weight = np.where(new, 0.5 / share, 0.5 / (1 - share))
    kernel = (features @ features.T).toarray()
    kernel[np.diag_indices_from(kernel)] += penalty / weight
    found: Floats = features.T @ np.linalg.solve(kernel, np.where(new, 1.0, -1.0))
    return found


def telling_terms(new: Sequence[set[str]], old: Sequence[set[str]], *, most: int = 10) -> list[tuple[str, int, int]]:
    """The terms that new texts have and old ones have not: those with the largest weighted log odds.

    Monroe, Colaresi and Quinn (2008), "Fightin' words", Political Analysis 16: 372-403, eq. 15, 16 and 22, with half a
    text as prior of each term.

    Args:
        new: The terms of each new text.
        old: The terms of each old text.
        most: How many are given.

    Returns:
        Term, new texts with it, old texts with it; only those beyond 3 standard errors.
    """
    counts: dict[str, list[int]] = {}
    for place, texts in enumerate((new, old)):
        for terms in texts:
            for term in terms:
                counts.setdefault(term, [0, 0])[place] += 1
    found = []
    for term, (k, m) in counts.items():
        a, b, c, d = k + 0.5, len(new) - k + 0.5, m + 0.5, len(old) - m + 0.5
        z = (math.log(a / b) - math.log(c / d)) / math.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
        if z > 3:  # noqa: PLR2004 - as the docstring says
            found.append((z, term, k, m))
    return [(term, k, m) for _, term, k, m in sorted(found, reverse=True)[:most]]
