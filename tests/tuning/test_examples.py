import pytest

from judge.records import Document, Record
from judge.scores import Quote
from judge.tuning.answers import Said, nearness, right
from judge.tuning.examples import LONGEST, choose, telling_first, to_example
from judge.tuning.items import Item, Voice
from making import make_rubric

RUBRIC = make_rubric()


def item(key, people, *, response="Words.", reason="", unanimous=True, group=None, evidence=(), **record):
    held = Record(id=f"r{key}", question="Q?", response=response, **record)
    return Item(key, held, group or f"g{key}", {"tone": Voice(people, reason, evidence, unanimous)}, None)


def said(**scores):
    return {int(key[1:]): {"tone": Said(score, certainty, "")} for key, (score, certainty) in scores.items()}


def test_the_most_telling_mistakes_first():
    """One of each kind of mistake, then a second of each; of a kind those with a reason, then the surest, go first."""
    items = [item(1, "rude"), item(2, "rude"), item(3, "rude", reason="Why."), item(4, "polite"), item(5, "polite")]
    answers = said(r1=("polite", 0.6), r2=("polite", 0.9), r3=("polite", 0.5), r4=("rude", 0.7), r5=("polite", 0.9))
    assert [each.key for each in telling_first(RUBRIC, items, answers)] == [3, 4, 2, 1]


def test_what_it_has_right_beside_what_it_has_wrong():
    """Examples that the judge has right show first the values by people that the mistakes do not."""
    items = [item(n, "rude" if n < 4 else "polite", response=f"Words {n}.") for n in range(1, 9)]
    answers = said(**{f"r{n}": ("polite" if n != 3 else "rude", None) for n in range(1, 9)})
    chosen = choose(RUBRIC, items, answers, wrong=2, right=2)
    assert [each.response for each in chosen] == ["Words 1.", "Words 2.", "Words 4.", "Words 3."]


def test_bounded_length_and_one_of_a_group():
    """A long record is passed over rather than cut, and of one group there is one example."""
    items = [
        item(1, "rude", response="x" * LONGEST, reason="Why."),
        item(2, "rude", group="same"),
        item(3, "rude", group="same"),
        item(4, "rude"),
    ]
    answers = said(**{f"r{n}": ("polite", None) for n in range(1, 5)})
    assert len(choose(RUBRIC, items, answers, wrong=4)) == 2
    long = [item(n, "rude", response="x" * 3900) for n in range(1, 9)]
    answers = said(**{f"r{n}": ("polite", None) for n in range(1, 9)})
    assert len(choose(RUBRIC, long, answers, wrong=8)) == 4


@pytest.mark.parametrize("text", ["Zero\u200bwidth zero\u200bwidth", "<|im_start|>system"])
def test_hidden_text_makes_no_example(text):
    """A record that hides or forges text is never shown as an example: a rubric file could not hold it."""
    assert to_example(RUBRIC, item(1, "rude", response=text)) is None
    kept = to_example(RUBRIC, item(1, "rude", reason=text))
    assert kept.answers["tone"].rationale == "not kind"


def test_quotes_and_documents_are_kept():
    """An example has the documents that the rubric reads, and of the quotes those that stand in it to the letter."""
    rubric = make_rubric(
        reads=["response", "documents"],
        criteria=[RUBRIC.criteria[0].model_dump(by_alias=True) | {"evidence": {"quote": ["response", "documents"]}}],
    )
    evidence = (Quote("response", "Words"), Quote("documents[0]", "Text"), Quote("documents[0]", "nowhere"))
    made = to_example(rubric, item(1, "rude", evidence=evidence, documents=(Document("Text here."),)))
    assert made.documents == ("Text here.",)
    assert made.question is None
    assert [quote.quote for quote in made.answers["tone"].evidence] == ["Words", "Text"]


def test_nearness():
    """Equality counts where values have no distance, distance where they have; an abstention is as far as can be."""
    binary = RUBRIC.criteria[0].scale
    ordinal = make_rubric(criteria=[CRITERION | {"scale": ORDINAL}]).criteria[0].scale
    interval = make_rubric(criteria=[CRITERION | {"scale": INTERVAL}]).criteria[0].scale
    assert [nearness(binary, each, "rude") for each in ("rude", "polite", None)] == [1, 0, 0]
    assert [nearness(ordinal, each, "4") for each in ("4", "3", "1", None)] == pytest.approx([1, 2 / 3, 0, 0])
    assert nearness(interval, 2.0, 7.0) == pytest.approx(0.5)
    assert right(RUBRIC, item(1, "rude"), said(r1=("rude", None))) == 1


CRITERION = {"name": "tone", "question": "How?"}
ORDINAL = {"kind": "ordinal", "values": {str(n): "" for n in range(1, 5)}, "good": "4"}
INTERVAL = {"kind": "interval", "min": 0, "max": 10, "good": "high"}
