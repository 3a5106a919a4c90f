from __future__ import annotations

import asyncio

import pytest

from judge.probing.probe import ProbeOrder, Prober
from judge.run.selection import Selection
from judge.settings import Settings
from judge.store import datasets
from planted import RUBRIC, planted, records


@pytest.fixture
def log_of(db):
    """Store the records, and say where."""
    dataset = datasets.ensure(db, "parcels")
    datasets.add(db, dataset, records())
    return dataset


@pytest.fixture
def run_probe(db, log_of):
    """Probe a planted judge; gives the probe and the model."""

    def run(name, **changes):
        model = planted(name)
        order = ProbeOrder(**{"dataset": log_of, "rubric": RUBRIC, "selection": Selection(), "records": 12} | changes)
        return asyncio.run(Prober(db, order, model, Settings()).probe()), model

    return run


@pytest.fixture
def rates():
    """Family -> its rate, where there is one."""

    def of(probe):
        return {each.family: getattr(each.rate, "value", None) for each in probe.results}

    return of
