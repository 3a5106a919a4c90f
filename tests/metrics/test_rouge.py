import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer

from judge.metrics.rouge import method, rouge
from judge.scores import Abstention, Reason


def test_lin_2004_example():
    """ROUGE-2 cannot tell Lin's two candidates apart and ROUGE-L can: 3/4 and 2/4 (Lin 2004, section 3.1)."""
    reference = "police killed the gunman"
    second = rouge("police kill the gunman", reference)
    third = rouge("the gunman kill police", reference)
    assert second["rouge2"] == third["rouge2"] == pytest.approx(1 / 3)
    assert second["rougeL"] == pytest.approx(3 / 4)
    assert third["rougeL"] == pytest.approx(2 / 4)


def test_worked_by_hand():
    """Precision 6/8 and recall 6/9 of words, 2/7 and 2/8 of pairs, 5/8 and 5/9 of the subsequence, as F1."""
    # The rouge-score README's pair. Shared words: the, the, quick, brown, dog, jumps; shared pairs: the quick,
    # quick brown; longest common subsequence: the quick brown jumps the.
    scores = rouge("The quick brown dog jumps on the log.", "The quick brown fox jumps over the lazy dog")
    assert scores["rouge1"] == pytest.approx(2 * 6 / (8 + 9))
    assert scores["rouge2"] == pytest.approx(2 * 2 / (7 + 8))
    assert scores["rougeL"] == pytest.approx(2 * 5 / (8 + 9))


@settings(deadline=None, max_examples=40)
@given(st.text(alphabet="abc XY9.,-", max_size=40), st.text(alphabet="abc XY9.,-", max_size=40))
def test_ascii_scores_are_the_packages_own(response, reference):
    """On ASCII text the figures equal those of rouge-score with its default tokenizer."""
    scores = rouge(response, reference)
    theirs = RougeScorer(["rouge1", "rouge2", "rougeL"]).score(reference, response)
    if isinstance(scores, Abstention):
        assert not any(char.isalnum() for char in reference)
    else:
        assert scores == {name: pytest.approx(score.fmeasure) for name, score in theirs.items()}


def test_other_scripts_are_not_scored_zero():
    """The same answer in Chinese scores 1, where the package's default tokenizer would see no words and score 0."""
    assert rouge("您可以在30天内退货。", "您可以在30天内退货。")["rougeL"] == 1
    assert RougeScorer(["rougeL"]).score("您可以退货。", "您可以退货。")["rougeL"].fmeasure == 0


def test_reference_without_words_is_an_abstention():
    """A reference of punctuation alone cannot be resembled: no score, and the reason says which field."""
    assert rouge("Yes.", "???") == Abstention(Reason.MISSING_FIELD, "reference holds no word")


def test_response_without_words_scores_zero():
    """A response of punctuation alone shares nothing with the reference."""
    assert rouge("...", "Thirty days.") == {"rouge1": 0, "rouge2": 0, "rougeL": 0}


def test_method_names_the_package_and_its_settings():
    """The provenance of a figure names package, version and stemming."""
    assert method().startswith("rouge-score 0.")
    assert "no stemming" in method()
