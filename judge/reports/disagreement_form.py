"""The form of a disagreement in a report: the texts, and what each rater said of them."""

from __future__ import annotations

from pydantic import Field

from judge.reports.part import Part


class QuotePart(Part):
    """Words that a rater points at."""

    source: str
    text: str
    start: int | None
    end: int | None
    role: str


class VoicePart(Part):
    """What one rater said of one item, and why."""

    rater: str
    score: str | None
    reason: str
    quotes: tuple[QuotePart, ...]
    gold: bool = False


class TextPart(Part):
    """One text that raters saw."""

    name: str = Field(description="The field, or `documents[0]`.")
    title: str
    text: str
    cut: bool = Field(description="Whether only its beginning stands here.")


class DisagreementPart(Part):
    """An item on which judge and people differ."""

    record: str
    people: str
    judge: str
    texts: tuple[TextPart, ...]
    voices: tuple[VoicePart, ...] = Field(description="The judge first.")


class DisagreementsPart(Part):
    """The items on which judge and people differ."""

    total: int
    items: tuple[DisagreementPart, ...] = Field(description="As many as fit in a report.")
