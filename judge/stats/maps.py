"""Maps that make a judge's probabilities mean what they say, fitted on one part of the ratings and tried on another."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, get_args

import numpy as np

from judge.stats.correction import plain_mean
from judge.stats.intervals import Estimate, Refused
from judge.stats.strata import rating_weights

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

Kind = Literal["isotonic", "platt"]
"""Which map."""

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)

_CLIP: Final = 1e-6
_STEPS: Final = 100

LEAST_ITEMS: Final = 20
"""Items below which fitting a map on half of them teaches nothing."""


@dataclass(frozen=True, slots=True)
class Isotonic:
    """A rising step function, linear between its steps.

    Attributes:
        at: Probabilities at which it was fitted, rising, shape (k,).
        to: What they become, never falling, shape (k,).
    """

    at: Floats
    to: Floats

    def __call__(self, probability: ArrayLike) -> Floats:
        """The mapped probabilities, shape as given."""
        return np.interp(np.asarray(probability, dtype=np.float64), self.at, self.to)


@dataclass(frozen=True, slots=True)
class Platt:
    """A logistic map σ(slope·logit(p) + intercept).

    Attributes:
        slope: Below 1 the judge was too sure of itself; below 0 it points the wrong way.
        intercept: Above 0 it said yes too rarely.
    """

    slope: float
    intercept: float

    def __call__(self, probability: ArrayLike) -> Floats:
        """The mapped probabilities, shape as given."""
        return _sigmoid(self.slope * _logit(probability) + self.intercept)


@dataclass(frozen=True, slots=True)
class Trial:
    """A map fitted on one part of the ratings and judged on the rest.

    Attributes:
        map: The map, fitted on the training part.
        before: Brier score of the unmapped probabilities on the held-out part.
        after: Brier score of the mapped ones.
        gain: Paired difference before - after, with its interval; the map helps where it lies above 0.
    """

    map: Isotonic | Platt
    before: float
    after: float
    gain: Estimate | Refused


def fit_isotonic(probability: ArrayLike, truth: ArrayLike, *, weight: ArrayLike | None = None) -> Isotonic:
    """Isotonic regression of truth on probability by pool-adjacent-violators.

    Ayer et al. (1955), Annals of Mathematical Statistics 26: 641-647; Zadrozny and Elkan (2002), KDD.

    Args:
        probability: Shape (n,), n at least 1.
        truth: 1 or 0, or a share, shape (n,).
        weight: Inverse inclusion probabilities, shape (n,).
    """
    from scipy.optimize import isotonic_regression  # noqa: PLC0415 - keeps the module light

    p, y = np.asarray(probability, dtype=np.float64), np.asarray(truth, dtype=np.float64)
    w = np.ones(p.size) if weight is None else np.asarray(weight, dtype=np.float64)
    at, codes = np.unique(p, return_inverse=True)
    total = np.bincount(codes, weights=w)
    mean = np.bincount(codes, weights=w * y) / total
    return Isotonic(at, np.asarray(isotonic_regression(mean, weights=total).x, dtype=np.float64))


def fit_platt(probability: ArrayLike, truth: ArrayLike, *, weight: ArrayLike | None = None) -> Platt:
    """Logistic regression of truth on logit(p), with Platt's targets that keep it from certainty.

    Platt (1999), "Probabilistic outputs for support vector machines", eqs. 3 and 4; Newton's steps after Lin, Lin and
    Weng (2007), Machine Learning 68: 267-276.

    Args:
        probability: Shape (n,), n at least 1.
        truth: 1 or 0, or a share, shape (n,).
        weight: Inverse inclusion probabilities, shape (n,).
    """
    x, y = _logit(probability), np.asarray(truth, dtype=np.float64)
    w = np.ones(x.size) if weight is None else np.asarray(weight, dtype=np.float64)
    w = w * x.size / w.sum()
    yes, no = float(w @ y), float(w @ (1 - y))
    target = y * (yes + 1) / (yes + 2) + (1 - y) / (no + 2)
    design = np.stack([x, np.ones(x.size)], axis=1)
    theta = np.array([0.0, math.log((yes + 1) / (no + 1))])
    for _ in range(_STEPS):
        said = _sigmoid(design @ theta)
        gradient = design.T @ (w * (said - target))
        hessian = (design * (w * said * (1 - said))[:, None]).T @ design + 1e-9 * np.eye(2)
        step = np.linalg.solve(hessian, gradient)
        loss = _log_loss(design @ theta, target, w)
        while _log_loss(design @ (theta - step), target, w) > loss and float(np.abs(step).max()) > _CLIP:
            step = step / 2
        theta = theta - step
        if float(np.abs(step).max()) < _CLIP:
            break
    return Platt(float(theta[0]), float(theta[1]))


def split_groups(groups: ArrayLike, *, share: float = 0.5, seed: int) -> NDArray[np.bool_]:
    """Which rows to train on: whole groups, drawn at random until they hold the share of rows.

    Args:
        groups: What rows must not be split from each other (a document, a conversation), shape (n,).
        share: Share of rows to train on.
        seed: Seed of the draw.

    Returns:
        True for training rows, shape (n,).
    """
    names, codes, sizes = np.unique(np.asarray(groups), return_inverse=True, return_counts=True)
    order = np.random.default_rng(seed).permutation(names.size)
    before = np.cumsum(sizes[order]) - sizes[order]
    chosen = np.zeros(names.size, dtype=np.bool_)
    chosen[order[before + sizes[order] / 2 < share * codes.size]] = True
    mask: NDArray[np.bool_] = chosen[codes]
    return mask


def try_map(
    probability: ArrayLike,
    truth: ArrayLike,
    kind: Kind,
    *,
    seed: int,
    groups: ArrayLike | None = None,
    inclusion: ArrayLike | None = None,
    level: float = 0.95,
) -> Trial | Refused:
    """Fits a map on one half of the ratings, by group, and measures on the other half what it gains.

    Args:
        probability: The judge's probabilities of yes, shape (n,).
        truth: 1 or 0, or a share, shape (n,).
        kind: Which map: isotonic follows any shape and needs some hundred items, Platt's has two numbers.
        seed: Seed of the split.
        groups: What items must not be split from each other, shape (n,).
        inclusion: How likely each item was to be chosen for rating, shape (n,).
        level: Confidence level of the gain.

    Returns:
        The trial; refused under 20 items, or where the training half holds one kind of truth only.
    """
    p, y = np.asarray(probability, dtype=np.float64), np.asarray(truth, dtype=np.float64)
    method = f"{kind} map on held-out items"
    if p.size < LEAST_ITEMS:
        return Refused(
            f"{p.size} items are rated", f"rate {LEAST_ITEMS - p.size} more items", method, LEAST_ITEMS - p.size
        )
    names = np.arange(p.size) if groups is None else np.asarray(groups)
    train = split_groups(names, seed=seed)
    if not train.any() or train.all() or np.ptp(y[train]) == 0:
        reason = "the training half holds one kind of truth only, or everything"
        return Refused(reason, "rate items of more groups and of both kinds", method)
    weight = rating_weights(inclusion, p.size)
    fitted = (fit_isotonic if kind == "isotonic" else fit_platt)(p[train], y[train], weight=weight[train])
    held = ~train
    before, after = (p[held] - y[held]) ** 2, (fitted(p[held]) - y[held]) ** 2
    gain = plain_mean(
        before - after,
        scale=(-1, 1),
        inclusion=None if inclusion is None else np.asarray(inclusion)[held],
        clusters=None if groups is None else names[held],
        level=level,
    )
    mean = [float(np.average(each, weights=weight[held])) for each in (before, after)]
    return Trial(fitted, mean[0], mean[1], gain)


def _logit(probability: ArrayLike) -> Floats:
    p = np.clip(np.asarray(probability, dtype=np.float64), _CLIP, 1 - _CLIP)
    logit: Floats = np.log(p / (1 - p))
    return logit


def _log_loss(odds: Floats, target: Floats, weight: Floats) -> float:
    return float(weight @ (np.logaddexp(0, odds) - target * odds))


def _sigmoid(x: Floats) -> Floats:
    sigmoid: Floats = 1 / (1 + np.exp(-np.clip(x, -700, 700)))
    return sigmoid
