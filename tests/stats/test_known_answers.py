"""Every figure of shared/known_answers.json against the public function that gives it.

The file is walked leaf by leaf: a leaf is held by the pattern of `HELD` that its path matches, to the digits it is
written with; one that nothing holds fails. What may ship stands once more, without the file, in each function's tests.
"""

import json
import re
from collections import Counter
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from judge.stats.agreement import t_value
from judge.stats.alpha import alpha, coincidences
from judge.stats.chance import percent
from judge.stats.difference import mcnemar
from judge.stats.gwet import gwet
from judge.stats.icc import icc
from judge.stats.intervals import wilson, z_value
from judge.stats.kappa import brennan_prediger, cohen, conger, fleiss
from judge.stats.multiplicity import adjusted
from judge.stats.poststratification import poststratified
from judge.stats.rank import correlation
from judge.stats.ratings import read_ratings
from judge.stats.shift import rogan_gladen
from judge.stats.weights import agreement_weights
from published import FOUR_BY_TWELVE, RAW_4RATERS, THREE_BY_FIFTEEN, WIKIPEDIA, pairs

KNOWN = Path(__file__).parents[2].parent / "shared" / "known_answers.json"
ANSWERS = json.loads(KNOWN.read_text(), parse_float=Decimal) if KNOWN.exists() else {}
INPUTS = {"data", "source", "note", "warning", "args", "x", "y", "p", "q"}
"""Keys that hold no figure."""


def leaves(answers, *path):
    """Path and figure (a number, or some in a row) of every leaf."""
    for key, value in answers.items():
        if isinstance(value, dict):
            yield from leaves(value, *path, key)
        elif key not in INPUTS:
            yield " > ".join((*path, key)), value


def with_error(estimate, lone=0):
    """Value, standard error and limits of a linearised estimate; units that one rater rated may count for freedom."""
    error = (estimate.value - estimate.low) / t_value(0.95, estimate.n + lone - 1)
    return estimate.value, error, estimate.low, estimate.high


def two(table):
    """The ratings of two raters, shape (units, 2), from their cross-table as text."""
    return np.column_stack(pairs(json.loads(table)))


def at_random(share):
    """Two independent raters who both say the one thing in that share of the items."""
    n = round(100 * float(share))
    return np.column_stack(pairs([[n * n, n * (100 - n)], [n * (100 - n), (100 - n) ** 2]]))


def alpha_by_weights(ratings, weights):
    """Krippendorff's alpha where 1 - weight is the distance: what irrCAC calls by his name."""
    table = read_ratings(ratings)
    pair = coincidences(table.paired).sum(axis=0)
    marginal, distance = pair.sum(axis=0), 1 - agreement_weights(weights, table.values)
    return 1 - (marginal.sum() - 1) * (pair * distance).sum() / (marginal @ distance @ marginal)


def lee(args):
    """Rogan and Gladen's estimate by the arguments that a key holds."""
    share, tnr, tpr, *counts = (float(number) for number in re.findall(r"(?<![a-z\d])\d*\.?\d+", args))
    pool, negatives, positives = counts or (2000, 70, 30)
    return rogan_gladen(
        share, tnr, tpr, pool=int(pool), negatives=int(negatives), positives=int(positives), declared=True
    )


def corrected(args, limits="wilson"):
    """The corrected rate from (Y1J1, Y0J1, Y1J0, Y0J0, flagged, pool)."""
    a, c, b, d, flagged, pool = json.loads(f"[{args}]")
    return poststratified([a, b], [a + c, b + d], [flagged, pool - flagged], limits=limits, seed=1)


def ppi_wald(args, spare):
    """PPI++ as other packages have it: Wald limits over the unrated rest, variances over n - `spare`."""
    a, c, b, d, flagged, pool = json.loads(f"[{args}]")
    y, f = np.repeat([1, 0, 1, 0], [a, c, b, d]), np.repeat([1, 1, 0, 0], [a, c, b, d])
    rest = np.repeat([1, 0], [flagged - a - c, pool - flagged - b - d])
    slope = np.cov(y, f, ddof=spare)[0, 1] / (1 + y.size / rest.size) / np.r_[f, rest].var(ddof=spare)
    value = y.mean() + slope * (rest.mean() - f.mean())
    variance = (y - slope * f).var(ddof=spare) / y.size + slope**2 * rest.var(ddof=spare) / rest.size
    reach = z_value(0.95) * variance**0.5
    return value - reach, value + reach


