"""Judges whose scores truly depend on what their prompt shows, and a data set that they err on."""

from __future__ import annotations

import json

import pytest

from judge.models.answer import answer_to
from judge.models.scripted import Scripted
from judge.records import Record
from judge.scores import Rating
from judge.settings import Settings
from judge.store import datasets, judges, ratings
from judge.store.splits import Split, Splits
from judge.tuning.guidance import Proposer
from judge.tuning.trial import Bench
from judge.tuning.tune import Task, Tuner
from making import make_rubric

SPLITS = Splits()


def side(name, splits=SPLITS):
    """The split that a record on its own belongs to."""
    return splits.of(f"record:{name}")


def response_of(number):
    """Every third response is sarcastic, which people call rude; every fifth is plainly rude."""
    if number % 3 == 0:
        return f"Oh, brilliant question number {number}, truly."
    return f"Go away, {number}." if number % 5 == 0 else f"Here is the answer to {number}."


def truth_of(number):
    return "rude" if number % 3 == 0 or number % 5 == 0 else "polite"


def examples_in(request):
    """What the prompt shows after its heading for examples; empty without any."""
    return request.messages[0]["content"].partition("# Examples")[2]


def judging(decide):
    """A judge that gives the tone that a function of the request decides on."""

    def line(request):
        if "guidance" in request.schema.get("properties", {}):
            return json.dumps({"guidance": "Sarcasm counts as rude."})
        return json.dumps(answer_to(request.schema, {"tone": decide(request)}))

    return Scripted(line)


def plain(request):
    """Sees what is plainly rude, and takes sarcasm for politeness."""
    return "rude" if "Go away" in request.record.response else "polite"


def learner(request):
    """Understands sarcasm once an example, or the guidance, shows it."""
    shown = "brilliant" in examples_in(request) or "Sarcasm" in request.messages[0]["content"]
    return "rude" if shown and "brilliant" in request.record.response else plain(request)


def reader(request):
    """Understands sarcasm by guidance alone."""
    shown = "Sarcasm" in request.messages[0]["content"]
    return "rude" if shown and "brilliant" in request.record.response else plain(request)


def overfitter(request):
    """With examples it is right on the records it is tuned on, and wrong on most of the others."""
    number = int(request.record.id.removeprefix("r"))
    if not examples_in(request):
        return plain(request)
    if side(request.record.id) is Split.TUNE or number % 4 == 0:
        return truth_of(number)
    return "polite" if truth_of(number) == "rude" else "rude"


@pytest.fixture
def rated(db):
    """A data set of 240 records, each rated by one person with a reason."""

    def make(rubric=None, size=240, **changes):
        chosen = rubric or make_rubric()
        dataset = datasets.ensure(db, "d")
        judges.keep_rubric(db, chosen)
        made = [
            Record(**{"id": f"r{n}", "question": "Q?", "response": response_of(n)} | changes)
            for n in range(1, size + 1)
        ]
        _, keys = datasets.add(db, dataset, made)
        given = [
            (keys[f"r{n}"], Rating(f"r{n}", "polite", "tone", "ann", truth_of(n), note=f"because of {n}"))
            for n in range(1, size + 1)
        ]
        ratings.add(db, chosen, given)
        return dataset, chosen

    return make


@pytest.fixture
def tune(db, rated):
    """Tune the data set's rubric for a judge."""

    async def work(model, *, proposer=None, max_cost=None, **task):
        dataset, rubric = rated()
        settings = Settings()
        bench = Bench(db, dataset, model, settings, max_cost=max_cost)
        guide = None if proposer is None else Proposer(db, dataset, proposer, settings)
        return bench, await Tuner(db, Task(dataset, rubric, **task), bench, model.name, proposer=guide).work()

    return work
