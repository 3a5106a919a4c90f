"""ROUGE: overlap of a response's words with a reference's (Lin 2004, ROUGE: A Package for Automatic Evaluation)."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from typing import Final

from rouge_score import rouge_scorer
from rouge_score.tokenizers import Tokenizer

from judge.metrics.words import words
from judge.scores import Abstention, Reason

_NAMES: Final = ("rouge1", "rouge2", "rougeL")


class _Words(Tokenizer):  # type: ignore[misc]  # the package ships no types
    """Our words in place of the package's own tokenizer, which keeps a-z and 0-9 alone."""

    def tokenize(self, text: str) -> list[str]:
        """The words of a text."""
        return words(text)


@cache
def _scorer() -> rouge_scorer.RougeScorer:
    return rouge_scorer.RougeScorer(list(_NAMES), tokenizer=_Words())


def rouge(response: str, reference: str) -> dict[str, float] | Abstention:
    """ROUGE-1, ROUGE-2 and ROUGE-L as F1, without stemming.

    Args:
        response: The text scored.
        reference: The text it should resemble.

    Returns:
        ``rouge1``, ``rouge2`` and ``rougeL`` from 0 to 1; an abstention where the reference holds no word. ROUGE-2
        needs two words: where the reference has only one, it is 0 by the package's definition.
    """
    if not words(reference):
        return Abstention(Reason.MISSING_FIELD, "reference holds no word")
    scores = _scorer().score(reference, response)
    return {name: float(scores[name].fmeasure) for name in _NAMES}


def method() -> str:
    """Package, version and settings behind the figures."""
    return f"rouge-score {version('rouge-score')}, F1, no stemming, Unicode words"
