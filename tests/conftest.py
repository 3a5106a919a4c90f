"""Fixtures that several floors share."""

from __future__ import annotations

import pytest
from command import judge, log  # noqa: F401 - fixtures
from making import make_rubric

from judge.records import Document, Record
from judge.store.database import Database


@pytest.fixture
def db(tmp_path):
    """An empty database in a file."""
    with Database(f"sqlite:///{tmp_path}/test.db") as database:
        yield database


@pytest.fixture
def rubric():
    """A small rubric with one binary criterion."""
    return make_rubric()


@pytest.fixture
def records():
    """Three records that differ in everything a store could mix up."""
    return [
        Record(
            id=f"r{number}",
            question=f"Question {number}?",
            response=f"Response {number}.",
            documents=(Document(f"Text {number}", id=f"d{number}", title="A title"), Document("Another")),
            model="m",
            model_version=f"v{number}",
            latency=0.5 * number,
            segment="de" if number == 2 else "en",
            metadata={"number": number, "nested": {"key": [1, 2]}},
        )
        for number in (1, 2, 3)
    ]
