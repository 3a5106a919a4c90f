from hypothesis import given, settings
from hypothesis import strategies as st

from judge.reports.disagreement_form import DisagreementPart, QuotePart, TextPart, VoicePart
from judge.reports.highlight import highlighted


def pieces(text, judge=(), people=(), source="response"):
    voices = tuple(
        VoicePart(
            rater=who,
            score="x",
            reason="",
            quotes=tuple(QuotePart(source=source, text="", start=a, end=b, role="") for a, b in spans),
        )
        for who, spans in (("m", judge), ("ann", people))
    )
    item = DisagreementPart(record="r", people="x", judge="y", texts=(), voices=voices)
    return highlighted(TextPart(name="response", title="Response", text=text, cut=False), item)


def test_who_points_at_what():
    """The judge's words, people's, and where both meet."""
    assert pieces("one two three", [(0, 7)], [(4, 13)]) == [("one ", "judge"), ("two", "both"), (" three", "people")]


def test_quotes_from_elsewhere_or_nowhere():
    """A quote from another text, beyond the cut, or that was not found highlights nothing."""
    assert pieces("one", [(0, 3)], source="documents[0]") == [("one", "")]
    assert pieces("one", [(5, 9)]) == [("one", "")]
    assert pieces("one", [(None, None)]) == [("one", "")]


spans = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)).map(sorted), max_size=4)


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=25), spans, spans)
def test_no_character_is_lost(text, judge, people):
    """However quotes overlap, the pieces together are the text."""
    assert "".join(piece.text for piece in pieces(text, judge, people)) == text
