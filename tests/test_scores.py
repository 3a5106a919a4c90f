import pytest

from judge.scores import Abstention, Judgement, Quote, Rating, Reason


def test_score_or_abstention_never_both_or_neither():
    """There is a score, or a reason why there is none."""
    with pytest.raises(ValueError, match="exactly one"):
        Judgement("r", "rubric", "c")
    with pytest.raises(ValueError, match="exactly one"):
        Judgement("r", "rubric", "c", score="a", abstention=Abstention(Reason.REFUSED))
    with pytest.raises(ValueError, match="exactly one"):
        Rating("r", "rubric", "c", "ann")
    with pytest.raises(ValueError, match="exactly one"):
        Rating("r", "rubric", "c", "ann", score="a", abstention=Abstention(Reason.SKIPPED))


def test_probability_is_that_of_the_chosen_score():
    """A judgement's probability belongs to the score it gives; an abstention has none."""
    judged = Judgement("r", "rubric", "c", score="a", probabilities={"a": 0.8, "b": 0.2})
    assert judged.probability == 0.8
    assert Judgement("r", "rubric", "c", score="a").probability is None
    abstained = Judgement("r", "rubric", "c", abstention=Abstention(Reason.REFUSED), probabilities={"a": 0.8})
    assert abstained.probability is None


def test_quotes_are_found_or_not():
    """A quote without a place was not found."""
    assert Quote("response", "x", 0, 1).found
    assert not Quote("response", "x").found
