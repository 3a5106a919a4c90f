from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.records import Document, Record
from judge.rubric.reply import read_reply
from judge.rubric.schema import Rubric
from judge.scores import Abstention, Judgement, Quote, Reason

BINARY = Rubric.model_validate(
    {
        "name": "b",
        "version": 1,
        "title": "T",
        "reads": ["response"],
        "criteria": [
            {
                "name": "c",
                "question": "Q?",
                "scale": {"kind": "binary", "values": {"supported": "S", "unsupported": "U"}, "good": "supported"},
            }
        ],
    }
)
RECORD = Record(id="r", response="text")


def one(score: object, **more: object) -> str:
    """A reply that scores the criterion ``c``."""
    return json.dumps({"c": {"rationale": "Because.", "score": score} | more})


def read(text: str | None) -> Judgement:
    """What a reply to the binary criterion is read as."""
    (judgement,) = read_reply(BINARY, RECORD, text, criteria=["c"])
    return judgement


def why(judgement: Judgement) -> tuple[Reason, str]:
    """Reason and code of an abstention."""
    assert judgement.abstention is not None
    return judgement.abstention.reason, judgement.abstention.detail.partition(":")[0]


def test_a_clean_reply_is_a_judgement():
    """Score and reason are taken as they are, with record, rubric, criterion and repeat."""
    (judgement,) = read_reply(BINARY, RECORD, one("unsupported"), criteria=["c"], repeat=2)
    assert judgement == Judgement("r", "b", "c", score="unsupported", rationale="Because.", repeat=2)


@pytest.mark.parametrize("score", ["supported", "Supported", " supported\n", "SUPPORTED", "supported "])
def test_case_and_space_around_a_value_are_forgiven(score):
    """Nothing is left to guess."""
    assert read(one(score)).score == "supported"


@pytest.mark.parametrize(
    "score",
    [
        "\u0455upported",  # Cyrillic dze
        "supporte\u200bd",
        "supported.",
        "sup ported",
        "support",
        "supported or unsupported",
        "",
        "ſupported",  # long s, which lower-cases elsewhere
        True,
        1,
        0.5,
        None,
        ["supported"],
        {"value": "supported"},
    ],
)
def test_whatever_else_is_off_the_scale(score):
    """Homoglyphs, hidden characters, parts, lists and booleans are no values."""
    judgement = read(one(score))
    assert judgement.score is None
    assert why(judgement) == (Reason.OFF_SCALE, "off_scale")
    assert judgement.rationale == "Because."
    assert judgement.abstention is not None
    assert judgement.abstention.detail.endswith("; allowed: supported, unsupported")


def test_a_homoglyph_is_visible_in_the_message():
    """A person reading the abstention sees why the value is none."""
    abstention = read(one("\u0455upported")).abstention
    assert abstention == Abstention(
        Reason.OFF_SCALE, 'off_scale: c was scored "\\u0455upported"; allowed: supported, unsupported'
    )


@pytest.mark.parametrize(
    ("text", "reason", "code"),
    [
        (None, Reason.EMPTY, "empty"),
        ("", Reason.EMPTY, "empty"),
        ("supported", Reason.UNREADABLE, "not_json"),
        ('{"c": {"score": "supported"', Reason.CUT, "cut"),
        ('{"c": "supported"}', Reason.UNREADABLE, "wrong_type"),
        ('{"score": "supported"}', Reason.UNREADABLE, "unknown_key"),
        ("{}", Reason.INCOMPLETE, "missing_criterion"),
        ('{"c": {}}', Reason.INCOMPLETE, "missing_score"),
        ('{"c": {"rationale": "x"}}', Reason.INCOMPLETE, "missing_score"),
        (one("supported", confidence=0.9), Reason.UNREADABLE, "unknown_key"),
        (one("supported", final_score="unsupported"), Reason.UNREADABLE, "unknown_key"),
        ('{"c": {"score": "supported"}, "final": {"score": "unsupported"}}', Reason.UNREADABLE, "unknown_key"),
        (one("supported", rationale=5), Reason.UNREADABLE, "wrong_type"),
        (one("supported", evidence="text"), Reason.UNREADABLE, "wrong_type"),
        (one("supported", evidence=["text"]), Reason.UNREADABLE, "wrong_type"),
        (one("supported", evidence=[{"source": "response"}]), Reason.UNREADABLE, "wrong_type"),
        (one("supported", evidence=[{"source": 1, "quote": "text"}]), Reason.UNREADABLE, "wrong_type"),
        (
            one("supported", evidence=[{"source": "response", "quote": "text", "p": 1}]),
            Reason.UNREADABLE,
            "unknown_key",
        ),
        (one("supported", evidence=[{"source": "response", "quote": "t"}] * 51), Reason.UNREADABLE, "too_many_quotes"),
        ('{"outer": {"c": {"score": "supported"}}}', Reason.UNREADABLE, "unknown_key"),
        ('{"outer": {"c": {"score": "supported"}}', Reason.CUT, "cut"),
        ('{"c": {"score": "supported"}} {"c": {"score": "unsupported"}}', Reason.AMBIGUOUS, "several_objects"),
        ('{"c": {"score": "supported", "score": "unsupported"}}', Reason.AMBIGUOUS, "duplicate_key"),
        ('<think>{"c": {"score": "supported"}}</think>', Reason.EMPTY, "empty"),
        ('<think>{"c": {"score": "supported"}}', Reason.CUT, "thinking"),
        (one("not_applicable"), Reason.OFF_SCALE, "not_offered"),
    ],
)
def test_every_way_of_being_wrong_has_its_code(text, reason, code):
    """No reply that is not clean gives a score."""
    judgement = read(text)
    assert judgement.score is None
    assert why(judgement) == (reason, code)


