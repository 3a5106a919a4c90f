"""The desk: what the rating desk in the browser needs from the server, and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from judge.rubric.schema import Rubric
    from judge.scales import Score
    from judge.scores import Abstention

LOOKAHEAD = 10
"""How many items the desk asks for: enough to go on during a few seconds without a server."""


@dataclass(frozen=True, slots=True)
class Passage:
    """One text of a record, as it was logged.

    Attributes:
        source: Where it stands, as in `judge.scores.Quote`: a field's name, or ``documents[2]`` (counted from 0).
        text: The raw text; offsets of marks are code points of exactly this string.
        title: What a person would call it, where the log says so.
    """

    source: str
    text: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A piece of a passage that an annotator highlighted as evidence.

    Attributes:
        source: The passage's `Passage.source`.
        start: First code point of its raw text.
        end: One past the last code point; always above `start`.
    """

    source: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What an annotator said on one criterion: a score or an abstention, exactly one of the two.

    Attributes:
        criterion: The criterion's name.
        score: A value on its scale, already checked against the rubric.
        abstention: Not applicable (where the rubric allows it) or skipped, with the annotator's reason as detail.
        marks: The evidence, in the order in which it was highlighted.
    """

    criterion: str
    score: Score | None = None
    abstention: Abstention | None = None
    marks: tuple[Mark, ...] = ()

    def __post_init__(self) -> None:
        if (self.score is None) == (self.abstention is None):
            raise ValueError("an answer has a score or an abstention, exactly one")


@dataclass(frozen=True, slots=True)
class Entry:
    """One press of Save: an annotator's answers to every criterion of one item.

    Attributes:
        key: Idempotency key, made in the browser when the key was pressed; one key is one press, whatever is replayed.
        item: The `DeskItem.id` that was on the screen.
        answers: One for each criterion of the rubric, in the rubric's order.
        note: A remark, or empty.
        flagged: Whether the annotator asks the study's owner to look at it.
        seconds: Time for which the item was visible before the press.
        pressed: When it was pressed, by the browser's clock (timezone-aware); to be stored, not to be trusted.
    """

    key: str
    item: str
    answers: tuple[Answer, ...]
    note: str = ""
    flagged: bool = False
    seconds: float = 0.0
    pressed: datetime | None = None


@dataclass(frozen=True, slots=True)
class DeskItem:
    """One record to be rated on every criterion of the study's rubric by one annotator.

    It has no place for a judge's score, and none may be put into its texts: all of it is sent to the browser.

    Attributes:
        id: Opaque, unique in the study, the same every time this annotator is shown the item; at most 64 characters.
            A repeat for self-consistency has an id of its own.
        passages: The texts that the rubric reads and the record has, in the rubric's order; ``documents`` give one
            passage each.
        order: Its place in what this annotator is shown, from 1.
        given: The annotator's newest answers, where the item was rated before and is opened again; else None.
    """

    id: str
    passages: tuple[Passage, ...]
    order: int
    given: Entry | None = None


@dataclass(frozen=True, slots=True)
class Ack:
    """What became of an entry.

    Attributes:
        key: The entry's key.
        saved: True once it is committed, also where it had been committed before.
        version: Which version of this annotator's rating of the item it is, from 1; None where refused.
        reason: Why it can never be saved, in words for the annotator; empty where it was saved.
    """

    key: str
    saved: bool
    version: int | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        if self.saved == bool(self.reason):
            raise ValueError("an entry is saved, or refused with a reason")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an annotator is.

    Attributes:
        done: Items rated or skipped.
        assigned: Items there are for this annotator in all; None where the study does not fix it.
        closed: Why there is nothing more to rate now (``the study is paused``), or empty.
    """

    done: int
    assigned: int | None = None
    closed: str = ""