def rogan_gladen_delta(args):
    """Rogan and Gladen's estimate with the limits of the delta method."""
    a, c, b, d, flagged, pool = json.loads(f"[{args}]")
    share, tpr, tnr = flagged / pool, a / (a + b), d / (c + d)
    worth = tpr + tnr - 1
    rate = (share + tnr - 1) / worth
    variance = (
        share * (1 - share) / pool + rate**2 * tpr * (1 - tpr) / (a + b) + (1 - rate) ** 2 * tnr * (1 - tnr) / (c + d)
    )
    reach = z_value(0.95) * variance**0.5 / worth
    return rate - reach, rate + reach


def rogan_gladen_bootstrap(args):
    """Rogan and Gladen's estimate with percentiles of redrawn ratings, the judge's share held as it is."""
    a, c, b, d, flagged, pool = json.loads(f"[{args}]")
    y1j1, y0j1, y1j0, y0j0 = np.random.default_rng(1).multinomial(a + b + c + d, np.array([a, c, b, d]) / 100, 20_000).T
    tpr, tnr = y1j1 / (y1j1 + y1j0), y0j0 / (y0j1 + y0j0)
    return np.quantile(np.clip((flagged / pool + tnr - 1) / (tpr + tnr - 1), 0, 1), [0.025, 0.975])


def exact(estimate):
    """The two limits of an estimate."""
    return estimate.low, estimate.high


LINEAR = {"interval": "linearised", "least": 0}
KINDS = {"gwet_AC1": gwet, "fleiss": fleiss, "conger": conger, "brennan_prediger": brennan_prediger}
KINDS["krippendorff"] = alpha
RANKS = {"tau_b": "kendall", "tau_c": "kendall-c"}
OTHERS = {
    "ppi_py_0.2.3": lambda args: ppi_wald(args, 0),
    "truescore_0.7.4_ppi++": lambda args: ppi_wald(args, 1),
    "truescore_RG_delta": rogan_gladen_delta,
    "judgy_0.1.0": rogan_gladen_bootstrap,
}
"""Other tools' intervals, whose shortfall is measured in benchmarks/coverage_traps.py, by their formula, not ours."""

HELD = {
    r"krippendorff_H_4x12 > (\w+)": lambda metric: alpha(FOUR_BY_TWELVE, metric, least=0).value,
    r"krippendorff_3x15 > (\w+)": lambda metric: alpha(THREE_BY_FIFTEEN, metric, least=0).value,
    r"krippendorff_binary_2x10 > nominal": lambda: (
        alpha(np.array(ANSWERS["krippendorff_binary_2x10"]["data"]).T, least=0).value
    ),
    r"irrCAC_raw_4raters_identity > pa": lambda: percent(RAW_4RATERS).value,
    r"irrCAC_raw_4raters_identity > (\w+)": lambda kind: with_error(
        KINDS[kind](RAW_4RATERS, **LINEAR), lone=kind != "krippendorff"
    ),
    r"irrCAC_raw_4raters_(quadratic|ordinal) > gwet_AC2": lambda weights: with_error(
        gwet(RAW_4RATERS, weights=weights, **LINEAR), lone=1
    ),
    r"irrCAC_raw_4raters_quadratic > conger": lambda: conger(RAW_4RATERS, weights="quadratic", least=0).value,
    r"irrCAC_raw_4raters_quadratic > krippendorff": lambda: alpha(RAW_4RATERS, "interval", least=0).value,
    r"irrCAC_raw_4raters_ordinal > krippendorff": lambda: alpha_by_weights(RAW_4RATERS, "ordinal"),
    r"kappa_paradox_feinstein_cicchetti > (.+) > po": lambda table: percent(two(table)).value,
    r"kappa_paradox_feinstein_cicchetti > (.+) > cohen": lambda table: cohen(*two(table).T, least=0).estimate.value,
    r"kappa_paradox_feinstein_cicchetti > (.+) > cohen_se": lambda table: with_error(
        cohen(*two(table).T, **LINEAR).estimate
    )[1],
    r"kappa_paradox_feinstein_cicchetti > (.+) > AC1": lambda table: gwet(two(table), least=0).value,
    r"kappa_paradox_feinstein_cicchetti > (.+) > BP": lambda table: brennan_prediger(two(table), least=0).value,
    r"kappa_paradox_feinstein_cicchetti > (.+) > alpha": lambda table: alpha(two(table), least=0).value,
    r"AC1_independent_raters > p=(.+) > cohen": lambda share: cohen(*at_random(share).T).estimate.value,
    r"AC1_independent_raters > p=(.+) > AC1": lambda share: gwet(at_random(share)).value,
    r"fleiss_wikipedia_10x5 > kappa": lambda: fleiss([np.repeat(np.arange(5), row) for row in WIKIPEDIA]).value,
    r"fleiss_wikipedia_10x5 > randolph": lambda: (
        brennan_prediger([np.repeat(np.arange(5), row) for row in WIKIPEDIA]).value
    ),
    r"weighted_kappa_(.+) > (\w+)": lambda table, weights: with_error(
        cohen(*two(table).T, weights=weights, **LINEAR).estimate
    ),
    r"wilson95 > (\d+)/(\d+)": lambda k, n: exact(wilson(int(k), int(n))),
    r"icc_shrout_fleiss_1979 > ICC\((.+)\)": lambda form: icc(ANSWERS["icc_shrout_fleiss_1979"]["data"], form).value,
    r"mcnemar > b=(\d+),c=(\d+) (exact|chi2 cc)": lambda b, c, kind: mcnemar(int(b), int(c), exact=kind == "exact"),
    r"lee2025_rogan_gladen > point\((.+)\)": lambda args: lee(args).value,
    r"lee2025_rogan_gladen > ci\((.+)\)": lambda args: exact(lee(args)),
    r"poststratified > \((.+)\) > theta": lambda args: corrected(args).value,
    r"poststratified > \((.+)\) > mover_wilson": lambda args: exact(corrected(args)),
    r"poststratified > \((.+)\) > (agresti|jeffreys)(?:_mc)?": lambda args, limits: exact(corrected(args, limits)),
    r"poststratified > \((.+)\) > (\w+_[\d.]+.*|truescore_RG_delta)": lambda args, tool: OTHERS[tool](args),
    r"rank > (\w+)": lambda kind: correlation(ANSWERS["rank"]["x"], ANSWERS["rank"]["y"], RANKS.get(kind, kind)).value,
    r"BH > rejections": lambda: np.sum(
        adjusted(np.array(ANSWERS["BH"]["p"], float), "bh") <= float(ANSWERS["BH"]["q"])
    ),
}
"""Path of a leaf -> its figure, from the groups of the pattern."""