def test_reasoning_before_the_object_is_never_the_score():
    """What a reasoning model drafts is not what it answers."""
    draft = '<think>{"c": {"score": "supported"}} ... no.</think>'
    assert read(draft + one("unsupported")).score == "unsupported"


def test_a_missing_reason_is_forgiven():
    """The score stands without it."""
    assert read('{"c": {"score": "supported"}}') == Judgement("r", "b", "c", score="supported")


@pytest.mark.parametrize(
    ("criterion", "value", "score"),
    [
        ("points", 7, 7.0),
        ("points", 7.0, 7.0),
        ("points", 0, 0.0),
        ("points", -0.0, 0.0),
        ("points", 10, 10.0),
        ("share", 0.25, 0.25),
        ("share", 1e-3, 0.001),
        ("grade", 2, "2"),
        ("grade", "2", "2"),
        ("grade", 2.0, "2"),
        ("tone", "Warm", "warm"),
    ],
)
def test_values_of_every_scale_are_read(several, criterion, value, score):
    """Numbers on interval scales, names on the others, numeric names also as numbers."""
    text = json.dumps({criterion: {"score": value}})
    (judgement,) = read_reply(several, RECORD, text, criteria=[criterion])
    assert judgement.score == score
    assert type(judgement.score) is type(score)


@pytest.mark.parametrize(
    ("criterion", "value", "said"),
    [
        ("points", 95, "points was scored 95; allowed: numbers from 0 to 10 in steps of 1"),
        ("points", -1, "points was scored -1;"),
        ("points", 7.5, "points was scored 7.5;"),
        ("points", "7", 'points was scored "7"; allowed: numbers from 0 to 10 in steps of 1, written without'),
        ("points", "7/10", 'points was scored "7/10";'),
        ("points", True, "points was scored true;"),
        ("points", None, "points was scored null;"),
        ("share", 1.0000001, "share was scored 1.0000001; allowed: numbers from 0 to 1"),
        ("share", "high", 'share was scored "high";'),
        ("grade", 4, "grade was scored 4; allowed: 1, 2, 3"),
        ("grade", 2.5, "grade was scored 2.5;"),
        ("grade", "two", 'grade was scored "two";'),
        ("grade", True, "grade was scored true;"),
    ],
)
def test_values_off_a_scale_are_refused(several, criterion, value, said):
    """95 on a scale to 10, numbers in quotation marks and booleans are abstentions that say what is allowed."""
    text = json.dumps({criterion: {"score": value}})
    (judgement,) = read_reply(several, RECORD, text, criteria=[criterion])
    assert judgement.abstention is not None
    assert judgement.abstention.reason is Reason.OFF_SCALE
    assert said in judgement.abstention.detail


def test_not_applicable_is_an_abstention_where_it_is_offered(several):
    """It is no score, and its reason is kept."""
    text = json.dumps({"tone": {"rationale": "Empty.", "score": "Not_applicable"}})
    (judgement,) = read_reply(several, RECORD, text, criteria=["tone"])
    assert why(judgement) == (Reason.NOT_APPLICABLE, "not_applicable")
    assert judgement.rationale == "Empty."


