"""BLEU and chrF: shared word and character sequences with a reference, as sacrebleu computes them (Post 2018)."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

from judge.errors import UsageError
from judge.metrics.words import stands_alone
from judge.scores import Abstention, Reason

if TYPE_CHECKING:
    from collections.abc import Sequence

_UNSPACED_SHARE = 0.2
"""From this share of its characters on, a text counts as written without blanks."""


@cache
def _sentence_bleu() -> BLEU:
    # Without effective_order a text under four words would have no 4-gram at all and score near 0.
    return BLEU(effective_order=True)


@cache
def _chrf() -> CHRF:
    return CHRF()


def bleu(response: str, reference: str) -> float | Abstention:
    """Sentence BLEU with exponential smoothing and effective order (Papineni et al. 2002; Chen & Cherry 2014).

    Sentence BLEU ranks single responses roughly; for a figure about a whole data set use `corpus_bleu`.

    Args:
        response: The text scored.
        reference: The text it should resemble.

    Returns:
        0 to 100; an abstention where the reference is written in a script without blanks between words, which BLEU's
        standard tokenizer cannot cut.
    """
    if _unspaced(reference):
        return Abstention(Reason.UNSUPPORTED, "BLEU cuts words at blanks and this reference has none: use chrf")
    return float(_sentence_bleu().sentence_score(response, [reference]).score)


def chrf(response: str, reference: str) -> float:
    """Sentence chrF2 over 1- to 6-character sequences, in any script (Popović 2015).

    Args:
        response: The text scored.
        reference: The text it should resemble.

    Returns:
        0 to 100.
    """
    return float(_chrf().sentence_score(response, [reference]).score)


def corpus_bleu(responses: Sequence[str], references: Sequence[Sequence[str]]) -> float:
    """BLEU of a whole data set: counts are added up over all responses, so it is not the mean of sentence BLEU.

    Args:
        responses: The n texts scored.
        references: For each of the n responses its references (one or more, everywhere the same number).

    Returns:
        0 to 100.

    Raises:
        UsageError: There is nothing to score, or the lists do not fit each other.
    """
    return float(BLEU().corpus_score(list(responses), _streams(responses, references)).score)


def corpus_chrf(responses: Sequence[str], references: Sequence[Sequence[str]]) -> float:
    """chrF2 of a whole data set; arguments, result and errors as for `corpus_bleu`."""
    return float(CHRF().corpus_score(list(responses), _streams(responses, references)).score)


def _streams(responses: Sequence[str], references: Sequence[Sequence[str]]) -> list[list[str]]:
    """One list per reference rather than one per response, which is how sacrebleu takes them."""
    if not responses or len(responses) != len(references):
        raise UsageError(
            f"a corpus score needs as many reference lists as responses and at least one, "
            f"found {len(responses)} responses and {len(references)} reference lists"
        )
    counts = sorted({len(each) for each in references})
    if len(counts) > 1 or counts[0] == 0 or any(isinstance(each, str) for each in references):
        raise UsageError(
            "every response needs the same number of references, one or more, as a list",
            hint='for one reference each write [["first reference"], ["second reference"]]',
        )
    return [list(stream) for stream in zip(*references, strict=True)]


def _unspaced(text: str) -> bool:
    return sum(map(stands_alone, text)) > _UNSPACED_SHARE * len(text)


def method(name: str) -> str:
    """The signature in which sacrebleu states a metric's settings and version."""
    metric: BLEU | CHRF = _sentence_bleu() if name == "bleu" else _chrf()
    metric.sentence_score("a", ["a"])  # sacrebleu knows its own signature only once it has scored
    return f"sacrebleu {name} {metric.get_signature()}"
