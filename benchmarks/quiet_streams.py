"""False alarms of quiet streams and delay of shifts, for every default detector and the fixed rules beside them.

Run: python benchmarks/quiet_streams.py [--streams 40] [--windows 500]
"""

from __future__ import annotations

import argparse
import math
from typing import TYPE_CHECKING

import numpy as np

from judge.monitoring.texts import hashed
from judge.monitoring.window import DRAWN
from judge.stats import e_detector
from judge.stats.conformal import names_score, rank_score, share_score
from judge.stats.drift import FixedTest, kolmogorov_smirnov, psi
from judge.stats.novelty import novelty
from judge.stats.two_sample import told_apart

if TYPE_CHECKING:
    from collections.abc import Callable

Counts = np.ndarray
Rng = np.random.Generator

RUN_LENGTH = 1000
FALLING = 4
"""The topic whose scores fall: a ninth of all."""
SIZES = (50, 100, 200, 500, 1000)
BINS = 80


def numbers(rng: Rng, n: int, shift: float) -> Counts:
    """Counts of normal values in bins an eighth of an sd wide."""
    return np.bincount(np.clip(((rng.normal(size=n) + shift) * 8 + 40).astype(int), 0, BINS - 1), minlength=BINS)


def shares(rng: Rng, n: int, shift: float, *, rate: float = 0.1) -> Counts:
    """Hits and misses at a rate of a tenth; a shift is in its own sd."""
    hits = rng.binomial(n, rate + shift * math.sqrt(rate * (1 - rate)))
    return np.array([n - hits, hits])


def names(rng: Rng, n: int, shift: float) -> Counts:
    """Counts of five names; a shift moves share from the last to the first, in sd of the first."""
    moved = shift * math.sqrt(0.3 * 0.7)
    return rng.multinomial(n, [0.3 + moved, 0.3, 0.2, 0.1, 0.1 - moved])


def share_of(window: Counts, past: Counts, *, seed: int) -> float:
    """Score of a share."""
    return share_score(int(window[1]), int(window.sum()), int(past[1]), int(past.sum()), seed=seed)


KINDS = {
    "numbers (rank sum)": (numbers, lambda w, p, seed: rank_score(w, p), e_detector.BOTH),  # noqa: ARG005
    "a share (hypergeometric)": (shares, lambda w, p, seed: share_of(w, p, seed=seed), e_detector.BOTH),
    "names (chi-square)": (names, lambda w, p, seed: names_score(w, p), e_detector.UP),  # noqa: ARG005
}


def alarms(kind: str, n: int, streams: int, windows: int, seed: int) -> float:
    """Alarms in a thousand quiet windows, from one window of reference."""
    draw, score, bets = KINDS[kind]
    rng, fired = np.random.default_rng(seed), 0
    for _ in range(streams):
        past, state = draw(rng, n, 0.0), e_detector.fresh(bets)
        for step in range(windows):
            window = draw(rng, n, 0.0)
            state = e_detector.step(state, score(window, past, step), bets)
            past = past + window
            if e_detector.strength(state) >= math.log(RUN_LENGTH):
                fired, state = fired + 1, e_detector.fresh(bets)
    return 1000 * fired / (streams * windows)


def delay(kind: str, n: int, shift: float, streams: int, seed: int, *, quiet: int = 20, longest: int = 400) -> float:
    """Mean windows until a shift is found, after 20 quiet windows; those not found count as 400."""
    draw, score, bets = KINDS[kind]
    rng, waited = np.random.default_rng(seed), []
    for _ in range(streams):
        past, state = draw(rng, n, 0.0), e_detector.fresh(bets)
        for step in range(quiet + longest):
            window = draw(rng, n, shift if step >= quiet else 0.0)
            state = e_detector.step(state, score(window, past, step), bets)
            past = past + window
            if e_detector.strength(state) >= math.log(RUN_LENGTH):
                if step >= quiet:
                    break
                state = e_detector.fresh(bets)
        waited.append(step - quiet + 1)
    return float(np.mean(waited))


def fixed(rule: Callable[..., FixedTest], n: int, windows: int, seed: int) -> float:
    """Alarms of a fixed rule in a thousand quiet windows of n records, against a reference of n."""
    rng = np.random.default_rng(seed)
    edges = 10
    one = lambda: np.bincount((rng.random(n) * edges).astype(int), minlength=edges)  # noqa: E731
    return 1000 * sum(rule(one(), one()).fires for _ in range(windows)) / windows


def texts(rng: Rng, n: int) -> list[str]:
    """Texts of 12 words with Zipf's frequencies."""
    ranks = 1 / np.arange(1, 3001)
    return [" ".join(f"w{word}" for word in row) for row in rng.choice(3000, size=(n, 12), p=ranks / ranks.sum())]


def text_alarms(n: int, streams: int, windows: int, seed: int) -> tuple[float, float]:
    """The same for the classifier of texts, with 1,000 texts of the past as `judge watch` keeps them."""
    rng, fired, scores = np.random.default_rng(seed), 0, []
    for _ in range(streams):
        past, state = texts(rng, n), e_detector.fresh(e_detector.UP)
        for step in range(windows):
            window = texts(rng, n)
            new = [True] * n + [False] * len(past)
            told = told_apart(hashed(window + past), new, range(len(new)), seed=step)
            scores.append(told.score)
            state = e_detector.step(state, told.score, e_detector.UP)
            kept = [*past, *window]
            past = [kept[place] for place in rng.permutation(len(kept))[:1000]]
            if e_detector.strength(state) >= math.log(RUN_LENGTH):
                fired, state = fired + 1, e_detector.fresh(e_detector.UP)
    return 1000 * fired / (streams * windows), float(np.std(scores))


