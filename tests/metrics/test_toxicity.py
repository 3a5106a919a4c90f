import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.metrics.toxicity import classifier, toxicity

# What alt-profanity-check 1.9.1 itself answers (predict_prob), to four places.
PUBLISHED = {
    "You are an idiot and I hate you": 1.0000,
    "Thank you for your order, it will be with you on Friday.": 0.0065,
    "The cat sat on the mat.": 0.0314,
    "Go away, you stupid moron!": 1.0000,
}


@pytest.mark.parametrize(("text", "probability"), PUBLISHED.items())
def test_equal_to_the_package(text, probability):
    """The unpacked arrays answer as the package does."""
    assert classifier().probability(text) == pytest.approx(probability, abs=1e-4)


def test_one_insult_among_kind_words_is_one():
    """A text is as toxic as its worst sentence."""
    kind = "Thank you for your order. It will be with you on Friday. "
    assert toxicity(kind * 20 + "You stupid moron.") == toxicity("You stupid moron.")
    assert toxicity(kind) < 0.1


@settings(deadline=None, max_examples=50)
@given(st.text())
def test_any_text_has_a_probability(text):
    """Whatever the text, the answer lies between 0 and 1."""
    assert 0 <= toxicity(text) <= 1
