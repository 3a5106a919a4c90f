"""Fixtures that several floors share."""

from __future__ import annotations

import shutil

import pytest

from command import judge, log  # noqa: F401 - fixtures
from judge.records import Document, Record
from judge.store.database import Database
from making import make_rubric
from postgres import postgres  # noqa: F401 - as above


@pytest.fixture(scope="session")
def migrated(tmp_path_factory):
    """An empty database file whose tables are up to date, to be copied: migrating takes longer than most tests."""
    path = tmp_path_factory.mktemp("migrated") / "empty.db"
    Database(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def db(request, tmp_path, migrated):
    """An empty database: in a file, or on Postgres where a test is parametrized so."""
    if getattr(request, "param", "sqlite") == "postgres":
        url = request.getfixturevalue("postgres").database()
    else:
        url = f"sqlite:///{shutil.copy(migrated, tmp_path / 'test.db')}"
    with Database(url) as database:
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


def pytest_collection_modifyitems(items):
    """Browser tests come last: Playwright leaves an event loop running, in which no asynchronous test could start."""
    items.sort(key=lambda item: "labeling_app" in item.path.parts)
