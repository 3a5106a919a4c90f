"""Versions compared by preference."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from judge.comparing.preferences import prefer, systems
from judge.comparing.side import read_side
from judge.errors import CalibrationError
from judge.records import Record
from judge.rubric.load import load_rubric
from judge.rubric.schema import Rubric
from judge.scores import Reason
from judge.stats.bradley_terry import Strengths
from judge.stats.intervals import Estimate, Refused
from judge.store import datasets

PREFERENCE = load_rubric("preference")
PANDALM = Path(__file__).parents[2].parent / "shared" / "data" / "pairwise_pandalm.public.jsonl.gz"
STRENGTH = {"v1": 0.8, "v2": 0.0, "v3": -0.8}


@pytest.fixture
def pairs(stored):
    """Store every pair of three versions on 150 questions; the judge favours v3 in what it lost."""

    def store(rated=0.4, names=("v1", "v2", "v3"), seed=1):
        rng = np.random.default_rng(seed)
        rows = []
        for question in range(150):
            for a, b in ((a, b) for a in names for b in names if a < b):
                first, second = (a, b) if rng.random() < 0.5 else (b, a)
                win = rng.random() < 1 / (1 + np.exp(STRENGTH[second] - STRENGTH[first]))
                truth = "a" if win else "b"
                lost = second if win else first
                said = truth
                if lost == "v3" and rng.random() < 0.5:
                    said = "b" if win else "a"
                if question == 3:
                    said = Reason.CUT
                people = {"ann": truth} if rng.random() < rated else {}
                record = {
                    "rival": "other",
                    "question": f"Q{question}",
                    "metadata": {"model": {"a": first, "b": second}},
                }
                rows.append((f"{question}-{a}-{b}", said, people, {"record": record}))
        return stored(PREFERENCE, rows)

    return store


def test_a_favoured_version_is_put_in_its_place(db, pairs):
    """The judge alone makes the weakest version look better than the middle one; corrected, all three are in order."""
    pairs()
    found = prefer(db, read_side(db, "d"), level=0.95)
    assert found.names == ("v1", "v2", "v3")
    assert isinstance(found.raw, Strengths)
    assert isinstance(found.corrected, Strengths)
    assert found.raw.log[2] > found.raw.log[1]
    assert found.ranks == ((1, 1), (2, 2), (3, 3))
    for place, name in enumerate(found.names):
        assert found.corrected.strength(place).low <= STRENGTH[name] <= found.corrected.strength(place).high
    assert not found.both_ways


def test_win_rates(db, pairs):
    """Each two versions have counts, abstentions among them, and a corrected win rate seen from the first."""
    pairs()
    found = prefer(db, read_side(db, "d"), level=0.95)
    tally = next(each for each in found.tallies if (each.a, each.b) == (1, 2))
    assert tally.pairs == tally.wins + tally.ties + tally.losses + tally.differ + tally.abstained == 150
    assert tally.abstained == 1
    assert isinstance(tally.corrected, Estimate)
    assert tally.raw < 0.5
    assert tally.corrected.low <= 1 / (1 + np.exp(-0.8)) <= tally.corrected.high


def test_two_versions(db, pairs):
    """Two versions have a win rate and strengths that mirror each other."""
    pairs(names=("v1", "v2"))
    found = prefer(db, read_side(db, "d"), level=0.95)
    assert found.corrected.log.sum() == pytest.approx(0)
    assert len(found.tallies) == 1
    assert found.ranks == ((1, 1), (2, 2))


def test_without_ratings(db, pairs):
    """Nobody's preference is known by the judge alone."""
    pairs(rated=0.0)
    found = prefer(db, read_side(db, "d"), level=0.95)
    assert isinstance(found.corrected, Refused)
    assert isinstance(found.tallies[0].corrected, Refused)
    assert (found.ranks, found.rated) == (None, 0)


def test_pairs_that_the_rubric_has_seen_are_refused(db, stored):
    """A rated pair that stands in the rubric as an example is refused, or left out with --unseen."""
    seen = {"question": "Q?", "response": "R 0", "rival": "other", "answers": {"preference": {"score": "a"}}}
    shown = Rubric.model_validate(PREFERENCE.model_dump(mode="json", by_alias=True) | {"examples": [seen]})
    stored(shown, [(str(i), "a", {"ann": "a"}, {"record": {"rival": "other"}}) for i in range(9)])
    with pytest.raises(CalibrationError, match="1 of the 9 rated items stand in it"):
        prefer(db, read_side(db, "d"), level=0.95)
    assert prefer(db, read_side(db, "d"), level=0.95, unseen=True).rated == 8


def test_only_pairs(db, versions):
    """Records without a rival are compared side against side, and the message says so."""
    versions({"v1": (0.5, 0.95), "v2": (0.3, 0.95)})
    with pytest.raises(CalibrationError, match="reads a response and its rival"):
        prefer(db, read_side(db, "d"), level=0.95)


@pytest.mark.parametrize(
    ("record", "names"),
    [
        (Record("1", "x", metadata={"model": {"a": "m1", "b": "m2"}}), ("m1", "m2")),
        (
            Record("1", "x", metadata={"model_version": {"a": "v1", "b": "v2"}, "model": {"a": "m", "b": "m"}}),
            ("v1", "v2"),
        ),
        (Record("1", "x", model="m1", metadata={"rival_model": "m2"}), ("m1", "m2")),
        (Record("1", "x", model_version="v1", metadata={"rival_version": "v2"}), ("v1", "v2")),
        (Record("1", "x", model="m1", metadata={"model": {"a": None, "b": None}}), ("response", "rival")),
    ],
)
def test_who_wrote_them(record, names):
    """Versions go by what the record says, else by their place in the pair."""
    assert systems(record) == names


@pytest.mark.skipif(not PANDALM.exists(), reason="the shared data sets are not on this machine")
def test_pandalm(db, stored):
    """A third of PandaLM's pairs rated: corrected strengths hold those of the full human majority; LLaMA leads."""
    rng = np.random.default_rng(4)
    rows, full = [], []
    for line in gzip.decompress(PANDALM.read_bytes()).splitlines():
        row = json.loads(line)
        said = next(each["label"] for each in row["judge"] if each["judge"] == "gpt-3.5-turbo")
        people = {each["rater"]: each["label"] for each in row["human"]}
        record = {
            "question": row["input"],
            "rival": row["output"]["b"],
            "group": row["group"],
            "metadata": {"model": row["model"]},
        }
        judged = Reason.UNPARSED if said == "unparsed" else said
        rows.append((row["id"], judged, people if rng.random() < 1 / 3 else {}, {"record": record}))
        full.append((row["id"], judged, people, {"record": record}))
    stored(PREFERENCE, rows)
    stored(PREFERENCE, full, name="full")
    part, whole = (prefer(db, read_side(db, name), level=0.95) for name in ("d", "full"))
    best = whole.names.index("llama-7b")
    assert part.corrected.log.argmax() == whole.human.log.argmax() == best
    held = [part.corrected.strength(i).low <= whole.human.log[i] <= part.corrected.strength(i).high for i in range(5)]
    assert sum(held) >= 4
    assert datasets.count(db, datasets.find(db, "d")) == 477
