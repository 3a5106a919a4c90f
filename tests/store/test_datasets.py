from dataclasses import replace
from datetime import UTC, datetime

import pytest

from judge.errors import NotFoundError
from judge.store import datasets


def everything(db, dataset):
    return [record for chunk in datasets.chunks(db, dataset, size=2) for _, record in chunk]


def test_records_come_back_as_they_went_in(db, records):
    """Every field of a record survives the store, in the order of import."""
    kept = datasets.ensure(db, "log")
    timed = [replace(record, time=datetime(2026, 9, 1, 12, tzinfo=UTC), feedback=1.0) for record in records]
    added, keys = datasets.add(db, kept, timed)
    assert (added.new, added.unchanged, added.updated, added.conflicts) == (3, 0, 0, [])
    assert everything(db, kept) == timed
    assert datasets.fetch(db, [keys["r2"]]) == {keys["r2"]: timed[1]}


def test_import_is_idempotent(db, records):
    """The same records again change nothing and keep their keys."""
    kept = datasets.ensure(db, "log")
    _, keys = datasets.add(db, kept, records)
    added, again = datasets.add(db, kept, records)
    assert (added.new, added.unchanged) == (0, 3)
    assert again == keys
    assert datasets.count(db, kept) == 3


def test_late_feedback_is_filled_in(db, records):
    """What becomes known later is taken, and what is not said again is not forgotten."""
    kept = datasets.ensure(db, "log")
    datasets.add(db, kept, records)
    added, _ = datasets.add(db, kept, [replace(records[0], feedback=0.0, latency=None)])
    assert (added.new, added.unchanged, added.updated) == (0, 0, 1)
    first = everything(db, kept)[0]
    assert (first.feedback, first.latency) == (0.0, records[0].latency)


def test_other_content_under_a_known_id_is_a_conflict(db, records):
    """A record is never exchanged for another: judgements belong to its content."""
    kept = datasets.ensure(db, "log")
    datasets.add(db, kept, records)
    other = replace(records[0], response="Something else.")
    added, keys = datasets.add(db, kept, [other, records[1]])
    assert added.conflicts == ["r1"]
    assert set(keys) == {"r2"}
    assert everything(db, kept) == records


def test_doubles_within_one_import(db, records):
    """The same record twice in one file is one record; the same id with other content is a conflict."""
    kept = datasets.ensure(db, "log")
    changed = replace(records[1], question="Another?")
    added, _ = datasets.add(db, kept, [records[0], records[0], records[1], changed])
    assert (added.new, added.unchanged, added.conflicts) == (2, 1, ["r2"])


def test_data_sets_do_not_mix(db, records):
    """The same id may stand in two data sets."""
    one, two = datasets.ensure(db, "one"), datasets.ensure(db, "two")
    datasets.add(db, one, records[:1])
    datasets.add(db, two, [replace(records[0], response="Other.")])
    assert everything(db, one)[0].response == "Response 1."
    assert everything(db, two)[0].response == "Other."
    assert datasets.listing(db) == [("one", 1), ("two", 1)]


def test_two_files_of_one_name_do_not_mix(db):
    """A data set named after a file is that file's; another file of the same name gets a name of its own."""
    first = datasets.ensure(db, "log", source="/a/log.jsonl")
    assert datasets.ensure(db, "log", source="/a/log.jsonl") == first
    assert datasets.ensure(db, "log", source="/b/log.jsonl").name == "log-2"
    assert datasets.ensure(db, "log").name == "log"


def test_unknown_data_set_names_what_there_is(db):
    """A misspelt name gets the near one, or the list, or how to make one."""
    with pytest.raises(NotFoundError, match=r"no data set 'suport'(.|\n)*none yet: judge import"):
        datasets.find(db, "suport")
    datasets.ensure(db, "support")
    with pytest.raises(NotFoundError, match=r"did you mean 'support'\?"):
        datasets.find(db, "suport")
    with pytest.raises(NotFoundError, match="there are: support"):
        datasets.find(db, "zzz")
