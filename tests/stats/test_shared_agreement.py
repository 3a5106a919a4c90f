"""Agreement on real human ratings, against figures that an independent script computed (shared/data/expected.json).

How the figures were found to be defined: `human_alpha` is Krippendorff's alpha over all raters of the file, without the
adjudicated rating of XSTest and the expert of DICES. A judge's `accuracy` and `kappa` are percent agreement and Cohen's
kappa of the judge with the truth, after dropping `unparsed`; the truth is the adjudicated rating (XSTest), the majority
of three annotators (PandaLM, no ties) or the one rating there is (LLMBar). LLMBar's judges saw both orders of a pair,
each a judge of its own.
"""

import gzip
import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from judge.stats.alpha import alpha
from judge.stats.kappa import cohen
from judge.stats.majority import majority

DATA = Path(__file__).parents[2].parent / "shared" / "data"
EXPECTED = json.loads((DATA / "expected.json").read_text()) if DATA.is_dir() else {}
NOT_ANNOTATORS = {"adjudicated", "expert_gold"}

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the shared data sets are not beside the checkout")


@cache
def records(name):
    """The records of one data set."""
    with gzip.open(DATA / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def people(rows):
    """A table of items by annotators, None where missing."""
    names = sorted({h["rater"] for row in rows for h in row["human"]} - NOT_ANNOTATORS)
    place = {name: column for column, name in enumerate(names)}
    table = np.full((len(rows), len(names)), None, dtype=object)
    for index, row in enumerate(rows):
        for human in row["human"]:
            if human["rater"] in place:
                table[index, place[human["rater"]]] = human["label"]
    return table


def truth(name):
    """The value of each item that its file treats as right."""
    rows = records(name)
    if name.startswith("pairwise_pandalm"):
        most = majority(people(rows))
        assert not most.tied.any()
        return most.values[most.codes]
    wanted = "adjudicated" if name.startswith("safety_xstest") else "gold"
    return np.array([next(h["label"] for h in row["human"] if h["rater"] == wanted) for row in rows], dtype=object)


def judgements(name, judge):
    """A judge's values, None where it did not judge or could not be read, and how many could not."""
    found, unparsed = np.full(len(records(name)), None, dtype=object), 0
    for index, row in enumerate(records(name)):
        for given in row["judge"]:
            if " ".join(filter(None, [given["judge"], given.get("order")])) == judge:
                unparsed += given["label"] == "unparsed"
                found[index] = None if given["label"] == "unparsed" else given["label"]
    return found, unparsed


def keys(prefix):
    """Pairs of data set and figure in expected.json."""
    return [(name, key) for name, figures in EXPECTED.items() for key in figures if key.startswith(prefix)]


@pytest.mark.parametrize(("name", "key"), keys("human_alpha"))
def test_people_agree_as_expected(name, key):
    """Krippendorff's alpha among annotators, nominal or ordinal by criterion, to the digits given."""
    rows = records(name)
    metric = "ordinal" if "ordinal" in key else "nominal"
    if metric == "ordinal":
        criterion = key.partition("[")[2].rstrip("]")
        rows = [row for row in rows if row["meta"]["criterion"] == criterion]
    assert alpha(people(rows), metric).value == pytest.approx(EXPECTED[name][key], abs=5e-7)


@pytest.mark.parametrize(("name", "key"), keys("judge "))
def test_judges_agree_with_people_as_expected(name, key):
    """Percent agreement and kappa of a judge with the truth, unreadable replies left out and counted; nothing more."""
    given, unparsed = judgements(name, key.removeprefix("judge "))
    kappa = cohen(given, truth(name))
    figures = {
        "n": kappa.percent.n + unparsed,
        "unparsed": unparsed,
        "accuracy": kappa.percent.value,
        "kappa": kappa.estimate.value,
    }
    assert figures == pytest.approx(EXPECTED[name][key], abs=5e-7)


def test_every_figure_is_checked():
    """expected.json holds nothing but record counts and the figures above."""
    checked = len(keys("human_alpha")) + len(keys("judge "))
    assert checked == sum(len(figures) for figures in EXPECTED.values()) - len(EXPECTED)
    for name, figures in EXPECTED.items():
        assert len(records(name)) == figures["records"]
