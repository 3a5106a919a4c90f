import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.errors import UsageError
from judge.stats.intervals import Estimate, Refused
from judge.stats.spans import Marked, _alpha, _lengths, token_bounds, token_f1, unitized_alpha

NO_TOKENS = np.zeros((0, 2), dtype=int)

BOOK = Marked(
    60,
    (
        np.array([[0, 7, 1], [7, 13, 2], [30, 32, 5], [32, 37, 6], [37, 44, 6], [44, 60, 7]]),
        np.array([[0, 7, 1], [7, 13, 3], [13, 21, 5], [32, 44, 6]]),
        np.array([[0, 7, 1], [7, 13, 4], [13, 21, 5], [32, 37, 6], [37, 41, 6], [41, 44, 6]]),
    ),
    NO_TOKENS,
)
"""Krippendorff (2019), Content Analysis, 4th ed., figure 12.11, p. 340: Alex, Paul and Suzan on 60 code points."""


def spans(*rows):
    """Spans of one rater."""
    return np.array(rows, dtype=int).reshape(-1, 3)


def alpha_of(text, kind):
    """Unitized alpha of one text, without limits."""
    q = 2 + max(int(marks[:, 2].max()) for marks in text.spans if len(marks))
    return float(_alpha(_lengths(text, q, kind), q, kind))


@pytest.mark.parametrize(("kind", "value"), [("u", 0.510), ("binary", 0.4136), ("cu", 0.724)])
def test_the_example_of_the_book(kind, value):
    """Krippendorff (2019), p. 340, works it out to uα = .510, |uα = .413 (cut off, not rounded) and cuα = .724."""
    assert alpha_of(BOOK, kind) == pytest.approx(value, abs=5e-4)


def test_a_book_in_many_copies_has_its_value_and_limits():
    """Twelve copies of the example have nearly its alpha (a span is paired with its copies) and no spread."""
    for kind in ("u", "binary", "cu"):
        estimate = unitized_alpha([BOOK] * 12, kind)
        assert estimate.value == pytest.approx(alpha_of(BOOK, kind), abs=0.06)
        assert estimate.low < estimate.value < estimate.high


def test_equal_marks_agree_fully():
    """Where all raters marked the same, alpha is 1 with room below."""
    text = Marked(30, (spans([0, 10, 0], [20, 30, 1]),) * 3, NO_TOKENS)
    for kind in ("u", "binary", "cu"):
        estimate = unitized_alpha([text] * 20, kind)
        assert estimate.value == pytest.approx(1)
        assert estimate.low < 0.8


def test_marks_at_random_agree_by_chance():
    """Raters who mark places at random come to 0 within the limits."""
    rng = np.random.default_rng(0)

    def random_text():
        starts = rng.integers(0, 180, size=3)
        return Marked(200, tuple(spans([s, s + 20, 0]) for s in starts), NO_TOKENS)

    estimate = unitized_alpha([random_text() for _ in range(80)])
    assert estimate.low < 0 < estimate.high


def test_texts_with_one_rater_are_left_out_and_raters_can_be_chosen():
    """A judge in the first place is compared by choosing raters; a text only one marked up does not count."""
    agreed, judge = spans([0, 10, 0]), spans([20, 25, 0])
    texts = [Marked(30, (judge, agreed, agreed), NO_TOKENS)] * 12
    people = unitized_alpha(texts, raters=[1, 2])
    assert people.value == pytest.approx(1)
    assert unitized_alpha(texts, raters=[0, 1]).value < 0
    assert unitized_alpha([*texts, Marked(30, (agreed,), NO_TOKENS)]).n == 12


def test_nothing_marked_is_undefined():
    """Where nobody marked anything, chance agrees as well, and that is the reason given."""
    empty = Marked(30, (spans(), spans()), NO_TOKENS)
    refused = unitized_alpha([empty] * 12)
    assert isinstance(refused, Refused)
    assert "nothing, everything, or one value only" in refused.reason
    one_value = Marked(30, (spans([0, 5, 0]), spans([3, 9, 0])), NO_TOKENS)
    assert isinstance(unitized_alpha([one_value] * 12, "cu"), Refused)


