"""What raters say of an item: judgements, ratings, and abstentions with their reasons."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from judge.scales import Score


class Reason(StrEnum):
    """Why there is no score."""

    NOT_APPLICABLE = "not_applicable"
    """The criterion's question does not arise for this record, and the rubric allows to say so."""
    MISSING_FIELD = "missing_field"
    """The record lacks a field that the rubric reads."""
    TOO_LONG = "too_long"
    """The prompt would not fit; nothing is cut in silence."""
    REFUSED = "refused"
    """The judge model declined to judge."""
    BLOCKED = "blocked"
    """A content filter stopped the reply."""
    CUT = "cut"
    """The reply ended before its object was whole."""
    EMPTY = "empty"
    """There was no reply text."""
    UNREADABLE = "unreadable"
    """The reply is not one JSON object."""
    AMBIGUOUS = "ambiguous"
    """The reply says two different things."""
    ORDERS_DIFFER = "orders_differ"
    """The judge preferred another response when the two changed places."""
    OFF_SCALE = "off_scale"
    """The reply gives a value that is not on the scale."""
    INCOMPLETE = "incomplete"
    """The reply leaves this criterion out."""
    REJECTED = "rejected"
    """The provider will not take this request (a permanent error for this record)."""
    UNREACHABLE = "unreachable"
    """The provider did not answer within every attempt allowed."""
    BUDGET = "budget"
    """The cost cap was reached before this record."""
    UNSUPPORTED = "unsupported"
    """This judge cannot answer this rubric."""
    UNPARSED = "unparsed"
    """An imported judgement was already marked unreadable where it came from."""
    SKIPPED = "skipped"
    """The annotator skipped the item."""


@dataclass(frozen=True, slots=True)
class Abstention:
    """No score, and why."""

    reason: Reason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """A piece of text that a rater points at.

    Attributes:
        source: Where it is said to stand: a field's name, or ``documents[2]`` (counted from 0).
        text: The words, as the rater gave them.
        start: First code point in the source's raw text; None where the words were not found there.
        end: One past the last code point; None where not found.
        role: What it shows, where the rubric tells roles apart (``claim``, ``passage``); else empty.
    """

    source: str
    text: str
    start: int | None = None
    end: int | None = None
    role: str = ""

    @property
    def found(self) -> bool:
        """Whether the words stand verbatim where they are said to stand."""
        return self.start is not None


@dataclass(frozen=True, slots=True)
class Judgement:
    """A judge's score of a record on a criterion, or its abstention: exactly one of the two.

    Attributes:
        record_id: The record judged.
        rubric: The rubric's name.
        criterion: The criterion's name.
        score: The value, None where abstained.
        abstention: Why there is none, None where scored.
        probabilities: Value -> probability, as far as the judge gives them; empty where it does not.
        rationale: The judge's reason in words.
        evidence: What it quoted.
        suspicious: Signs that the record's text tried to steer the judge or hid characters.
        repeat: Which repeat of the same question this is, from 0.
        contested: What the judge said of the record without its suspicious spans, where that differs; else None.
        repeats: Of how many replies `probabilities` are the shares; 0 where the judge gave them itself.
        no_probability: Why there are none, where that is known.
    """

    record_id: str
    rubric: str
    criterion: str
    score: Score | None = None
    abstention: Abstention | None = None
    probabilities: Mapping[str, float] = field(default_factory=dict)
    rationale: str = ""
    evidence: tuple[Quote, ...] = ()
    suspicious: tuple[str, ...] = ()
    repeat: int = 0
    contested: str | None = None
    repeats: int = 0
    no_probability: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if (self.score is None) == (self.abstention is None):
            raise ValueError("a judgement has a score or an abstention, exactly one")

    @property
    def probability(self) -> float | None:
        """The probability the judge gives to the score it chose, where it gives one."""
        return self.probabilities.get(str(self.score)) if self.score is not None else None

    @property
    def probability_from(self) -> str | None:
        """``judge`` where it came with the score, ``repeats`` where it is a share of them, None where there is none."""
        if self.probability is None:
            return None
        return "repeats" if self.repeats else "judge"


@dataclass(frozen=True, slots=True)
class Rating:
    """An annotator's score of a record on a criterion, or why there is none: exactly one of the two.

    Attributes:
        record_id: The record rated.
        rubric: The rubric's name.
        criterion: The criterion's name.
        annotator: Who rated.
        score: The value, None where skipped.
        abstention: Why there is none, None where scored.
        evidence: What was highlighted.
        note: A remark.
        seconds: Time from first sight to answer, where measured.
        inclusion_probability: How likely this item was to be chosen for rating, where known.
        gold: Whether this is the adjudicated rating of the item.
        time: When it was given.
        repeat: 0, or 1 where the annotator was shown the item a second time to see whether they agree with themselves.
    """

    record_id: str
    rubric: str
    criterion: str
    annotator: str
    score: Score | None = None
    abstention: Abstention | None = None
    evidence: tuple[Quote, ...] = ()
    note: str = ""
    seconds: float | None = None
    inclusion_probability: float | None = None
    gold: bool = False
    time: datetime | None = None
    repeat: int = 0

    def __post_init__(self) -> None:
        if (self.score is None) == (self.abstention is None):
            raise ValueError("a rating has a score or an abstention, exactly one")
