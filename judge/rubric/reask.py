"""The one re-ask: telling a judge model what is wrong with the form of its reply, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from judge.scores import Reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from judge.scores import Judgement

FORMAT_REASONS: Final = frozenset(
    {Reason.EMPTY, Reason.CUT, Reason.UNREADABLE, Reason.AMBIGUOUS, Reason.OFF_SCALE, Reason.INCOMPLETE}
)
"""Reasons that lie in the form of a reply, so that asking once more can help."""

MAX_ECHO: Final = 4_000
"""Most characters of the unreadable reply that go back to the model."""


def format_error(judgements: Sequence[Judgement]) -> str | None:
    """What is wrong with the form of a reply, in words for the judge model, or None if nothing is.

    Args:
        judgements: What `judge.rubric.reply.read_reply` made of the reply.
    """
    problems: dict[str, None] = {}
    for judgement in judgements:
        abstention = judgement.abstention
        if abstention is not None and abstention.reason in FORMAT_REASONS:
            problems[abstention.detail.partition(": ")[2]] = None
    return "; ".join(problems) or None


def needs_reask(judgements: Sequence[Judgement]) -> bool:
    """Whether asking once more can help: some criterion has no score because of the reply's form."""
    return format_error(judgements) is not None


def reask_messages(
    messages: Sequence[dict[str, str]], reply_text: str | None, problem: str
) -> tuple[dict[str, str], ...]:
    """The messages of the re-ask: the first question, the reply, and the format error alone.

    It names what is wrong and what is allowed, and speaks for no score.

    Args:
        messages: The messages of the first call.
        reply_text: What came back; only its first 4,000 characters are sent back.
        problem: What `format_error` says.
    """
    echo = (reply_text or "").strip()[:MAX_ECHO] or "(empty)"
    words = (
        f"Your reply could not be read: {problem}. Answer the same question again with one whole JSON object of the "
        "form asked for, and nothing else."
    )
    return (*messages, {"role": "assistant", "content": echo}, {"role": "user", "content": words})