def test_too_few_texts_are_refused():
    """Nine texts are too few, and no text at all too."""
    text = Marked(30, (spans([0, 5, 0]), spans([3, 9, 0])), NO_TOKENS)
    refused = unitized_alpha([text] * 9)
    assert isinstance(refused, Refused)
    assert refused.more == 1
    assert isinstance(unitized_alpha([]), Refused)
    assert isinstance(token_f1([]), Refused)


def test_marks_in_one_text_only_are_refused():
    """Where all marks stand in one text, leaving it out leaves nothing."""
    empty, marked = (
        Marked(30, (spans(), spans()), NO_TOKENS),
        Marked(30, (spans([0, 5, 0]), spans([3, 9, 0])), NO_TOKENS),
    )
    refused = unitized_alpha([marked] + [empty] * 15)
    assert isinstance(refused, Refused)
    assert "without a single text" in refused.reason


def test_conversations_are_left_out_whole():
    """Texts repeated in their conversation do not shorten the interval."""
    rng = np.random.default_rng(4)
    texts = [
        Marked(100, (spans([s, s + 15, 0]), spans([s + shift, s + shift + 15, 0])), NO_TOKENS)
        for s, shift in zip(rng.integers(0, 60, 30), rng.integers(0, 20, 30), strict=True)
    ]
    once = unitized_alpha(texts)
    tripled = [text for text in texts for _ in range(3)]
    clustered = unitized_alpha(tripled, clusters=np.repeat(np.arange(30), 3))
    assert clustered.width == pytest.approx(once.width, rel=0.05)
    assert "clusters" in clustered.method


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([[5, 5, 0]], "the span 5 to 5 of value 0 is no stretch of a text of 30"),
        ([[25, 31, 0]], "the span 25 to 31"),
        ([[0, 5, -1]], "value -1"),
        ([[0, 5, 0], [4, 9, 1]], "values 0 and 1 overlap at code point 4"),
    ],
)
def test_spans_that_cannot_be_are_named(rows, message):
    """Empty, outside, unnumbered and contradictory spans each have their message."""
    with pytest.raises(UsageError, match=message):
        Marked(30, (spans(*rows),), NO_TOKENS)


def test_overlapping_spans_of_one_value_are_one():
    """Marking twice is marking once; spans that only touch stay two."""
    text = Marked(30, (spans([3, 9, 0], [0, 5, 0], [9, 12, 0]),), NO_TOKENS)
    assert text.spans[0].tolist() == [[0, 9, 0], [9, 12, 0]]


def test_token_bounds_count_code_points():
    """Words and signs are tokens, and an emoji is one code point."""
    assert token_bounds("Öl, 😀 ok").tolist() == [[0, 2], [2, 3], [4, 5], [6, 8]]
    assert token_bounds("").shape == (0, 2)


def test_token_f1_of_known_marks():
    """Two of three and two of two tokens in common: 2·2/(3 + 2) = .8; a touched token counts whole."""
    bounds = token_bounds("one two three four")
    text = Marked(18, (spans([0, 13, 0]), spans([0, 3, 0], [5, 7, 0])), bounds)
    estimate = token_f1([text] * 12)
    assert isinstance(estimate, Estimate)
    assert estimate.value == pytest.approx(0.8)


def test_token_f1_against_one_rater_and_without_marks():
    """The judge can be set against each person; texts in which neither marked anything say nothing about where."""
    bounds = token_bounds("one two three")
    judge, person, empty = spans([0, 3, 0]), spans([4, 7, 0]), spans()
    texts = [Marked(13, (judge, person, person), bounds)] * 12 + [Marked(13, (empty, empty, empty), bounds)] * 5
    assert token_f1(texts, against=0).value == 0
    assert token_f1(texts).value == pytest.approx(1 / 3)
    assert token_f1(texts).n == 12


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 25), st.integers(1, 5)), min_size=1, max_size=4), st.integers(0, 2**32 - 1))
def test_unitized_alpha_does_not_depend_on_the_order_of_raters(stretches, seed):
    """Raters are exchangeable in every member of the family."""
    rng = np.random.default_rng(seed)
    marks = tuple(spans(*[[s, s + n, 0] for s, n in stretches if rng.random() < 0.7]) for _ in range(3))
    text = Marked(30, marks, NO_TOKENS)
    turned = Marked(30, marks[::-1], NO_TOKENS)
    if any(len(mark) for mark in text.spans):
        for kind in ("u", "binary"):
            assert alpha_of(text, kind) == pytest.approx(alpha_of(turned, kind), nan_ok=True)
