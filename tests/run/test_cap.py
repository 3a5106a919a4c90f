"""The cap, by the server's own count of tokens."""

import pytest

from judge.errors import BudgetError
from judge.models.registry import open_model
from judge.records import Record
from judge.run.execute import Execution, Order
from judge.settings import Settings
from judge.store import datasets, ledger, runs
from making import make_rubric
from provider.faults import Fault
from provider.server import Provider

PRICE = 1000.0
FAULTS = [Fault("no_usage", share=0.1), Fault("half", share=0.1, times=1), Fault("error_500", share=0.1, times=1)]


@pytest.mark.parametrize("concurrency", [1, 32, 256])
@pytest.mark.parametrize("model", ["local/m", "litellm/openai/m"])
async def test_the_cap_is_kept(db, monkeypatch, model, concurrency):
    """However many calls are in flight, and though usage is missing and bodies break off, the cap is not crossed.

    The server counts every token it has sent, received or not; the ledger's known and reserved money covers them.
    """
    dataset = datasets.ensure(db, "log")
    datasets.add(db, dataset, [Record(id=str(n), question="Q?", response=f"Answer {n}.") for n in range(300)])
    async with Provider(FAULTS, latency=0.002) as provider:
        monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
        monkeypatch.setenv("OPENAI_API_BASE", provider.url)
        settings = Settings.model_validate(
            {
                "endpoints": {"local": {"base_url": provider.url}},
                "prices": {model: {"prompt": PRICE, "completion": PRICE}},
                "judge": {"concurrency": concurrency, "max_tokens": 64},
            }
        )
        opened = open_model(model, settings)
        try:
            cap = 0.0
            for cap in (20.0, 45.0):
                with pytest.raises(BudgetError):
                    await Execution(db, Order(dataset, [make_rubric()], max_cost=cap), opened, settings).work()
                assert provider.tokens * PRICE / 1e6 <= cap
        finally:
            await opened.close()
        totals = ledger.totals(db, runs.find(db, "last").id)
        assert totals.cost <= provider.tokens * PRICE / 1e6 <= totals.cost + totals.reserved <= cap
        assert totals.cost + totals.reserved > 0.9 * cap
        assert totals.unknown > 0
        assert totals.attempts == provider.count