LOOSER = {
    r"lee2025.*": (1.1e-7, "one limit was written down with a digit off (…1303… for …1302…, see test_shift.py)"),
    r".*jeffreys_mc": (4e-4, "both are Monte Carlo"),
    r".*judgy.*": (5e-3, "a bootstrap whose seed is not told"),
    r".*agresti": (2e-8, "the last digit was cut, not rounded"),
}
"""Path of a leaf -> how near it must be where its digits promise more, and why."""


def within(path, figure):
    """How near a figure must be: half a unit of its last digit, or what `LOOSER` says."""
    told = [near for pattern, (near, _) in LOOSER.items() if re.fullmatch(pattern, path)]
    half = 0.51 * 10.0 ** figure.as_tuple().exponent if isinstance(figure, Decimal) else 0
    return told[0] if told else max(half, 1e-12)


@pytest.mark.skipif(not ANSWERS, reason="the shared known answers are not on this machine")
def test_every_known_answer_is_given():
    """Each leaf of the file is what a public function gives, to its last digit; no leaf is without one, none idle."""
    used = Counter()
    for path, wanted in leaves(ANSWERS):
        of = [(pattern, found) for pattern in HELD if (found := re.fullmatch(pattern, path))]
        assert of, f"no function is held against {path}"
        pattern, found = of[0]
        used[pattern] += 1
        figures = wanted if isinstance(wanted, list) else [wanted]
        given = np.ravel(HELD[pattern](*found.groups()))[: len(figures)]
        for one, figure in zip(given, figures, strict=True):
            assert one == pytest.approx(float(figure), rel=0, abs=within(path, figure)), path
    assert not set(HELD) - set(used)


@pytest.mark.skipif(not ANSWERS, reason="the shared known answers are not on this machine")
def test_other_tools_are_told_apart():
    """No interval of another tool is within a hundredth of ours, by its lower limit."""
    ours = corrected("27,14,3,56,861,2100", "mid-p")
    theirs = [low for path, (low, _) in ((p, v) for p, v in leaves(ANSWERS) if p.rpartition(" > ")[2] in OTHERS)]
    assert len(theirs) == len(OTHERS)
    assert all(abs(float(low) - ours.low) > 1e-3 for low in theirs)