def test_a_fault_in_one_criterion_leaves_the_others(several):
    """A missing or odd answer is an abstention of that criterion alone, in the order asked."""
    text = json.dumps({"tone": {"score": "warm"}, "points": {"score": 95}, "share": {"score": 0.5}})
    judgements = read_reply(several, RECORD, text, criteria=["share", "tone", "grade", "points"])
    assert [judgement.criterion for judgement in judgements] == ["share", "tone", "grade", "points"]
    assert [judgement.score for judgement in judgements] == [0.5, "warm", None, None]
    assert why(judgements[2]) == (Reason.INCOMPLETE, "missing_criterion")
    assert why(judgements[3]) == (Reason.OFF_SCALE, "off_scale")


def test_a_broken_object_takes_every_criterion_with_it(several):
    """Nothing is salvaged out of a reply that is not whole."""
    text = '{"tone": {"score": "warm"}, "grade": {"score": "2"}'
    judgements = read_reply(several, RECORD, text, criteria=["tone", "grade"])
    assert [why(judgement) for judgement in judgements] == [(Reason.CUT, "cut")] * 2


def test_quotes_are_checked_and_roles_given(support, record):
    """A true quote has its place and role, a false one is kept, marked and flagged."""
    text = json.dumps(
        {
            "supported": {
                "evidence": [
                    {"source": "response", "quote": "Parking is free."},
                    {"source": "documents", "quote": "The car park costs 2 euros."},
                    {"source": "documents", "quote": "Parking is free on Sundays."},
                    {"source": "documents", "quote": "  "},
                ],
                "rationale": "It costs 2 euros.",
                "score": "unsupported",
            }
        }
    )
    (judgement,) = read_reply(support, record, text, criteria=["supported"])
    assert judgement.score == "unsupported"
    assert judgement.evidence == (
        Quote("response", "Parking is free.", 14, 30, "claim"),
        Quote("documents[1]", "The car park costs 2 euros.", 0, 27, "passage"),
        Quote("documents", "Parking is free on Sundays.", None, None, "passage"),
    )
    assert judgement.suspicious == ("false_quote",)


def test_true_quotes_raise_no_flag(support, record):
    """Only words that do not stand in the record are suspicious."""
    text = json.dumps(
        {"supported": {"evidence": [{"source": "documents[0]", "quote": "9 to 18"}], "score": "supported"}}
    )
    (judgement,) = read_reply(support, record, text, criteria=["supported"])
    assert judgement.suspicious == ()


def test_what_no_database_takes_is_replaced_in_the_reason():
    """Halves of surrogate pairs and NUL do not reach the store; the raw reply keeps them."""
    text = '{"c": {"rationale": "a\\ud800b\\u0000c \\ud83d\\ude00", "score": "supported"}}'
    assert read(text).rationale == "a\ufffdb\ufffdc 😀"


@given(st.text(max_size=100))
@settings(deadline=None, max_examples=150)
def test_any_text_gives_one_judgement_per_criterion(text):
    """Reading is total, and random text is never a score."""
    judgement = read(text)
    assert judgement.score is None
    assert judgement.abstention is not None


WHOLE = one("supported", evidence=[{"source": "response", "quote": "text"}])


@given(st.data())
@settings(deadline=None, max_examples=400)
def test_a_damaged_reply_scores_only_if_it_is_still_one_whole_object(data):
    """After any small edit, a score comes out only where a strict parser finds exactly that score in one object."""
    text = WHOLE
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(text)))
        length = data.draw(st.integers(0, 4))
        inserted = data.draw(
            st.sampled_from(["", " ", "{", "}", '"', ",", ":", "un", "x", "\n", '{"c": 1}', "s", "\\", WHOLE])
        )
        text = text[:place] + inserted + text[place + length :]
    judgement = read(text)
    if judgement.score is not None:
        pairs: list[str] = []
        content = json.loads(
            text.strip(), object_pairs_hook=lambda items: pairs.extend(k for k, _ in items) or dict(items)
        )
        assert list(content) == ["c"]
        assert pairs.count("score") == 1
        assert content["c"]["score"].strip().lower() == judgement.score


def test_an_inner_object_is_not_taken_out_of_a_broken_outer_one():
    """`{"analysis": {...}` with a good object inside is cut, not scored."""
    assert why(read('{"analysis": ' + one("supported"))) == (Reason.CUT, "cut")
    assert why(read("[" + one("supported") + "," + one("unsupported") + "]")) == (Reason.UNREADABLE, "not_an_object")


def test_documents_are_quoted_by_their_place_in_the_record(support):
    """Blank documents keep their number."""
    record = Record(id="r", response="R", documents=(Document(" "), Document("The words.")))
    text = json.dumps({"supported": {"evidence": [{"source": "documents", "quote": "words"}], "score": "supported"}})
    (judgement,) = read_reply(support, record, text, criteria=["supported"])
    assert judgement.evidence[0].source == "documents[1]"
