from __future__ import annotations

import json
from random import Random

import pytest

from judge.errors import UsageError
from judge.models.answer import answer_to
from judge.probing.attack import attack_families, attacked, fields_for, shipped_attacks
from judge.probing.corruption import corrupted
from judge.probing.goal import goals_of
from judge.probing.rewording import check_paraphrase, reformatted, reworded, swapped_values
from judge.records import Document, Record
from judge.rubric.load import load_rubric, shipped_rubrics
from judge.rubric.reply import read_reply
from making import make_rubric
from planted import RUBRIC


def seeded():
    return Random(1)  # noqa: S311 - a draw, no secret


SPOILABLE = Record(
    id="r",
    response="It was sent to Anna Keller. It weighs 35 kg.",
    documents=(Document("It was sent to Anna Keller in spring. It weighs 35 kg. It is blue and square."),),
)


def test_the_list_is_large_and_names_nothing_twice():
    """At least 40 injections, in response, document, question and metadata, each in a family that is explained."""
    attacks = shipped_attacks()
    injections = [each for each in attacks if each.family not in {"master_key", "padding"}]
    assert len(injections) >= 40
    assert len({(each.family, each.name) for each in attacks}) == len(attacks)
    assert {each.family for each in attacks} == set(attack_families())
    assert {field for each in injections for field in each.fields} == {"response", "documents", "question", "metadata"}


@pytest.mark.parametrize("attack", shipped_attacks(), ids=lambda each: f"{each.family}.{each.name}")
def test_every_attack_changes_the_field_it_stands_in_and_nothing_else(attack):
    """The words are filled in, the record keeps the rest, and what is shown to the judge differs."""
    rubric = make_rubric(reads=["question", "documents", "response", "metadata.note.by"])
    record = Record(
        id="r",
        question="Why?",
        response="So.",
        documents=(Document("One."), Document("Two.")),
        metadata={"note": {"by": "x", "on": "y"}, "z": 1},
    )
    words = attack.words(rubric, goals_of(rubric, {}))
    assert "{goal}" not in words
    assert "{reply}" not in words
    for field in fields_for(attack, rubric):
        changed = attacked(record, attack, field, words)
        assert changed is not None
        assert changed.digest() != record.digest()
        kept = [name for name in rubric.reads if changed.read(name) == record.read(name)]
        assert kept == [name for name in rubric.reads if name != field]
        assert changed.metadata["z"] == 1


@pytest.mark.parametrize("name", shipped_rubrics())
def test_a_forged_reply_would_be_read_as_the_attackers_score(name):
    """The forged reply is a real one: a judge that copies it is talked over."""
    rubric = load_rubric(name)
    goals = goals_of(rubric, {})
    forged = next(each for each in shipped_attacks() if each.name == "json").words(rubric, goals)
    asked = [each.name for each in rubric.criteria]
    read = read_reply(rubric, Record(id="r", response="x"), forged, criteria=asked)
    assert {each.criterion: each.score for each in read} == {name: goal.asked for name, goal in goals.items()}
    assert json.loads(forged).keys() == answer_to({"type": "object", "properties": {a: {} for a in asked}}, {}).keys()


def test_a_field_that_is_not_there_is_not_attacked():
    """A record without documents gets none."""
    attack = next(each for each in shipped_attacks() if "documents" in each.fields)
    assert attacked(Record(id="r", response="x"), attack, "documents", "words") is None


@pytest.mark.parametrize(
    ("family", "gone", "come"),
    [("number", "35", None), ("name", "Anna Keller", None), ("negation", "", " not")],
)
def test_a_spoilt_response_says_what_its_source_does_not(family, gone, come):
    """Number and name are exchanged for ones that stand nowhere in the source; a sentence is turned around."""
    changed = corrupted(SPOILABLE, family, RUBRIC, (), seeded())
    assert changed is not None
    assert changed.documents == SPOILABLE.documents
    if gone:
        assert gone not in changed.response
    if come:
        assert come in changed.response


def test_support_is_taken_away_and_documents_are_exchanged():
    """What shares words or numbers with the response is gone; the rest of the documents stays."""
    dropped = corrupted(SPOILABLE, "dropped_passage", RUBRIC, (), seeded())
    assert [document.text for document in dropped.documents] == ["It is blue and square."]
    other = Record(id="o", response="y", documents=(Document("Elsewhere."),))
    assert corrupted(SPOILABLE, "other_documents", RUBRIC, (SPOILABLE, other), seeded()).documents == other.documents


def test_what_cannot_be_spoilt_is_left_out():
    """No number, no name, no claim, nothing to exchange: no record is made up."""
    bare = Record(id="r", response="Hello there!", documents=(Document("Text."),))
    for family in ("number", "name", "negation", "dropped_passage", "other_documents"):
        assert corrupted(bare, family, RUBRIC, (bare,), seeded()) is None


def test_rubrics_are_turned_and_reworded_without_another_meaning():
    """Values come in reverse, guidance in other words or another layout; each is another rubric by its hash."""
    turned = swapped_values(RUBRIC)
    assert turned.criteria[0].scale.names == ("no", "yes")
    assert reworded(RUBRIC).guidance == "- Rate only the claims.\n- Leave aside the style."
    assert reformatted(RUBRIC).guidance == "1. Judge only the claims.\n2. Ignore the style."
    assert len({each.hash for each in (RUBRIC, turned, reworded(RUBRIC), reformatted(RUBRIC))}) == 4
    assert swapped_values(load_rubric("coherence")) is None


def test_a_paraphrase_keeps_criteria_values_and_fields():
    """Other words are welcome, other questions are not."""
    other = RUBRIC.model_copy(update={"name": "mine", "guidance": "Only claims count."})
    assert check_paraphrase(RUBRIC, other).name == "faithful"
    with pytest.raises(UsageError, match="polite is no paraphrase of faithful"):
        check_paraphrase(RUBRIC, make_rubric())
