"""Strength: versions ranked by who is preferred to whom (Bradley and Terry 1952), with ties (Davidson 1970)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from judge.stats.intervals import Estimate, Refused

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

WIN, TIE, LOSS = 0, 1, 2
METHOD: Final = "Bradley-Terry-Davidson, sandwich over questions"
DRAWS: Final = 10_000
_STEPS: Final = 100
_ENOUGH: Final = 1e-9
_FARTHEST: Final = 12.0
_LEAST_CLUSTERS: Final = 5


@dataclass(frozen=True, slots=True)
class Strengths:
    """Versions by strength.

    Attributes:
        log: Log strength of each version, summing to 0, shape (K,).
        tie: ν, how readily a tie is given: the chance of a tie between equals is ν / (2 + ν).
        covariance: Cluster-robust covariance of the log strengths, shape (K, K).
        clusters: How many questions it rests on.
        level: Confidence level of the intervals.
        first: Share of draws from the covariance in which each version is the strongest, shape (K,).
    """

    log: Floats
    tie: float
    covariance: Floats
    clusters: int
    level: float
    first: Floats

    def strength(self, version: int) -> Estimate:
        """The log strength of a version, 0 being the average, with its interval."""
        return self._estimate(float(self.log[version]), float(self.covariance[version, version]))

    def gap(self, first: int, second: int) -> Estimate:
        """The log strength of one version minus that of another, with its interval."""
        c = self.covariance
        return self._estimate(
            float(self.log[first] - self.log[second]),
            float(c[first, first] + c[second, second] - 2 * c[first, second]),
        )

    def beats(self, first: int, second: int) -> Estimate:
        """Chance that the first is preferred to the second where one of them is, with its interval."""
        gap = self.gap(first, second)
        value, low, high = (1 / (1 + math.exp(-end)) for end in (gap.value, gap.low, gap.high))
        return Estimate(value, low, high, gap.level, gap.n, gap.method)

    def p_equal(self, first: int, second: int) -> float:
        """p-value that two versions are equally strong, by t with one degree of freedom less than questions."""
        from scipy.special import stdtr  # noqa: PLC0415 - keeps the module light

        gap = self.gap(first, second)
        error = gap.width / 2 / self._reach()
        return float(2 * stdtr(self.clusters - 1, -abs(gap.value) / error)) if error > 0 else 1.0

    def _reach(self) -> float:
        from scipy.special import stdtrit  # noqa: PLC0415 - as above

        return float(stdtrit(self.clusters - 1, (1 + self.level) / 2))

    def _estimate(self, value: float, variance: float) -> Estimate:
        reach = self._reach() * math.sqrt(max(0.0, variance))
        return Estimate(value, value - reach, value + reach, self.level, self.clusters, METHOD)


def fit(counts: ArrayLike) -> tuple[Floats, float]:
    """Maximum likelihood strengths from counts.

    P(i over j) = πᵢ / (πᵢ + πⱼ + ν√(πᵢπⱼ)), P(tie) = ν√(πᵢπⱼ) / (the same): Davidson (1970), JASA 65: 317-328, eqs. 2.3
    and 2.4; with no ties at all it is the model of Bradley and Terry (1952), Biometrika 39: 324-345. Newton's steps on
    the log strengths and log ν; counts need not be whole.

    Args:
        counts: Shape (K, K, 3): for i and j, how often i was preferred, was tied with j, and lost. Only the sum of
            [i, j] and the mirrored [j, i] counts.

    Returns:
        Log strengths summing to 0, shape (K,), and ν.

    Raises:
        ValueError: The comparisons do not tell the versions apart: some never won, never lost, or were never compared.
    """
    table = _one_sided(np.asarray(counts, dtype=np.float64))
    _check_connected(table)
    k = table.shape[0]
    first, second = np.triu_indices(k, 1)
    cells = table[first, second]
    met = cells.sum(axis=1) > 0
    design = np.zeros((int(met.sum()), k))
    rows = np.arange(design.shape[0])
    design[rows, first[met]], design[rows, second[met]] = 0.5, -0.5
    cells, ties = cells[met], bool(cells[met][:, TIE].sum() > 0)
    strength, log_tie = np.zeros(k), 0.0 if ties else -np.inf
    for _ in range(_STEPS):
        step, tie_step = _newton(design, cells, strength, log_tie, ties=ties)
        strength = np.clip(strength + step, -_FARTHEST, _FARTHEST)
        strength -= strength.mean()
        log_tie += tie_step
        if max(float(np.abs(step).max()), abs(tie_step)) < _ENOUGH:
            break
    # Ties alone may hold versions together that are no distance apart which the likelihood could choose.
    if np.ptp(strength) > _FARTHEST:
        raise ValueError("a version that never lost, but for ties, has no strength that could be told")
    return strength, float(np.exp(log_tie))


def strengths(
    first: ArrayLike,
    second: ArrayLike,
    outcome: ArrayLike,
    clusters: ArrayLike,
    versions: int,
    *,
    level: float = 0.95,
    seed: int = 0,
) -> Strengths | Refused:
    """Strengths of versions with a covariance that holds whatever the pairs of one question share.

    The sandwich H⁻¹ (Σ s sᵀ) H⁻¹ of the questions' scores s, times G/(G-1) for G questions: Liang and Zeger (1986),
    Biometrika 73: 13-22, eq. 4.

    Args:
        first: Place of the first version of each pair, shape (N,).
        second: Place of the second, shape (N,).
        outcome: How much the pair counts as win of the first, tie, and loss, shape (N, 3); rows that were corrected by
            ratings may lie below 0 or above 1, see `corrected_outcomes`.
        clusters: The question each pair belongs to, shape (N,).
        versions: How many versions there are.
        level: Confidence level.
        seed: Seed of the draws that tell how often each is the strongest.

    Returns:
        The strengths; refused where the comparisons do not tell the versions apart, or come from under 5 questions.
    """
    rows, one, two = np.asarray(outcome, dtype=np.float64), np.asarray(first), np.asarray(second)
    names, codes = np.unique(np.asarray(clusters), return_inverse=True)
    if names.size < _LEAST_CLUSTERS:
        return Refused(f"the pairs come from {names.size} questions", "compare on 5 questions or more", METHOD)
    counts = np.zeros((versions, versions, 3))
    np.add.at(counts, (one, two), rows)
    try:
        log, tie = fit(counts)
    except ValueError as error:
        return Refused(str(error), "judge or rate more pairs of these versions", METHOD)
    design = np.zeros((rows.shape[0], versions))
    places = np.arange(rows.shape[0])
    design[places, one] += 0.5
    design[places, two] -= 0.5
    log_tie = math.log(tie) if tie > 0 else -math.inf
    scores, hessian = _scores(design, rows, log, log_tie, ties=tie > 0)
    sums = np.zeros((names.size, versions + 1))
    np.add.at(sums, codes, scores)
    bread = np.linalg.inv(hessian)
    whole = bread @ (sums.T @ sums) @ bread * (names.size / (names.size - 1))
    covariance: Floats = whole[:versions, :versions]
    drawn = np.random.default_rng(seed).multivariate_normal(log, covariance, size=DRAWS, method="svd")
    best = np.bincount(drawn.argmax(axis=1), minlength=versions) / DRAWS
    return Strengths(log, tie, covariance, int(names.size), level, best)


def corrected_outcomes(
    said: ArrayLike, truth: ArrayLike, rated: ArrayLike, *, inclusion: ArrayLike | None = None
) -> Floats:
    """What every pair counts for when the judge's outcome is corrected by people's on the rated part.

    y = m(said) + (truth - m(said)) / π on rated pairs and m(said) on the others, m being people's mean outcome where
    the judge said the same. Its sum over any versions is unbiased however the judge errs there, its favours for one of
    them included, since every residual is weighted by its chance to be seen: the difference estimator (Cassel, Särndal
    and Wretman 1976, Biometrika 63: 615-620; Angelopoulos et al. 2023, Science 382: 669-674).

    Args:
        said: What the judge said of each pair, an inconsistency or abstention being a value of its own, shape (N,).
        truth: People's outcome of each rated pair: shares of win, tie and loss of the first, shape (n, 3).
        rated: Places of the rated pairs, shape (n,).
        inclusion: How likely each was to be rated, shape (n,); equal for all pairs of one outcome where left out.

    Returns:
        Shape (N, 3).
    """
    outcome, y, places = np.asarray(said), np.asarray(truth, dtype=np.float64), np.asarray(rated, dtype=np.intp)
    _, codes = np.unique(outcome.astype(str), return_inverse=True)
    mine = codes[places]
    sizes, n = np.bincount(codes), np.bincount(mine, minlength=int(codes.max()) + 1)
    chance = (n / sizes)[mine] if inclusion is None else np.asarray(inclusion, dtype=np.float64)
    weight = 1 / chance
    total = np.bincount(mine, weights=weight, minlength=n.size)
    overall = (weight @ y) / weight.sum()
    mean = np.tile(overall, (n.size, 1))
    for column in range(3):
        part = np.bincount(mine, weights=weight * y[:, column], minlength=n.size)
        mean[n > 0, column] = part[n > 0] / total[n > 0]
    made: Floats = mean[codes]
    made[places] += weight[:, None] * (y - mean[mine])
    return made


def _one_sided(counts: Floats) -> Floats:
    """Both directions of a pair added up; sums below 0, which corrected rows may have, count as none."""
    return np.maximum(counts + counts.transpose(1, 0, 2)[:, :, ::-1], 0.0)


def _check_connected(table: Floats) -> None:
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415 - keeps the module light

    beaten = (table[:, :, WIN] + table[:, :, TIE]) > 0
    np.fill_diagonal(beaten, val=False)
    parts, _ = connected_components(beaten, directed=True, connection="strong")
    if parts > 1:
        raise ValueError("some versions never won, never lost, or were never compared with the others")


def _newton(design: Floats, cells: Floats, strength: Floats, log_tie: float, *, ties: bool) -> tuple[Floats, float]:
    """One step towards the maximum, held back where it would leap."""
    scores, hessian = _scores(design, cells, strength, log_tie, ties=ties)
    step = np.linalg.solve(hessian, scores.sum(axis=0))
    step *= min(1.0, 2.0 / max(1e-12, float(np.abs(step).max())))
    return step[:-1], float(step[-1]) if ties else 0.0


def _scores(design: Floats, rows: Floats, strength: Floats, log_tie: float, *, ties: bool) -> tuple[Floats, Floats]:
    """Each row's score and all rows' information: (win, tie, loss) have log odds (d, log ν, -d), d half the gap."""
    d = design @ strength
    odds = np.exp(np.stack([d, np.full_like(d, log_tie), -d], axis=1))
    p = odds / odds.sum(axis=1, keepdims=True)
    n = rows.sum(axis=1)
    lean, size = p[:, WIN] - p[:, LOSS], strength.size
    scores = np.zeros((rows.shape[0], size + 1))
    scores[:, :size] = design * (rows[:, WIN] - rows[:, LOSS] - n * lean)[:, None]
    information = np.zeros((size + 1, size + 1))
    curve = n * (1 - p[:, TIE] - lean**2)
    # Log strengths are known up to a constant; the ridge along it fixes their sum.
    information[:size, :size] = design.T @ (design * curve[:, None]) + 1 / size
    information[size, size] = 1.0
    if ties:
        scores[:, size] = rows[:, TIE] - n * p[:, TIE]
        information[size, size] = max(1e-9, float(np.sum(n * p[:, TIE] * (1 - p[:, TIE]))))
        cross = design.T @ (-n * lean * p[:, TIE])
        information[:size, size] = information[size, :size] = cross
    return scores, information
