from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge.errors import UsageError
from judge.records import Record
from judge.run.selection import Condition, Selection
from judge.store import datasets

RECORD = Record(
    id="r1",
    response="Yes.",
    model="m",
    latency=1.5,
    time=datetime(2026, 9, 1, tzinfo=UTC),
    segment="de",
    metadata={"tier": "gold", "n": 3, "flag": True, "deep": {"key": "x"}},
)


@pytest.mark.parametrize(
    "text",
    [
        "segment=de",
        "segment != en",
        "latency>1",
        "latency<=1.5",
        "n=3",
        "tier~ol",
        "metadata.tier=gold",
        "deep.key=x",
        "flag=true",
        "time>=2026-08-31",
        "missing!=x",
    ],
)
def test_conditions_that_are_met(text):
    """Own fields, metadata, numbers, times and truth values compare as a person would read them."""
    assert Condition.parse(text).meets(RECORD)


@pytest.mark.parametrize("text", ["segment=en", "latency>1.5", "n!=3", "missing=x", "missing>0", "time<2026-08-31"])
def test_conditions_that_are_not_met(text):
    """A field that is missing meets nothing but `!=`."""
    assert not Condition.parse(text).meets(RECORD)


@pytest.mark.parametrize("text", ["segment", "=de", "a b=c", ""])
def test_no_condition(text):
    """What is no condition says how one is written."""
    with pytest.raises(UsageError, match=r"--where: .* is no condition(.|\n)*FIELD=VALUE"):
        Condition.parse(text)


@pytest.fixture
def dataset(db):
    kept = datasets.ensure(db, "log")
    many = [replace(RECORD, id=f"r{number}", segment="de" if number % 2 else "en") for number in range(40)]
    datasets.add(db, kept, many)
    return kept


def ids(db, dataset, **selection):
    return [record.id for chunk in Selection(**selection).chunks(db, dataset) for _, record in chunk]


def test_all_in_order(db, dataset):
    """Without conditions every record comes, in the order of the log."""
    assert ids(db, dataset) == [f"r{number}" for number in range(40)]


def test_limit_takes_the_first(db, dataset):
    """A limit counts what is chosen, after conditions."""
    where = (Condition.parse("segment=de"),)
    assert ids(db, dataset, where=where, limit=3) == ["r1", "r3", "r5"]


def test_draws_are_repeatable(db, dataset):
    """The same seed draws the same records, another seed others, and a larger draw contains the smaller."""
    first = ids(db, dataset, sample=10, seed=1)
    assert len(set(first)) == 10
    assert ids(db, dataset, sample=10, seed=1) == first
    assert ids(db, dataset, sample=10, seed=2) != first
    assert set(first) < set(ids(db, dataset, sample=20, seed=1))


def test_draws_are_from_what_meets_the_conditions(db, dataset):
    """Conditions come before the draw."""
    drawn = ids(db, dataset, where=(Condition.parse("segment=en"),), sample=15)
    assert len(drawn) == 15
    assert all(int(name[1:]) % 2 == 0 for name in drawn)


def test_draws_favour_no_record(db, dataset):
    """Over many seeds every record is drawn about as often: 40 records, 10 drawn, 400 seeds: 100 times each, +- 45."""
    counts = dict.fromkeys(range(40), 0)
    for seed in range(400):
        for name in ids(db, dataset, sample=10, seed=seed):
            counts[int(name[1:])] += 1
    # The standard deviation of a count is sqrt(400 * .25 * .75) = 8.7; 5 of them hold all 40 with certainty.
    assert all(55 < count < 145 for count in counts.values())


def test_count_is_what_comes(db, dataset):
    """The number announced is the number that comes."""
    for options in ({}, {"limit": 7}, {"sample": 9}, {"sample": 90}, {"where": (Condition.parse("segment=de"),)}):
        assert sum(Selection(**options).counts(db, dataset)) == len(ids(db, dataset, **options))


@given(st.text())
def test_any_text_is_a_condition_or_a_usage_error(text):
    """Nothing that a person types ends in a traceback."""
    try:
        answer = Condition.parse(text).meets(RECORD)
    except UsageError:
        answer = None
    assert answer in {True, False, None}
