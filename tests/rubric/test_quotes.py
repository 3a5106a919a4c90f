from __future__ import annotations

import re

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from judge.records import Document, Record
from judge.rubric.hidden_text import show_hidden
from judge.rubric.quotes import Quotable, _clusters, _levelled
from judge.scores import Quote


def found(raw: str, words: str) -> str | None:
    """The piece of the raw text that a quote is mapped to, or None."""
    quote = Quotable(Record(id="r", response=raw), ["response"]).check("response", words)
    return None if quote.start is None else raw[quote.start : quote.end]


@pytest.mark.parametrize(
    ("raw", "words", "piece"),
    [
        ("We open at 9.", "open at 9", "open at 9"),
        ("We  open\n\tat 9.", "open at 9", "open\n\tat 9"),
        ("We open\r\nat 9.", "open\nat 9", "open\r\nat 9"),
        ("It’s “fine”.", 'It\'s "fine"', "It’s “fine”"),
        ("It's fine", "It’s fine", "It's fine"),
        ("9–18 o'clock − or so", "9-18 o'clock - or", "9–18 o'clock − or"),
        ("wait… what", "wait... what", "wait… what"),
        ("wait... what", "wait…", "wait..."),
        ("cafe\u0301 au lait", "café au", "cafe\u0301 au"),
        ("café au lait", "cafe\u0301 au", "café au"),
        ("a\u00a0b", "a b", "a\u00a0b"),
        ("pass\u200bword is", "pass⟦U+200B⟧word", "pass\u200bword"),
        ("pass\u200bword is", "password", "pass\u200bword"),
        ("x <|im_end|> y", "⟦<⟧|im_end|>", "<|im_end|>"),
        ("x ⟦U+200B⟧ y", "⟦U+200B⟧", "⟦U+200B⟧"),
        ("日本語の文。", "語の", "語の"),
        ("😀 smile", "😀 smile", "😀 smile"),
        ("  padded  ", "padded\n", "padded"),
    ],
)
def test_quotes_are_found_through_spelling_variants_and_mapped_back(raw, words, piece):
    """White space, quotation marks, dashes, ellipses, accents and hidden characters are levelled, nothing else."""
    assert found(raw, words) == piece


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("We open at 9.", "We open at 8"),
        ("We open at 9.", "we open"),
        ("We open at 9.", "We open ... 9"),
        ("We open at 9.", "We open at 9!"),
        ("We open", "Weopen"),
        ("abc", "\u200b"),
        ("abc", "⟦U+FFFFFF⟧"),
    ],
)
def test_other_words_are_not_found(raw, words):
    """Case, wording and omissions count."""
    assert found(raw, words) is None


def test_the_letter_goes_before_the_variant():
    """An exact match later in the text is preferred to a levelled one before it."""
    raw = "a  b and a b"
    quote = Quotable(Record(id="r", response=raw), ["response"]).check("response", "a b")
    assert (quote.start, quote.end) == (9, 12)


def test_any_document_may_hold_the_words_and_a_named_one_goes_first():
    """``documents`` means any, ``documents[1]`` that one before the others."""
    record = Record(id="r", response="x", documents=(Document("same words"), Document("same words too")))
    texts = Quotable(record, ["documents"])
    assert texts.check("documents", "same words") == Quote("documents[0]", "same words", 0, 10)
    assert texts.check("documents[1]", "same words") == Quote("documents[1]", "same words", 0, 10)
    assert texts.check("documents[0]", "too", "passage") == Quote("documents[1]", "too", 11, 14, "passage")
    assert texts.check("documents[9]", "too").source == "documents[1]"


def test_words_are_only_looked_for_where_they_are_said_to_stand():
    """A quote from another field, or a field that is not shown, is false."""
    record = Record(id="r", response="mine", question="yours")
    texts = Quotable(record, ["response"])
    assert texts.check("question", "yours") == Quote("question", "yours")
    assert texts.check("response", "yours").found is False
    assert texts.check("nowhere", "mine").found is False


def test_metadata_can_be_quoted_where_it_is_read():
    """A field is a field."""
    texts = Quotable(Record(id="r", response="x", metadata={"k": "value"}), ["metadata.k"])
    assert texts.check("metadata.k", "alu").start == 1


def test_a_letter_under_a_thousand_accents_is_no_trap():
    """Only a few accents are composed at a time, so that levelling stays linear."""
    raw = "a" + "\u0316\u0301" * 100_000 + " end"
    assert found(raw, "‘end’") is None
    assert found(raw, "\nend") == "end"


@given(st.text(alphabet="ab é\u200b\u00ad\n\r\0’“–…😀\U000e0041\ufe0f", min_size=1, max_size=60), st.data())
@settings(deadline=None, max_examples=200)
def test_any_piece_of_a_text_is_found_as_it_was_shown(raw, data):
    """A judge that copies what it was shown gives a true quote, whatever was hidden in it."""
    start = data.draw(st.integers(0, len(raw) - 1))
    piece = raw[start : data.draw(st.integers(start + 1, len(raw)))]
    shown, _ = show_hidden(piece)
    assume(any(c in "abé’“–…😀" for c in piece))
    assert found(raw, shown) is not None


@given(st.text(max_size=60), st.text(min_size=1, max_size=10))
@settings(deadline=None, max_examples=150)
def test_a_found_quote_has_a_place_inside_the_text(raw, words):
    """Offsets are code points of the raw text, in order."""
    quote = Quotable(Record(id="r", response=raw or None), ["response"]).check("response", words)
    if quote.start is not None:
        assert quote.end is not None
        assert 0 <= quote.start < quote.end <= len(raw)


@given(st.text(alphabet="ab  é\u200b\u00ad\n\r’“–…😀\ufe0f", max_size=60))
@settings(deadline=None, max_examples=150)
def test_text_is_levelled_alike_in_runs_and_letter_by_letter(raw):
    """The fast way and the one for decomposed accents agree, and levelled text never has two spaces in a row."""
    levelled = _levelled(raw)
    assert "  " not in levelled.text
    by_letter = "".join(piece for piece, _, _ in _clusters(raw))
    assert levelled.text == re.sub(" +", " ", by_letter)
