from datetime import UTC, datetime

import pytest

from judge.errors import LogError
from judge.logs import Label, Output, to_judgements, to_ratings
from judge.rubric.schema import Rubric
from judge.scores import Abstention, Judgement, Quote, Rating, Reason


def rubric(*criteria, name="support"):
    return Rubric.model_validate(
        {"name": name, "version": 1, "title": "t", "reads": ["response"], "criteria": list(criteria)}
    )


def criterion(name="supported", *, scale=None, **more):
    scale = scale or {"kind": "binary", "values": {"supported": "yes", "unsupported": "no"}, "good": "supported"}
    return {"name": name, "question": "?", "scale": scale, **more}


SUPPORT = rubric(criterion())
STARS = {"kind": "ordinal", "values": {n: str(n) for n in range(1, 6)}, "good": [4, 5]}
SHARE = {"kind": "interval", "min": 0, "max": 1, "step": 0.25, "good": "high"}
QUALITY = rubric(criterion("grammar", scale=STARS), criterion("fluency", scale=STARS), name="quality")


def scores(labels, used, *args, **named):
    return [(r.annotator, r.criterion, r.score) for r in to_ratings(labels, "r", used, *args, **named)]


def test_a_rating_keeps_all_that_the_log_says():
    """Rater, note, gold, time and highlights come along."""
    time = datetime(2026, 1, 2, tzinfo=UTC)
    quote = Quote("response", "x", 0, 1)
    label = Label("gold", "hallucinated", gold=True, note="why", time=time, evidence=(quote,))
    assert to_ratings([label], "r-1", SUPPORT, None, {"hallucinated": "unsupported"}) == [
        Rating("r-1", "support", "supported", "gold", "unsupported", None, (quote,), "why", gold=True, time=time)
    ]


def test_a_judgement_keeps_all_that_the_log_says():
    """The judge's name has the order of the pair; its reason and probability come along."""
    output = Output("GPT-4/Vanilla", "supported", order="ba", reason="why", probability=0.75)
    assert to_judgements([output], "r-1", SUPPORT) == [
        (
            "GPT-4/Vanilla ba",
            Judgement("r-1", "support", "supported", "supported", None, {"supported": 0.75}, rationale="why"),
        )
    ]


@pytest.mark.parametrize("value", [None, "unparsed"])
def test_what_was_unreadable_there_is_an_abstention_here(value):
    """An output without a value is never scored and never dropped."""
    ((_, judgement),) = to_judgements([Output("j", value, probability=0.9)], "r", SUPPORT)
    assert judgement.score is None
    assert judgement.abstention == Abstention(Reason.UNPARSED, value or "")
    assert judgement.probabilities == {}


def test_what_a_person_left_out_is_an_abstention():
    """A label of nothing, or one mapped to skipped, is a skipped item."""
    ratings = to_ratings([Label("a", None), Label("b", "unsure")], "r", SUPPORT, None, {"unsure": "skipped"})
    assert [r.abstention for r in ratings] == [Abstention(Reason.SKIPPED), Abstention(Reason.SKIPPED, "unsure")]


def test_not_applicable_only_where_the_criterion_allows_it():
    """The word is an answer of its own where it is allowed, and off the scale where not."""
    allowing = rubric(criterion(not_applicable="no claim is made"))
    (rating,) = to_ratings([Label("a", "n/a")], "r", allowing, None, {"n/a": "not_applicable"})
    assert rating.abstention == Abstention(Reason.NOT_APPLICABLE)
    with pytest.raises(LogError, match="'not_applicable'"):
        to_ratings([Label("a", "not_applicable")], "r", SUPPORT)


@pytest.mark.parametrize(
    ("value", "scale", "score"),
    [
        (4, STARS, "4"),
        (4.0, STARS, "4"),
        ("4", STARS, "4"),
        ("4.0", STARS, "4"),
        (0.5, SHARE, 0.5),
        ("0.5", SHARE, 0.5),
        (1, SHARE, 1.0),
    ],
)
def test_numbers_match_numeric_names(value, scale, score):
    """However a log writes a number, it is the value of that name, or the number itself on an interval scale."""
    (rating,) = to_ratings([Label("a", value)], "r", rubric(criterion(scale=scale)))
    assert rating.score == score
    assert type(rating.score) is type(score)


