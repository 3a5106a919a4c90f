"""Populations whose truth is known, for the estimates that `coverage.py` measures through rows."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from scipy.special import ndtr, ndtri

from judge.stats.correction import corrected_mean, plain_mean
from judge.stats.diagnostics import diagnose
from judge.stats.difference import Arm, corrected_difference
from judge.stats.intervals import Estimate, Refused
from judge.stats.ppi import ppi_mean
from judge.stats.roc import auroc

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Case = tuple[Estimate | Refused, float]
    Draw = Callable[[np.random.Generator], Case]
    Draws = Callable[[np.random.Generator], Sequence[Case]]

POOL = 3000
RATES = (0.02, 0.1, 0.3)
RATINGS = (30, 100, 300)
JUDGES = ((0.7, 0.7), (0.9, 0.8), (0.98, 0.98))
GRID = tuple(itertools.product(RATES, RATINGS, JUDGES))


@dataclass(frozen=True)
class Study:
    """Estimates under a design, over many cells.

    Attributes:
        estimates: What is estimated from each draw.
        design: How items were chosen or what they share.
        cells: One function a cell, giving for each estimate itself and the truth it should hold.
        times: How many times the usual number of draws each cell gets.
    """

    estimates: tuple[str, ...]
    design: str
    cells: Sequence[Draws]
    times: int = 1

    @classmethod
    def of_one(cls, estimate: str, design: str, cells: Sequence[Draw], times: int = 1) -> Study:
        """A study of one estimate."""
        return cls((estimate,), design, [lambda rng, cell=cell: (cell(rng),) for cell in cells], times)


@dataclass(frozen=True)
class Found:
    """Coverage, mean length and share of refusals in one cell."""

    coverage: float
    length: float
    refused: float


def run_study(study: Study, rows: int, seed: np.random.SeedSequence) -> dict[str, list[Found]]:
    """Draws every cell; refused draws are counted apart, cells refused in most draws are left out."""
    found: dict[str, list[Found]] = {name: [] for name in study.estimates}
    for cell, child in zip(study.cells, seed.spawn(len(study.cells)), strict=True):
        rng = np.random.default_rng(child)
        drawn = zip(*(cell(rng) for _ in range(rows * study.times)), strict=True)
        for name, cases in zip(study.estimates, drawn, strict=True):
            one = _found(cases)
            if one is not None:
                found[name].append(one)
    return found


def _found(cases: Sequence[Case]) -> Found | None:
    made = [(one, truth) for one, truth in cases if isinstance(one, Estimate)]
    if len(made) < len(cases) / 2:
        return None
    held = [one.low - 1e-9 <= truth <= one.high + 1e-9 for one, truth in made]
    widths = [one.width for one, _ in made]
    return Found(float(np.mean(held)), float(np.mean(widths)), 1 - len(made) / len(cases))


def judged_pool(
    rng: np.random.Generator, rate: float, judge: tuple[float, float], size: int = POOL
) -> tuple[Floats, Floats, Floats]:
    """Truth, the judge's score, and its probability, of a judge with a normal latent and known TPR and TNR."""
    truth = (rng.random(size) < rate).astype(np.float64)
    latent = np.where(truth == 1, ndtri(judge[0]), -ndtri(judge[1])) + rng.normal(size=size)
    return truth, (latent > 0).astype(np.float64), ndtr(latent)


def with_probabilities(rng: np.random.Generator, size: Floats, n: int) -> tuple[NDArray[np.intp], Floats]:
    """A systematic draw of fixed size in random order, inclusion probabilities in proportion to `size`, at most 1."""
    chance = size * n / size.sum()
    while (chance > 1).any():
        sure = chance >= 1
        chance = np.where(sure, 1.0, size * (n - sure.sum()) / size[~sure].sum())
    order = rng.permutation(size.size)
    steps = np.floor(np.cumsum(chance[order]) - rng.random())
    chosen = order[np.diff(steps, prepend=-1.0) > 0]
    return chosen, chance[chosen]