def word_counts(rng: Rng, n: int, share: float) -> tuple[Counts, int]:
    """In how many of the texts that are looked at, 500 at most, each word is; a new word is in a share of them."""
    looked = min(n, DRAWN)
    ranks = 1 / np.arange(1, 3001)
    drawn = rng.choice(3000, size=(looked, 12), p=ranks / ranks.sum())
    drawn.sort(axis=1)
    first = np.concatenate([np.ones((looked, 1), dtype=bool), drawn[:, 1:] != drawn[:, :-1]], axis=1)
    counts = np.bincount(drawn[first], minlength=3001)
    counts[-1] = rng.binomial(looked, share)
    return counts, looked


def word_stream(n: int, share: float, windows: int, seed: int, quiet: int = 0) -> list[int]:
    """Windows in which new words were told, counted from the first in which a new word could come."""
    rng, fired = np.random.default_rng(seed), []
    (past, m), state = word_counts(rng, n, 0.0), e_detector.fresh(e_detector.UP)
    for step in range(-quiet, windows):
        now, looked = word_counts(rng, n, share if step >= 0 else 0.0)
        state = e_detector.step(state, novelty(now, past, looked, m).score, e_detector.UP)
        past, m = past + now, m + looked
        if e_detector.strength(state) >= math.log(RUN_LENGTH):
            fired.append(step)
            state = e_detector.fresh(e_detector.UP)
            if share and step >= 0:
                break
    return fired


def topic_stream(n: int, fall: float, windows: int, seed: int, quiet: int = 0) -> list[int]:
    """The same of eight topics of unlike size, each looked at once 20 scores have come together; one may fall."""
    rng, fired = np.random.default_rng(seed), []
    sizes = np.array([8, 7, 6, 5, 4, 3, 2, 1]) / 36
    rates = np.linspace(0.05, 0.3, sizes.size)
    past = np.stack([[n - 0.0, 0.0]] * sizes.size).astype(int)
    for topic, size in enumerate(sizes):
        count = max(20, int(7 * n * size))
        hits = rng.binomial(count, rates[topic])
        past[topic] = [count - hits, hits]
    held, states = np.zeros_like(past), [e_detector.fresh(e_detector.BOTH) for _ in sizes]
    for step in range(-quiet, windows):
        for topic, count in enumerate(rng.multinomial(n, sizes)):
            hits = rng.binomial(count, rates[topic] + (fall if topic == FALLING and step >= 0 else 0.0))
            held[topic] += [count - hits, hits]
            if held[topic].sum() >= 20:
                score = share_of(held[topic], past[topic], seed=step * 10 + topic + 1000)
                states[topic] = e_detector.step(states[topic], score, e_detector.BOTH)
                past[topic] += held[topic]
                held[topic] = 0
        raised = e_detector.discoveries([e_detector.strength(one) for one in states], RUN_LENGTH)
        if raised.any():
            fired.append(step)
            states = [e_detector.fresh(e_detector.BOTH) if up else one for one, up in zip(states, raised, strict=True)]
            if fall and step >= 0 and raised[FALLING]:
                break
    return fired


def new_rows(streams: int, windows: int) -> None:
    """The rows of words and topics."""
    for name, stream, shifts in (
        ("new words (Tarone)", word_stream, ((0.01, "a word in 1 % of the questions"), (0.03, "a word in 3 %"))),
        ("scores by topic, 8 topics", topic_stream, ((0.2, "20 points in a ninth of all"), (0.5, "50 points in it"))),
    ):
        row = [
            f"{1000 * sum(len(stream(n, 0.0, windows, seed)) for seed in range(streams)) / streams / windows:.2f}"
            for n in SIZES
        ]
        print(f"| {name}: alarms in 1,000 quiet windows | " + " | ".join(row) + " |", flush=True)
        for shift, told in shifts:
            row = [
                f"{np.mean([([step for step in stream(n, shift, 100, 50 + seed, 20) if step >= 0] or [99])[-1] + 1 for seed in range(streams)]):.1f}"  # noqa: E501 - one figure
                for n in SIZES
            ]
            print(f"| {name}: windows until {told} are found | " + " | ".join(row) + " |", flush=True)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=40)
    parser.add_argument("--windows", type=int, default=500)
    parser.add_argument("--text-windows", type=int, default=60)
    parser.add_argument("--only-new", action="store_true", help="words and topics only")
    arguments = parser.parse_args()
    print("| detector | " + " | ".join(f"n = {n}" for n in SIZES) + " |")
    print("|---|" + "---|" * len(SIZES))
    new_rows(arguments.streams, arguments.windows)
    if arguments.only_new:
        return
    for kind in KINDS:
        row = [f"{alarms(kind, n, arguments.streams, arguments.windows, 1):.2f}" for n in SIZES]
        print(f"| {kind}: alarms in 1,000 quiet windows | " + " | ".join(row) + " |", flush=True)
        for shift in (0.1, 0.2):
            row = [f"{delay(kind, n, shift, arguments.streams, 2):.1f}" for n in SIZES]
            print(f"| {kind}: windows until {shift} sd is found | " + " | ".join(row) + " |", flush=True)
    for name, rule in (
        ("PSI > .2, 10 bins", psi),
        ("Kolmogorov-Smirnov, 5 %", kolmogorov_smirnov),
    ):
        row = [f"{fixed(rule, n, 4000, 3):.0f}" for n in SIZES]
        print(f"| {name}: alarms in 1,000 quiet windows | " + " | ".join(row) + " |", flush=True)
    for n in SIZES[:3]:
        fired, spread = text_alarms(n, 4, arguments.text_windows, 4)
        print(f"texts, n = {n}: {fired:.2f} alarms in 1,000 quiet windows; sd of the scores {spread:.2f}", flush=True)


if __name__ == "__main__":
    main()
