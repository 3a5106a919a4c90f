"""How often tuning is called better where nothing gains."""

import asyncio
import importlib.util
import sys
from pathlib import Path

import pytest

from judge.tuning.gain import Outcome

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def script():
    """The script whose full table stands in the documentation."""
    spec = importlib.util.spec_from_file_location("false_gains", BENCHMARKS / "false_gains.py")
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "false_gains", module)
        spec.loader.exec_module(module)
        yield module


def test_what_gains_nothing_is_seldom_called_better(script):
    """Of 40 whole tunings of a judge as good by any rubric, most measure a change and at most three call it better."""
    found = script.outcomes(script.Cell(120, 1, 0.5), 40)
    assert found.total() == 40
    # At 2.5 % each, four or more of forty would come once in fifty times.
    assert found[Outcome.BETTER] <= 3
    assert found[Outcome.NOTHING] < 20


def test_looking_again_flatters(script):
    """One of five useless changes measured on the same records is called better more often than a single one."""
    assert 0.025 < asyncio.run(script.looked(script.Cell(240, 1, 0.5), 150)) < 0.25
