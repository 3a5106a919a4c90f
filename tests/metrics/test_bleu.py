import pytest

import judge.metrics.bleu as module
from judge.errors import UsageError
from judge.metrics.bleu import bleu, chrf, corpus_bleu, corpus_chrf, method
from judge.scores import Abstention, Reason

RESPONSES = ["The dog bit the man.", "It wasn't surprising.", "The man had just bitten him."]
REFERENCES = [
    ["The dog bit the man.", "The dog had bit the man."],
    ["It was not unexpected.", "No one was surprised."],
    ["The man bit him first.", "The man had bitten the dog."],
]


def test_sacrebleu_readme_example():
    """Corpus BLEU and chrF2 of the sacrebleu README's example are the 48.53 and 59.73 printed there."""
    assert round(corpus_bleu(RESPONSES, REFERENCES), 2) == 48.53
    assert round(corpus_chrf(RESPONSES, REFERENCES), 2) == 59.73


def test_sentence_bleu_by_hand():
    """Precisions 5/6, 3/5, 1/4 and a smoothed 1/(2*3) give a geometric mean of 37.99; equal lengths, no penalty."""
    expected = 100 * (5 / 6 * 3 / 5 * 1 / 4 * 1 / 6) ** (1 / 4)
    assert bleu("the cat sat on the mat", "the cat is on the mat") == pytest.approx(expected)


def test_sentence_bleu_of_a_short_answer():
    """An answer of two words that equals its reference scores 100 rather than losing its missing 4-grams."""
    assert bleu("30 days", "30 days") == pytest.approx(100)


def test_chrf_by_hand():
    """Precision 1 and recall (2/3 + 1/2) / 2 give an F2 of 7/11."""
    assert chrf("ab", "abc") == pytest.approx(100 * 7 / 11)


def test_bleu_abstains_where_it_cannot_cut_words():
    """A Chinese reference gets no BLEU but a hint to chrF, which scores it."""
    result = bleu("您可以在30天内退货。", "您可以在30天内退货。")
    assert isinstance(result, Abstention)
    assert result.reason is Reason.UNSUPPORTED
    assert "use chrf" in result.detail
    assert chrf("您可以在30天内退货。", "您可以在30天内退货。") == pytest.approx(100)


@pytest.mark.parametrize(("responses", "references"), [([], []), (["a", "b"], [["a"]])])
def test_corpus_scores_refuse_lists_that_do_not_fit(responses, references):
    """Nothing to score, or a missing reference list, is refused with both counts."""
    with pytest.raises(UsageError, match=f"found {len(responses)} responses and {len(references)} reference lists"):
        corpus_bleu(responses, references)


@pytest.mark.parametrize("references", [["a", "b"], [["a"], ["b", "c"]], [[], []]])
def test_corpus_scores_refuse_uneven_references(references):
    """Plain texts, unequal numbers of references and no references at all are refused with the form to write."""
    with pytest.raises(UsageError, match=r"for one reference each write \[\["):
        corpus_chrf(["a", "b"], references)


def test_method_is_the_packages_signature():
    """The provenance of a figure is sacrebleu's signature, tokenizer and smoothing included, before any scoring."""
    module._sentence_bleu.cache_clear()
    module._chrf.cache_clear()
    assert "eff:yes|tok:13a|smooth:exp|version:" in method("bleu")
    assert "nc:6|nw:0" in method("chrf")
