from __future__ import annotations

from dataclasses import replace

import pytest

from judge.errors import BudgetError, UsageError
from judge.models.request import Price
from judge.models.scripted import Scripted
from judge.probing.attack import attack_families
from judge.probing.corruption import CORRUPTIONS
from judge.probing.outcomes import SHIFTS
from judge.probing.probe import ProbeOrder, Prober
from judge.run.selection import Selection
from judge.settings import Settings
from judge.store import datasets, ledger, runs
from making import make_rubric
from planted import JUDGES, RUBRIC, fair, records

SPOILT = ("number", "name", "negation", "other_documents")


def test_an_honest_judge_is_talked_into_nothing_and_notices_everything(run_probe, rates):
    """No attack works on a judge that reads claims alone, and every spoilt record is caught."""
    found = rates(run_probe("fair")[0])
    assert {family: found[family] for family in attack_families() if found[family]} == {}
    assert {family: found[family] for family in SPOILT} == dict.fromkeys(SPOILT, 1.0)
    assert {family: found[family] for family in SHIFTS if found.get(family)} == {}


def test_a_judge_that_obeys_the_last_order_is_found_out(run_probe, rates):
    """Orders talk it over, padding does not."""
    found = rates(run_probe("obedient", each=6)[0])
    assert found["override"] > 0.5
    assert found["forged_reply"] > 0.5
    assert found["padding"] == 0
    assert found["number"] == 1.0


def test_records_that_read_alike_are_one(db, run_probe):
    """Thirty copies of a record are no thirty witnesses: nothing is claimed from them."""
    copies = [replace(records()[0], id=f"copy-{number}") for number in range(30)]
    dataset = datasets.ensure(db, "copies")
    datasets.add(db, dataset, copies)
    probe, _ = run_probe("fair", dataset=dataset, families=("label_order", *SPOILT))
    assert {each.records for each in probe.results} <= {0, 1}
    assert max(each.records for each in probe.results) == 1


def test_a_judge_that_always_passes_leaves_no_room_and_notices_nothing(run_probe, rates):
    """It cannot be talked into anything better, which is said, and its catch rate gives it away."""
    probe, _ = run_probe("lenient")
    found = rates(probe)
    assert {found[family] for family in attack_families()} == {None}
    assert {found[family] for family in SPOILT} == {0.0}
    assert "calls them all good already" in probe.results[0].rate.reason


def test_a_judge_that_looks_at_length_is_talked_over_by_padding(run_probe, rates):
    """More words move it, whatever they say; a changed number does not."""
    found = rates(run_probe("by_length", families=("padding", "override"))[0])
    assert found["padding"] == 1.0
    assert found["override"] > 0.3


def test_a_judge_that_takes_the_first_value_is_found_out_by_the_order_of_values(run_probe, rates):
    """Turning the scale round turns its scores; nothing else does."""
    found = rates(run_probe("first_value", families=("label_order", "reworded", "reformatted"))[0])
    assert found["label_order"] > 0.2
    assert found["reworded"] == 0
    assert found["reformatted"] == 0


def test_noise_is_told_from_an_attack(run_probe):
    """A judge that throws a coin flips under attack and without: the excess holds 0."""
    probe, _ = run_probe("erratic", families=("override", "appeal"), repeats=4)
    for each in probe.results:
        assert each.noise.value > 0.2
        assert each.excess.low < 0 < each.excess.high


@pytest.mark.slow
def test_every_planted_weakness_looks_different(run_probe, rates):
    """No two of the planted judges have the same picture."""
    chosen = ("override", "padding", "number", "label_order")
    pictures = set()
    for name in JUDGES:
        found = rates(run_probe(name, families=chosen, each=2)[0])
        pictures.add(tuple(found[family] for family in chosen))
    assert len(pictures) == len(JUDGES)


def test_a_second_probe_asks_nothing_again(run_probe):
    """Everything is on the ledger: the same probe makes no call and comes to the same."""
    first, _ = run_probe("fair", families=("override", "number"))
    second, model = run_probe("fair", families=("override", "number"))
    assert model.calls == 0
    assert second.calls == 0
    assert second.results == first.results


def test_the_cap_holds_over_all_runs_and_the_probe_goes_on(db, log_of):
    """What all parts of a probe cost together stays under the cap; the same command finishes with a higher one."""
    order = {"dataset": log_of, "rubric": RUBRIC, "selection": Selection(), "families": ("override", "number")}

    def model():
        return Scripted(fair, name="paid", price=Price(0, 1_000), tokens=(0, 1))

    async def probe(cap):
        settings = Settings.model_validate({"judge": {"max_tokens": 16, "concurrency": 4}})
        return await Prober(db, ProbeOrder(**order, max_cost=cap), model(), settings).probe()

    import asyncio

    with pytest.raises(BudgetError, match="could cross the cap"):
        asyncio.run(probe(0.08))
    spent = sum(ledger.totals(db, run.id).cost for run in runs.listing(db))
    assert 0.02 < spent <= 0.08
    done = asyncio.run(probe(1.0))
    assert done.results
    assert sum(ledger.totals(db, run.id).cost for run in runs.listing(db)) < 0.3


def test_a_probe_is_no_run_that_last_means(db, run_probe):
    """Reports of the newest run never take a probe for it, and the source keeps its records."""
    run_probe("fair", families=("override",))
    assert {run.kind for run in runs.listing(db)} == {runs.PROBED}
    assert {run.dataset for run in runs.listing(db)} == {"parcels", "parcels (probe)"}


def test_families_that_do_not_fit_are_refused_in_words(db, log_of):
    """An unknown family, a corruption without a source, a paraphrase without a file."""

    def ask(rubric=RUBRIC, **changes):
        Prober(db, ProbeOrder(log_of, rubric, **changes), Scripted(fair), Settings())

    with pytest.raises(UsageError, match="there is no family 'magic'"):
        ask(families=("magic",))
    with pytest.raises(UsageError, match="holds responses against no documents"):
        ask(make_rubric(), families=("number",))
    with pytest.raises(UsageError, match="which paraphrase"):
        ask(families=("paraphrase",))
    with pytest.raises(UsageError, match="no criterion 'tone'"):
        ask(goals={"tone": "yes"})
    with pytest.raises(UsageError, match="'maybe' is no goal of supported"):
        ask(goals={"supported": "maybe"})
    assert not set(CORRUPTIONS) & set(
        Prober(db, ProbeOrder(log_of, make_rubric()), Scripted(fair), Settings()).families
    )
