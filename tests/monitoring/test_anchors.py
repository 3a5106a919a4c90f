import asyncio
import json
from datetime import timedelta

import pytest

from judge.models.baseline import BaselineModel
from judge.models.request import Reply
from judge.monitoring.anchors import LEAST, Anchors
from judge.monitoring.form import AnchorsForm
from judge.records import Document, Record
from judge.rubric.load import load_rubric
from judge.run.execute import plan
from judge.scores import Rating
from judge.settings import Settings
from judge.store import datasets, judges, ratings, watches
from traffic import START

RUBRIC = load_rubric("hallucination")
FORM = AnchorsForm(every=timedelta(days=7), most=40)


class Turning(BaselineModel):
    """The baseline until it turns: then it says of every record that nothing supports it."""

    turned = False

    async def ask(self, request):
        """Answer, turned or not."""
        reply = await super().ask(request)
        if not self.turned:
            return reply
        said = json.loads(reply.text)
        said["supported"]["score"] = "unsupported"
        return Reply(**{name: getattr(reply, name) for name in reply.__slots__} | {"text": json.dumps(said)})


@pytest.fixture
def anchors(db):
    """Anchors of a data set whose records are rated, as many as asked for, and what `look` needs."""

    def make(rated):
        dataset = datasets.ensure(db, "d")
        records = [
            Record(
                id=f"a{n}",
                question="How long?",
                response=f"It takes {n + 2} days.",
                documents=(Document(text=f"It takes {n + 2} days."),),
            )
            for n in range(rated)
        ]
        _, keys = datasets.add(db, dataset, records)
        judges.keep_rubric(db, RUBRIC)
        given = [
            (
                keys[each.id],
                Rating(each.id, RUBRIC.name, "supported", annotator="ann", score="supported"),
            )
            for each in records
        ]
        ratings.add(db, RUBRIC, given, source=ratings.IMPORT)
        kept = watches.ensure(db, "w", dataset, shape="s", config={})
        return Anchors(db, FORM, dataset, [RUBRIC], kept, settings=Settings())

    return make


def look(db, anchors, model, days, said=None):
    told = said if said is not None else []
    found = plan(db, [RUBRIC], model, Settings()).judges
    mapping = {judge.rubric.name: judge.fingerprint for judge in found}
    return asyncio.run(anchors.look(model, mapping, START + timedelta(days=days), told.append))


def test_a_judge_that_stays_is_asked_on_schedule_and_has_not_moved(db, anchors):
    """Nothing is asked before it is time; asked again, a judge that stays has no flip."""
    made, model = anchors(30), BaselineModel()
    assert look(db, made, model, 0) is None
    assert look(db, made, model, 3) is None
    shift = look(db, made, model, 7)
    assert (shift.items, shift.flips, shift.moved, shift.other) == (30, 0, False, False)
    assert (shift.noise, shift.noise_items) == (0, 30)


def test_a_judge_that_turns_is_seen_and_what_it_says_is_the_new_base(db, anchors):
    """Flips away from what people say are counted, named and beyond chance; asked once more it has not moved again."""
    made, model = anchors(30), Turning()
    look(db, made, model, 0)
    model.turned = True
    shift = look(db, made, model, 7)
    assert shift.moved
    assert (shift.flips, shift.lost, shift.won) == (30, 30, 0)
    assert shift.worst == (("hallucination.supported", 30),)
    assert len(shift.keys) == 30
    assert not look(db, made, model, 14).moved


def test_too_few_rated_records_are_no_anchors(db, anchors):
    """Under twenty rated records nothing is asked, and it is said how many there are."""
    said = []
    assert look(db, anchors(LEAST - 1), BaselineModel(), 0, said) is None
    assert said == ["19 records of d are rated by these rubrics; anchors need 20."]
