"""The table of `docs/explanation/faults.md`, row by row, with each backend and by the server's own count."""

import re
from pathlib import Path

import pytest

from judge.errors import ModelError
from judge.models.registry import open_model
from judge.models.retries import Backoff
from judge.records import Document, Record
from judge.rubric.load import load_rubric
from judge.run.execute import Execution, Order
from judge.run.summary import summarise
from judge.settings import Settings
from judge.store import datasets
from provider.faults import FAULTS, Fault
from provider.server import Provider

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "faults.md"
ROWS = re.findall(r"^\| `(\w+)` \| .* \| (.+) \| (\d+) \|$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
BACKENDS = {"openai": "local/m", "litellm": "litellm/openai/m"}
SHORT = {
    "rate_limit_seconds": {"seconds": 0.01},
    "rate_limit_date": {"seconds": -5},
    "rate_limit_ms": {"milliseconds": 5},
    "slow": {"seconds": 0.01},
    "drip": {"every": 0.1},
}


def test_the_table_has_every_fault_once():
    """Whatever the loopback provider can play stands in the table."""
    assert sorted(name for name, _, _ in ROWS) == sorted(FAULTS)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("row", ROWS, ids=[name for name, _, _ in ROWS])
async def test_every_row_of_the_table_holds(db, monkeypatch, row, backend):
    """The record is scored, abstained with the row's reason, or ends the run; after so many requests at the server."""
    name, outcome, requests = row
    monkeypatch.setattr("judge.models.transport.Backoff", lambda: Backoff(base=0))
    dataset = datasets.ensure(db, "log")
    record = Record(id="r", question="How long?", response="30 days.", documents=(Document("30 days."),))
    datasets.add(db, dataset, [record])
    async with Provider([Fault(name, arguments=SHORT.get(name, {}))]) as provider:
        monkeypatch.setenv("OPENAI_API_KEY", "sk-planted-0123456789abcdef")
        monkeypatch.setenv("OPENAI_API_BASE", provider.url)
        patience = 0.5 if name in {"silence", "drip"} else 60
        settings = Settings.model_validate(
            {"endpoints": {"local": {"base_url": provider.url}}, "judge": {"attempt_timeout": patience}}
        )
        model = open_model(BACKENDS[backend], settings)
        try:
            run = await Execution(db, Order(dataset, [load_rubric("hallucination")]), model, settings).work()
        except ModelError:
            found = "stops the run"
        else:
            (criterion,) = summarise(db, run).criteria
            assert criterion.scored + sum(criterion.abstained.values()) == 1
            found = "scored" if criterion.scored else next(iter(criterion.abstained))
        finally:
            await model.close()
        usual, _, other = outcome.removesuffix(")").partition(" (litellm: ")
        assert (found, provider.count) == (other if other and backend == "litellm" else usual, int(requests))