def designed(design: str, rate: float, n: int, judge: tuple[float, float]) -> tuple[Callable[..., Any], float]:
    """A function that draws the arguments of `corrected_mean` under a design of the labelling app."""

    def one(rng: np.random.Generator) -> dict[str, Any]:
        if design == "conversations":
            return conversations(rng, rate, n, judge)
        truth, score, probability = judged_pool(rng, rate, judge)
        if design == "uniform":
            size = np.ones(POOL)
        elif design == "by score, floor":
            flagged = score.mean()
            share = np.clip(flagged, 0.2, 0.8)
            size = (
                np.where(score == 1, share / flagged, (1 - share) / (1 - flagged)) if 0 < flagged < 1 else np.ones(POOL)
            )
        elif design == "uncertainty":
            size = 0.2 + 1 - 2 * np.abs(probability - 0.5)
        else:
            second = np.where(truth == 1, rng.random(POOL) < judge[0], rng.random(POOL) >= judge[1])
            size = np.where(score == second, 0.25, 1.0)
        chosen, chance = with_probabilities(rng, size, n)
        return {
            "pool": score,
            "score": score[chosen],
            "truth": truth[chosen],
            "inclusion": chance,
            "probability": probability,
            "chosen": chosen,
        }

    return one, rate


def conversations(rng: np.random.Generator, rate: float, n: int, judge: tuple[float, float]) -> dict[str, Any]:
    """Five rows a conversation, truths and errors alike within it (ICC .3 on the latent), whole conversations rated."""
    talks = POOL // 5

    def latent() -> Floats:
        return 0.3**0.5 * np.repeat(rng.normal(size=talks), 5) + 0.7**0.5 * rng.normal(size=POOL)

    truth = (latent() > -ndtri(rate)).astype(np.float64)
    luck = ndtr(latent())
    score = np.where(truth == 1, luck < judge[0], luck >= judge[1]).astype(np.float64)
    names = np.repeat(np.arange(talks), 5)
    chosen = np.flatnonzero(np.isin(names, rng.choice(talks, n // 5, replace=False)))
    rated = {"pool": score, "score": score[chosen], "truth": truth[chosen], "clusters": names[chosen]}
    return rated | {"pool_clusters": names, "chosen": chosen}


def rate_cell(design: str, rate: float, n: int, judge: tuple[float, float], *, blind: bool = False) -> Draw:
    """The corrected rate under a design; `blind` leaves out what the design stored."""
    make, truth = designed(design, rate, n, judge)

    def one(rng: np.random.Generator) -> Case:
        made = make(rng)
        for name in ("probability", "chosen", *(("inclusion", "clusters", "pool_clusters") if blind else ())):
            made.pop(name, None)
        return corrected_mean(**made, small="bound"), truth

    return one


def ppi_cell(design: str, rate: float, n: int, judge: tuple[float, float]) -> Draw:
    """PPI++ of a rare or common truth by the judge's probability."""
    make, truth = designed(design, rate, n, judge)

    def one(rng: np.random.Generator) -> Case:
        made = make(rng)
        said, chosen = made["probability"], made["chosen"]
        return ppi_mean(said, said[chosen], made["truth"], inclusion=made["inclusion"]), truth

    return one


def number_cell(follows: float, n: int, *, skewed: bool, judged: bool = True) -> Draw:
    """A mean of numbers on a scale, plain or long-tailed, by a judge that follows them so well."""

    def one(rng: np.random.Generator) -> Case:
        z = rng.normal(size=(2, POOL))
        other = follows * z[0] + (1 - follows**2) ** 0.5 * z[1]
        if skewed:
            truth, said, mean = np.minimum(np.exp(0.8 * z[0] - 2), 5), np.exp(0.8 * other - 2), np.exp(0.32 - 2)
        else:
            truth, said, mean = np.clip(2.5 + 0.75 * z[0], 0, 5), 0.5 + 0.15 * other, 2.5
        chosen = rng.choice(POOL, n, replace=False)
        if not judged:
            return plain_mean(truth[chosen], scale=(0, 5)), float(mean)
        return ppi_mean(said, said[chosen], truth[chosen], scale=(0, 5)), float(mean)

    return one


def ordinal_cell(shares: Sequence[float], noise: float, n: int, *, equal: bool) -> Draw:
    """The mean of a 1 to 5 scale, a stratum for each of the judge's scores."""
    mean = float(np.dot(shares, range(1, 6)))

    def one(rng: np.random.Generator) -> Case:
        truth = rng.choice(5, POOL, p=shares) + 1.0
        score = np.clip(np.round(truth + rng.normal(0, noise, POOL)), 1, 5)
        chosen = rng.choice(POOL, n, replace=False)
        if equal:
            rows = [np.flatnonzero(score == value) for value in np.unique(score)]
            chosen = np.concatenate([rng.choice(row, min(row.size, n // len(rows)), replace=False) for row in rows])
        return corrected_mean(score, score[chosen], truth[chosen], scale=(1, 5), small="bound"), mean

    return one


def panel_cell(work: tuple[int, ...], strictness: float, n: int, whose: Literal["all", "own", "drawn"] = "all") -> Draw:
    """Annotators who differ in strictness, one to an item where they share it in those parts, else all to every item.

    The truth is the mean over all annotators there could be, or with `whose="own"` over those who rated; `"drawn"` asks
    for the limits of all annotators from however few.
    """

    def one(rng: np.random.Generator) -> Case:
        doubt = rng.normal(size=POOL)
        score = (doubt + 0.7 * rng.normal(size=POOL) > 1).astype(np.float64)
        chosen = rng.choice(POOL, n, replace=False)
        strict = rng.normal(0, strictness, len(work))
        noise = 0.3 * rng.normal(size=(n, len(work)))
        table = (doubt[chosen, None] + strict + noise > 1).astype(np.float64)
        if len(set(work)) > 1:
            turn = np.repeat(np.arange(len(work)), np.multiply(work, n) // sum(work))
            table[np.resize(turn, n)[:, None] != np.arange(len(work))] = np.nan
        rates = ndtr((strict - 1) / 1.09**0.5)
        truth = float(rates.mean()) if whose == "own" else float(ndtr(-1 / (1.09 + strictness**2) ** 0.5))
        annotators = "drawn" if whose == "drawn" else "enough"
        return corrected_mean(score, score[chosen], table, annotators=annotators, small="bound"), truth

    return one


def pair_cell(rates: tuple[float, float], n: int, judge: tuple[float, float], *, design: str) -> Draw:
    """A minus B on questions whose difficulty the arms share (correlation .8)."""

    def one(rng: np.random.Generator) -> Case:
        talks = POOL // 5
        hard = rng.normal(size=POOL)
        if design == "conversations":
            hard = 0.5**0.5 * np.repeat(rng.normal(size=talks), 5) + 0.5**0.5 * hard
        names = np.repeat(np.arange(talks), 5) if design == "conversations" else np.arange(POOL)
        if design == "conversations":
            both = np.flatnonzero(np.isin(names, rng.choice(talks, n // 5, replace=False)))
        else:
            both = rng.choice(POOL, n, replace=False)
        arms = []
        for number, rate in enumerate(rates):
            truth = 0.8**0.5 * hard + 0.2**0.5 * rng.normal(size=POOL) > -ndtri(rate)
            score = np.where(truth, rng.random(POOL) < judge[0], rng.random(POOL) >= judge[1]).astype(np.float64)
            chosen = both
            if design == "half shared" and number:
                others = np.setdiff1d(np.arange(POOL), both)
                chosen = np.concatenate([both[: n // 2], rng.choice(others, n - n // 2, replace=False)])
            arms.append(Arm(score, score[chosen], truth[chosen], clusters=names[chosen], pool_clusters=names))
        return corrected_difference(arms[0], arms[1], small="bound"), rates[0] - rates[1]

    return one


RIGHT = ("TPR", "TNR", "balanced accuracy", "F1")


def right_cell(design: str, rate: float, n: int, judge: tuple[float, float]) -> Draws:
    """How often the judge is right, the estimates of `RIGHT`, under a design."""
    make, _ = designed(design, rate, n, judge)
    flagged = rate * judge[0] + (1 - rate) * (1 - judge[1])
    truths = (*judge, sum(judge) / 2, 2 * rate * judge[0] / (rate + flagged))

    def one(rng: np.random.Generator) -> Sequence[Case]:
        made = make(rng)
        design_of = {key: made[key] for key in ("inclusion", "clusters", "pool_clusters") if key in made}
        found = diagnose(made["pool"], made["score"], made["truth"], {1.0}, **design_of)
        return list(zip((found.tpr, found.tnr, found.balanced_accuracy, found.f1), truths, strict=True))

    return one


def auroc_cell(design: str, rate: float, n: int, judge: tuple[float, float]) -> Draw:
    """How well the judge's probability sorts, under a design."""
    make, _ = designed(design, rate, n, judge)
    truth = float(ndtr((ndtri(judge[0]) + ndtri(judge[1])) / 2**0.5))

    def one(rng: np.random.Generator) -> Case:
        made = make(rng)
        return auroc(made["probability"][made["chosen"]], made["truth"], inclusion=made["inclusion"]), truth

    return one


DESIGNS = ("uniform", "by score, floor", "uncertainty", "disagreement", "conversations")
SHARES = (
    (0.02, 0.03, 0.05, 0.1, 0.8),
    (0.05, 0.1, 0.2, 0.4, 0.25),
    (0.2, 0.2, 0.2, 0.2, 0.2),
    (0.01, 0.0, 0.0, 0.0, 0.99),
)
PAIRS = tuple(itertools.product(((0.02, 0.02), (0.1, 0.05), (0.3, 0.3)), RATINGS, JUDGES))

ANNOTATORS = {"alike": 0.0, "who differ": 0.2, "who differ much": 0.5}
"""Standard deviation of their strictness, where items differ by 1."""

_one = Study.of_one

ROW_STUDIES = (
    *(_one("corrected rate", design, [rate_cell(design, *cell) for cell in GRID], 2) for design in DESIGNS),
    *(
        _one("corrected rate", name, [rate_cell(design, *cell, blind=True) for cell in GRID])
        for design, name in (
            ("disagreement", "disagreement, chances not stored"),
            ("conversations", "conversations taken for rows"),
        )
    ),
    *(
        _one(
            "corrected rate, 3 to 8 annotators",
            f"annotators {alike}",
            [panel_cell((1,) * r, strictness, n) for r in (3, 5, 8) for n in RATINGS],
            4,
        )
        for alike, strictness in ANNOTATORS.items()
    ),
    *(
        _one(
            "corrected rate, 4 to 8 annotators who share the work unequally",
            f"annotators {alike}",
            [panel_cell(work, strictness, n) for work in ((4, 3, 2, 1), tuple(range(8, 0, -1))) for n in RATINGS],
            4,
        )
        for alike, strictness in ANNOTATORS.items()
    ),
    *(
        _one(
            f"corrected rate, 2 annotators, {meant}",
            f"annotators {alike}",
            [panel_cell((1, 1), strictness, n, whose) for n in RATINGS],
            4,
        )
        for whose, meant in (("own", "of these two"), ("drawn", "of any, `annotators='drawn'`"))
        for alike, strictness in ANNOTATORS.items()
    ),
    *(
        _one(
            "corrected mean of 1 to 5",
            name,
            [ordinal_cell(s, e, n, equal=equal) for s in SHARES for e in (0.4, 1.0) for n in RATINGS],
        )
        for name, equal in (("uniform", False), ("equal by score", True))
    ),
    *(
        _one("PPI++, yes or no by probability", design, [ppi_cell(design, *cell) for cell in GRID])
        for design in ("uniform", "uncertainty")
    ),
    *(
        _one(
            f"PPI++, {name} numbers",
            "uniform",
            [number_cell(r, n, skewed=skewed) for r in (0.0, 0.5, 0.9) for n in RATINGS],
            2,
        )
        for name, skewed in (("bell-shaped", False), ("long-tailed", True))
    ),
    _one("mean of ratings, long-tailed", "uniform", [number_cell(0, n, skewed=True, judged=False) for n in RATINGS], 2),
    *(
        _one("A minus B", design, [pair_cell(*cell, design=design) for cell in PAIRS])
        for design in ("paired", "half shared", "conversations")
    ),
    *(
        Study(RIGHT, design, [right_cell(design, *cell) for cell in GRID])
        for design in ("uniform", "by score, floor", "conversations")
    ),
    *(_one("AUROC", design, [auroc_cell(design, *cell) for cell in GRID]) for design in ("uniform", "uncertainty")),
)
