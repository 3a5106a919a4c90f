import pytest

from judge.errors import BudgetError, CalibrationError, UnfinishedError
from judge.models.request import Price
from judge.models.scripted import Scripted
from judge.settings import Settings
from judge.store import ledger, runs, tunings
from judge.store.splits import Split
from judge.tuning.gain import Outcome
from judge.tuning.trial import Bench
from judge.tuning.tune import LEAST, Task, Tuner
from tuning.conftest import judging, learner, overfitter, plain, reader, side


async def test_a_judge_that_learns_is_better(db, tune):
    """Examples of what it got wrong make it right on records that took no part, and the interval says so."""
    _, tuned = await tune(judging(learner))
    assert tuned.outcome is Outcome.BETTER
    held = [n for n in range(1, 241) if side(f"r{n}") is Split.HELD_OUT]
    assert tuned.gain.items == tuned.gain.groups == len(held)
    missed = sum(n % 3 == 0 for n in held) / len(held)
    assert tuned.gain.before == pytest.approx(1 - missed)
    assert tuned.gain.after == 1
    assert tuned.gain.gain.value == pytest.approx(missed)
    assert tuned.gain.gain.low > 0
    assert (tuned.gain.fixed, tuned.gain.broken) == (sum(n % 3 == 0 for n in held), 0)
    assert tuned.rubric.version == 2
    assert "brilliant" in tuned.rubric.examples[0].response
    assert tuned.rubric.examples[0].answers["tone"].rationale.startswith("because of ")
    assert tuned.mistakes == {("tone", "rude", "polite"): sum(side(f"r{n}") is Split.TUNE for n in range(3, 241, 3))}
    (kept,) = tunings.ancestry(db, tuned.rubric.hash)
    assert kept.parent_hash == tuned.task.rubric.hash


async def test_a_judge_that_does_not_listen(tune):
    """Where nothing that is shown changes a score nothing is proposed, and the held-out split is not touched."""
    model = judging(plain)
    _, tuned = await tune(model)
    assert tuned.outcome is Outcome.NOTHING
    assert tuned.rubric is None
    assert "the same scores whatever it is shown" in tuned.reason
    assert {side(request.record.id) for request in model.requests} == {Split.TUNE}


async def test_a_judge_that_overfits_is_told_apart(tune):
    """A change that gains on every inner fold and loses on the held-out split is called worse."""
    _, tuned = await tune(judging(overfitter))
    assert max(each.gain for each in tuned.attempts) > 0.2
    assert tuned.outcome is Outcome.WORSE
    assert tuned.gain.gain.high < 0


async def test_guidance_is_tried_where_a_model_writes_it(tune):
    """A judge that heeds guidance alone gets the proposer's paragraph, and its examples stay as they were."""
    model = judging(reader)
    _, tuned = await tune(model, proposer=model)
    assert tuned.chosen.name == "guidance"
    assert tuned.outcome is Outcome.BETTER
    assert tuned.rubric.guidance == "Sarcasm counts as rude."
    assert tuned.rubric.examples == ()


async def test_a_proposer_that_says_nothing(tune):
    """Replies that are no guidance cost the attempts that need it, say why, and nothing else."""
    _, tuned = await tune(judging(learner), proposer=Scripted(lambda _: "I cannot help with that."))
    notes = {each.recipe.name: each.note for each in tuned.attempts}
    assert notes["guidance"] == "the reply is no JSON object"
    assert tuned.outcome is Outcome.BETTER


async def test_the_calibration_split_is_never_touched(tune):
    """No record kept for calibration is judged, shown as an example, or shown to the proposer."""
    model = judging(learner)
    await tune(model, proposer=model)
    sides = {side(request.record.id) for request in model.requests}
    assert sides == {Split.TUNE, Split.HELD_OUT}
    kept = [f"question number {n}," for n in range(3, 241, 3) if side(f"r{n}") is Split.CALIBRATION]
    asked = " ".join(message["content"] for request in model.requests for message in request.messages)
    assert not any(text in asked for text in kept)


async def test_the_held_out_split_makes_no_example(tune):
    """Examples come from the tuning split, and on inner folds never from the fold they are tried on."""
    model = judging(learner)
    _, tuned = await tune(model)
    for request in model.requests:
        assert request.record.response not in request.messages[0]["content"]
    held = [f"question number {n}," for n in range(3, 241, 3) if side(f"r{n}") is not Split.TUNE]
    assert not any(text in example.response for text in held for example in tuned.rubric.examples)


async def test_the_same_again_costs_nothing(tune):
    """A second tuning finds every answer on the ledger, proposes the same rubric, and says it has looked before."""
    model = judging(learner)
    _, first = await tune(model, proposer=model)
    calls = model.calls
    bench, second = await tune(model, proposer=model)
    assert model.calls == calls
    assert sum(each.calls for each in bench.totals) == 0
    assert second.rubric.hash == first.rubric.hash
    assert (first.looks, second.looks) == (0, 1)


async def test_what_it_costs_is_capped_over_everything(db, tune):
    """The cap holds over all runs together; what was asked until then is kept, and more money goes on from there."""
    dear = Price(prompt=1.0, completion=1.0)
    model = Scripted(judging(learner)._replies, price=dear, tokens=(1000, 10))
    with pytest.raises(BudgetError, match="could cross the cap"):
        await tune(model, max_cost=0.3)
    spent = sum(ledger.totals(db, run.id).cost for run in runs.listing(db))
    assert 0.1 < spent <= 0.3
    before = model.calls
    bench, tuned = await tune(model, max_cost=5)
    assert tuned.outcome is Outcome.BETTER
    whole = sum(ledger.totals(db, run.id).cost for run in runs.listing(db))
    assert whole == pytest.approx(model.calls * 1010 / 1e6)
    assert sum(each.cost for each in bench.totals) < whole
    assert model.calls > before


async def test_its_runs_are_not_the_newest(db, tune):
    """What was judged to try a rubric out is never `last`."""
    await tune(judging(learner))
    assert {run.kind for run in runs.listing(db)} == {runs.TUNED}


async def test_too_few_ratings(db, rated):
    """With too few rated records in a split it says how many more to rate."""
    dataset, rubric = rated(size=20)
    bench = Bench(db, dataset, judging(learner), Settings())
    with pytest.raises(CalibrationError, match=rf"split; {LEAST} are needed(.|\n)*rate about \d+ more records"):
        await Tuner(db, Task(dataset, rubric), bench, "m").work()


async def test_stopping(db, rated):
    """Once stopped nothing more is sent, and it says how to go on."""
    dataset, rubric = rated()
    model = judging(learner)
    bench = Bench(db, dataset, model, Settings())
    bench.stop()
    with pytest.raises(UnfinishedError, match=r"stopped(.|\n)*same command"):
        await Tuner(db, Task(dataset, rubric), bench, "m").work()
    assert model.calls == 0
