"""Fixtures that several floors share."""

from __future__ import annotations

import pytest
from command import judge, log  # noqa: F401 - fixtures

from judge.records import Document, Record
from judge.rubric.schema import Rubric
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


def make_rubric(**changes):
    """A rubric with one binary criterion, changed as a test needs it."""
    content = {
        "name": "polite",
        "version": 1,
        "title": "Is the response polite?",
        "reads": ["question", "response"],
        "criteria": [
            {
                "name": "tone",
                "question": "Is it polite?",
                "scale": {"kind": "binary", "values": {"polite": "kind", "rude": "not kind"}, "good": "polite"},
            }
        ],
    }
    return Rubric.model_validate(content | changes)


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