def test_truth_values_need_a_word():
    """True is mapped by the word true; without it, it is off the scale."""
    words = {"true": "supported", "false": "unsupported"}
    assert scores([Label("a", value=True), Label("b", value=False)], SUPPORT, None, words) == [
        ("a", "supported", "supported"),
        ("b", "supported", "unsupported"),
    ]
    with pytest.raises(LogError, match="--label-map true=supported"):
        to_ratings([Label("a", value=True)], "r", SUPPORT)


@pytest.mark.parametrize(
    ("value", "used", "words", "message"),
    [
        (
            "hallucinated",
            SUPPORT,
            {},
            (
                "the label 'hallucinated' is not on the scale of 'supported'; allowed: supported, unsupported\n"
                "  → say what it means: --label-map hallucinated=supported, "
                "or --label-map hallucinated=skipped where it is no score"
            ),
        ),
        ("h", SUPPORT, {"h": "wrong"}, "the label 'wrong' (by --label-map h=wrong) is not on the scale"),
        (
            7,
            rubric(criterion(scale=STARS)),
            {},
            "the label '7' is not on the scale of 'supported'; allowed: 1, 2, 3, 4, 5",
        ),
        (0.3, rubric(criterion(scale=SHARE)), {}, "allowed: numbers from 0 to 1 in steps of 0.25"),
    ],
)
def test_a_label_off_the_scale_says_what_to_write(value, used, words, message):
    """The error lists the scale and shows the option that maps the label."""
    with pytest.raises(LogError) as caught:
        to_ratings([Label("a", value)], "r", used, None, words)
    assert message in str(caught.value)


def test_an_output_off_the_scale_says_what_to_write():
    """A judge's word that the scale does not know is an error too, or all of them would silently be abstentions."""
    with pytest.raises(LogError, match="or --label-map yes=unparsed where it is no score"):
        to_judgements([Output("j", "yes")], "r", SUPPORT)


def test_several_criteria_need_a_name():
    """Labels without a hint answer the criterion that was asked for; without that it is not clear which."""
    assert scores([Label("a", 4)], QUALITY, "fluency") == [("a", "fluency", "4")]
    with pytest.raises(LogError) as caught:
        to_ratings([Label("a", 4)], "r", QUALITY)
    assert "write --rubric quality:grammar; it has: grammar, fluency" in str(caught.value)
    with pytest.raises(LogError, match=r"quality has no criterion 'tone'\n  → it has: grammar, fluency"):
        to_ratings([Label("a", 4)], "r", QUALITY, "tone")


def test_hints_choose_the_criterion():
    """Labels that name their criterion go to it; those of another one, or of none here, are left out."""
    labels = [Label("a", 4, "Grammar"), Label("b", 3, "fluency"), Label("c", 2, "verbosity")]
    assert scores(labels, QUALITY) == [("a", "grammar", "4"), ("b", "fluency", "3")]
    assert scores(labels, QUALITY, "fluency") == [("b", "fluency", "3")]
    assert scores(labels, QUALITY, names={"verbosity": "fluency"})[2] == ("c", "fluency", "2")
    assert scores(labels, rubric(criterion("grammar", scale=STARS))) == [("a", "grammar", "4")]


def test_a_score_called_after_the_rubric():
    """Where a rubric has one question, its own name will do as a hint."""
    assert scores([Label("a", "supported", "support")], SUPPORT) == [("a", "supported", "supported")]
    assert [j.criterion for _, j in to_judgements([Output("j", "supported", "other")], "r", SUPPORT)] == []


def test_a_value_of_the_scale_is_itself_whatever_it_is_called():
    """A scale may have a value called skipped; then it is a score."""
    scale = {"kind": "binary", "values": {"skipped": "s", "done": "d"}, "good": "done"}
    assert scores([Label("a", "skipped")], rubric(criterion(scale=scale))) == [("a", "supported", "skipped")]
