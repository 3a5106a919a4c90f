"""Populations whose truth is known, for the estimates that `coverage.py` measures through rows."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

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

POOL = 3000
RATES = (0.02, 0.1, 0.3)
RATINGS = (30, 100, 300)
JUDGES = ((0.7, 0.7), (0.9, 0.8), (0.98, 0.98))
GRID = tuple(itertools.product(RATES, RATINGS, JUDGES))


@dataclass(frozen=True)
class Study:
    """An estimate under a design, over many cells.

    Attributes:
        estimate: What is estimated.
        design: How items were chosen or what they share.
        draws: One function a cell, giving an estimate and the truth it should hold.
    """

    estimate: str
    design: str
    draws: Sequence[Draw]


@dataclass(frozen=True)
class Found:
    """Coverage, mean length and share of refusals in one cell."""

    coverage: float
    length: float
    refused: float


def run_study(study: Study, rows: int, seed: np.random.SeedSequence) -> list[Found]:
    """Draws every cell; refused draws are counted apart, cells refused in most draws are left out."""
    found = []
    for draw, child in zip(study.draws, seed.spawn(len(study.draws)), strict=True):
        rng = np.random.default_rng(child)
        cases = [draw(rng) for _ in range(rows)]
        made = [(one, truth) for one, truth in cases if isinstance(one, Estimate)]
        if len(made) < rows / 2:
            continue
        held = [one.low - 1e-9 <= truth <= one.high + 1e-9 for one, truth in made]
        widths = [one.width for one, _ in made]
        found.append(Found(float(np.mean(held)), float(np.mean(widths)), 1 - len(made) / rows))
    return found


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


def panel_cell(annotators: int, strictness: float, n: int) -> Draw:
    """Annotators who differ in strictness; the truth is the mean over all annotators there could be."""

    def one(rng: np.random.Generator) -> Case:
        doubt = rng.normal(size=POOL)
        score = (doubt + 0.7 * rng.normal(size=POOL) > 1).astype(np.float64)
        chosen = rng.choice(POOL, n, replace=False)
        strict = rng.normal(0, strictness, annotators)
        noise = 0.3 * rng.normal(size=(n, annotators))
        table = (doubt[chosen, None] + strict + noise > 1).astype(np.float64)
        truth = float(ndtr(-1 / (1 + strictness**2 + 0.09) ** 0.5))
        return corrected_mean(score, score[chosen], table, small="bound"), truth

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


def diagnostic_cell(name: str, design: str, rate: float, n: int, judge: tuple[float, float]) -> Draw:
    """One of the judge's error rates under a design."""
    make, _ = designed(design, rate, n, judge)
    flagged = rate * judge[0] + (1 - rate) * (1 - judge[1])
    truths = {
        "tpr": judge[0],
        "tnr": judge[1],
        "balanced_accuracy": sum(judge) / 2,
        "f1": 2 * rate * judge[0] / (rate + flagged),
        "auroc": float(ndtr((ndtri(judge[0]) + ndtri(judge[1])) / 2**0.5)),
    }

    def one(rng: np.random.Generator) -> Case:
        made = make(rng)
        if name == "auroc":
            said = made["probability"][made["chosen"]]
            return auroc(said, made["truth"], inclusion=made["inclusion"]), truths[name]
        design_of = {key: made[key] for key in ("inclusion", "clusters", "pool_clusters") if key in made}
        found = diagnose(made["pool"], made["score"], made["truth"], {1.0}, **design_of)
        return getattr(found, name), truths[name]

    return one


DESIGNS = ("uniform", "by score, floor", "uncertainty", "disagreement", "conversations")
SHARES = (
    (0.02, 0.03, 0.05, 0.1, 0.8),
    (0.05, 0.1, 0.2, 0.4, 0.25),
    (0.2, 0.2, 0.2, 0.2, 0.2),
    (0.01, 0.0, 0.0, 0.0, 0.99),
)
PAIRS = tuple(itertools.product(((0.02, 0.02), (0.1, 0.05), (0.3, 0.3)), RATINGS, JUDGES))

ROW_STUDIES = (
    *(Study("corrected rate", design, [rate_cell(design, *cell) for cell in GRID]) for design in DESIGNS),
    Study(
        "corrected rate",
        "disagreement, chances not stored",
        [rate_cell("disagreement", *cell, blind=True) for cell in GRID],
    ),
    Study(
        "corrected rate",
        "conversations taken for rows",
        [rate_cell("conversations", *cell, blind=True) for cell in GRID],
    ),
    *(
        Study(
            "corrected mean of 1 to 5",
            name,
            [ordinal_cell(s, e, n, equal=equal) for s in SHARES for e in (0.4, 1.0) for n in RATINGS],
        )
        for name, equal in (("uniform", False), ("equal by score", True))
    ),
    *(
        Study("PPI++, yes or no by probability", design, [ppi_cell(design, *cell) for cell in GRID])
        for design in ("uniform", "uncertainty")
    ),
    *(
        Study(
            f"PPI++, {name} numbers",
            "uniform",
            [number_cell(r, n, skewed=skewed) for r in (0.0, 0.5, 0.9) for n in RATINGS],
        )
        for name, skewed in (("bell-shaped", False), ("long-tailed", True))
    ),
    Study("mean of ratings, long-tailed", "uniform", [number_cell(0, n, skewed=True, judged=False) for n in RATINGS]),
    *(
        Study("A minus B", design, [pair_cell(*cell, design=design) for cell in PAIRS])
        for design in ("paired", "half shared", "conversations")
    ),
    *(
        Study(
            "corrected rate, 3 to 8 annotators",
            f"annotators {alike}",
            [panel_cell(r, strictness, n) for r in (3, 5, 8) for n in RATINGS],
        )
        for strictness, alike in ((0.0, "alike"), (0.2, "who differ"), (0.5, "who differ much"))
    ),
    Study("corrected rate, 2 annotators", "annotators who differ", [panel_cell(2, 0.2, n) for n in RATINGS]),
    *(
        Study(label, design, [diagnostic_cell(name, design, *cell) for cell in GRID])
        for name, label in (
            ("tpr", "TPR"),
            ("tnr", "TNR"),
            ("balanced_accuracy", "balanced accuracy"),
            ("f1", "F1"),
            ("auroc", "AUROC"),
        )
        for design in (
            ("uniform", "uncertainty") if name == "auroc" else ("uniform", "by score, floor", "conversations")
        )
    ),
)
