"""What the tests of labelling share."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from house import House, make_house


@pytest.fixture
def house(db) -> House:
    """A house with thirty records."""
    return make_house(db)


ON_BOTH = {"test_stored", "test_people", "test_studies", "test_adjudicating", "test_agreement", "test_training"}
"""Modules whose tests run on SQLite and on Postgres."""


def pytest_generate_tests(metafunc):
    """Give the tests of these modules both kinds of database."""
    asks = {"db", "house"} & set(metafunc.fixturenames)
    if asks and metafunc.module.__name__.rpartition(".")[2] in ON_BOTH:
        metafunc.parametrize("db", ["sqlite", "postgres"], indirect=True)
