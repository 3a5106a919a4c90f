import gzip
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
START = datetime(2026, 10, 5, tzinfo=UTC)


@pytest.fixture(scope="session")
def read_rows():
    """Reads the objects of one gzipped file, by path or by its name in the examples folder."""

    def read(name):
        with gzip.open(EXAMPLES / name, "rt", encoding="utf-8") as lines:
            return [json.loads(line) for line in lines]

    return read


@pytest.fixture(scope="session")
def log(read_rows):
    """The support log, each record with its week under ``week``."""
    rows = read_rows("support.jsonl.gz")
    return [{**row, "week": (datetime.fromisoformat(row["time"]) - START).days // 7 + 1} for row in rows]


@pytest.fixture(scope="session")
def truth(read_rows):
    """The planted truth by record id."""
    return {row["id"]: row for row in read_rows("support_truth.jsonl.gz")}


@pytest.fixture(scope="session")
def facts():
    """The facts behind the support log."""
    sys.path.insert(0, str(EXAMPLES))
    try:
        from support.facts import load_facts
    finally:
        sys.path.remove(str(EXAMPLES))
    return load_facts()
