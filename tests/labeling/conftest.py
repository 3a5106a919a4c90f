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