@dataclass(frozen=True, slots=True)
class PastRating:
    """A line of an annotator's own work.

    Attributes:
        item: The item, to open it again with `Desk.reopen`.
        order: Its place in what the annotator was shown.
        answers: The newest version's answers.
        note: The newest version's remark.
        flagged: Whether it is flagged.
        version: How many versions there are.
        seconds: Time on the item when it was first rated.
        rushed: Whether that was under the study's least time. It is told to the owner and kept out of no figure.
        saved: When the newest version was committed.
        opening: The first words of the response, at most 120 code points.
    """

    item: str
    order: int
    answers: tuple[Answer, ...]
    version: int
    saved: datetime
    note: str = ""
    flagged: bool = False
    seconds: float = 0.0
    rushed: bool = False
    opening: str = ""


class Desk(Protocol):
    """One study's desk. Every method may be called from many threads and processes at once.

    `annotator` is always an id that the sign-in of this very request has proven; a method refuses (`UsageError`) one
    without the role. Methods raise `StoreError` where the database cannot answer: the browser keeps its entries and
    sends them again.
    """

    @property
    def study(self) -> str:
        """The study's name, unique in the database."""
        ...

    @property
    def rubric(self) -> Rubric:
        """The rubric that this study rates with; it never changes while the study lasts."""
        ...

    @property
    def lease_seconds(self) -> float:
        """How long a claim lasts without a sign of life; the browser calls `lease` at least three times within it."""
        ...

    def lease(self, annotator: str, n: int, now: datetime) -> Sequence[DeskItem]:
        """The items this annotator holds and has not rated, in order, topped up to at most `n`.

        Every claim it returns is renewed until ``now + lease_seconds``. Near the end of a study it may hold back, so
        that one annotator does not sit on what others could rate. Claims that ran out elsewhere are free again.
        """
        ...

    def save(self, annotator: str, entries: Sequence[Entry], now: datetime) -> Sequence[Ack]:
        """Commit entries in their order in one transaction, and say for each what became of it, in the same order.

        - A key that this annotator has saved before is acknowledged as it was then, and nothing is written.
        - Else, if the annotator holds the item's claim (or held it and nobody else has taken the slot since, or has
          rated the item before), it becomes the next version of that rating, and the claim is fulfilled. Versions
          follow the order in which entries arrive.
        - Else it is refused with a reason. A refusal is final: the browser will not send the entry again.
        - Seconds under the study's least time mark the rating as rushed and change nothing else.
        - `Mark` offsets are cut to the raw text; the words of a mark are taken from the record, never from the browser.

        It either commits every acknowledged entry or raises; it never acknowledges what is not committed.
        """
        ...

    def progress(self, annotator: str, now: datetime) -> Progress:
        """How far this annotator is."""
        ...

    def history(self, annotator: str, *, limit: int, offset: int = 0) -> Sequence[PastRating]:
        """This annotator's own ratings, newest first."""
        ...

    def reopen(self, annotator: str, item: str) -> DeskItem | None:
        """An item this annotator has rated, with the newest answers in `DeskItem.given`; None where there is none."""
        ...


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is signed in.

    Attributes:
        id: The annotator id that ratings are stored under.
        name: What the pages call them.
        roles: Any of ``annotator``, ``adjudicator``, ``owner``.
        studies: The names of the studies they take part in.
    """

    id: str
    name: str
    roles: frozenset[str] = field(default_factory=frozenset)
    studies: tuple[str, ...] = ()


class FrontDesk(Protocol):
    """Who may sit at which desk. Every page asks it again at every action: nothing of it is kept in a session."""

    def peek(self, code: str, now: datetime) -> Person | None:
        """Whom a one-time link would sign in, without using it up; None where it is unknown, used or out of date."""
        ...

    def redeem(self, code: str, now: datetime) -> str | None:
        """Use up a one-time link and open a session: the secret for the browser's cookie, or None as for `peek`.

        Of many calls with one code at once, exactly one gets a secret. The store keeps a hash of it only.
        """
        ...

    def who(self, secret: str, now: datetime) -> Person | None:
        """Whose session it is; None where it is unknown, closed or out of date."""
        ...

    def who_has_email(self, email: str, now: datetime) -> Person | None:
        """The person whom an identity provider has proven to own this address, where they are registered."""
        ...

    def leave(self, secret: str) -> None:
        """Close a session."""
        ...

    def desk(self, study: str) -> Desk:
        """The desk of a study.

        Raises:
            NotFoundError: There is no such study.
        """
        ...
