"""The outbox: what the browser has not seen acknowledged yet, read with suspicion and saved exactly once."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeGuard

from judge.labeling.desk import Ack, Answer, Entry, Mark
from judge.scales import NOT_APPLICABLE
from judge.scores import Abstention, Reason

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from judge.labeling.desk import Desk
    from judge.rubric.schema import Criterion, Rubric

KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")
MAX_ITEM = 64
MAX_NOTE = 4000
MAX_MARKS = 200
MAX_REASON = 400


class UnreadableEntryError(ValueError):
    """An entry that the desk in the browser would never have written."""


@dataclass(frozen=True, slots=True)
class OutboxResult:
    """What became of the entries that the browser sent.

    Attributes:
        acks: One for each different key, in the order of first appearance; saved or refused.
        unreadable: How many had no readable key, so that they cannot even be refused.
    """

    acks: tuple[Ack, ...] = ()
    unreadable: int = 0

    @property
    def saved(self) -> tuple[str, ...]:
        """The keys of the entries that are committed."""
        return tuple(ack.key for ack in self.acks if ack.saved)

    @property
    def refused(self) -> tuple[Ack, ...]:
        """The entries that never can be."""
        return tuple(ack for ack in self.acks if not ack.saved)


def handle_outbox(
    entries: object, desk: Desk, annotator: str, now: datetime, *, known: Mapping[str, Ack] | None = None
) -> OutboxResult:
    """Save what can be saved, each key once, in the order in which the keys were pressed.

    Args:
        entries: What the browser sent: a list of mappings, of which nothing is taken on trust.
        desk: The study's desk.
        annotator: Who is signed in.
        now: The present moment.
        known: Acknowledgements given before, by key; they spare the database a question and change no answer.

    Raises:
        StoreError: The database cannot answer; nothing of this call counts as acknowledged.
    """
    payloads: dict[str, Any] = {}
    sent = entries if isinstance(entries, list) else []
    for payload in sent:
        key = read_key(payload)
        if key is not None:
            payloads.setdefault(key, payload)
    acks = {key: ack for key, ack in (known or {}).items() if key in payloads}
    fresh: list[Entry] = []
    for key, payload in payloads.items():
        if key not in acks:
            try:
                fresh.append(read_entry(payload, desk.rubric))
            except UnreadableEntryError as error:
                acks[key] = Ack(key, saved=False, reason=str(error))
    if fresh:
        acks |= {ack.key: ack for ack in desk.save(annotator, fresh, now)}
    return OutboxResult(
        acks=tuple(acks[key] for key in payloads if key in acks),
        unreadable=sum(read_key(payload) is None for payload in sent),
    )


def read_key(payload: object) -> str | None:
    """The idempotency key of an entry, or None where it has none."""
    key = payload.get("key") if isinstance(payload, dict) else None
    return key if isinstance(key, str) and KEY.fullmatch(key) else None


def read_entry(payload: Mapping[str, Any], rubric: Rubric) -> Entry:
    """The entry that a mapping from the browser says.

    Raises:
        UnreadableEntryError: It says something that the rubric does not allow, or nothing; the message says what.
    """
    key, item = read_key(payload), payload.get("item")
    if key is None or not isinstance(item, str) or not 0 < len(item) <= MAX_ITEM:
        raise UnreadableEntryError("the rating does not say which item it is for")
    return Entry(
        key=key,
        item=item,
        answers=read_answers(payload, rubric),
        note=read_text(payload.get("note"), MAX_NOTE),
        flagged=payload.get("flagged") is True,
        seconds=_seconds(payload.get("seconds")),
        pressed=_time(payload.get("pressed")),
    )


def read_answers(
    payload: Mapping[str, Any], rubric: Rubric, *, only: Collection[str] | None = None
) -> tuple[Answer, ...]:
    """The answers that a mapping from the browser gives.

    Args:
        payload: What the browser sent.
        rubric: The rubric it answers.
        only: Names of the criteria that were asked; all of the rubric if left out.

    Raises:
        UnreadableEntryError: It says something that the rubric does not allow, or leaves a criterion out.
    """
    skip = payload.get("skip")
    asked = [criterion for criterion in rubric.criteria if only is None or criterion.name in only]
    if skip is not None:
        reason = Abstention(Reason.SKIPPED, read_text(skip, MAX_REASON))
        return tuple(Answer(criterion.name, abstention=reason) for criterion in asked)
    given, marks = payload.get("scores"), payload.get("marks")
    if not isinstance(given, dict):
        raise UnreadableEntryError("the rating has no scores")
    by_criterion = marks if isinstance(marks, dict) else {}
    names = {criterion.name for criterion in asked}
    return tuple(_answer(c, given, by_criterion.get(c.name)) for c in asked if _known(given, names))


def _known(given: Collection[Any], names: set[str]) -> bool:
    unknown = [name for name in given if name not in names]
    if unknown:
        raise UnreadableEntryError(f"the rubric has no criterion {str(unknown[0])[:40]!r}")
    return True


def _answer(criterion: Criterion, given: Mapping[str, Any], marks: object) -> Answer:
    value = given.get(criterion.name)
    if value == NOT_APPLICABLE and criterion.not_applicable:
        return Answer(criterion.name, abstention=Abstention(Reason.NOT_APPLICABLE))
    score = criterion.scale.read(value)
    if score is None:
        raise UnreadableEntryError(f"{str(value)[:40]!r} is not on the scale of {criterion.name!r}")
    return Answer(criterion.name, score=score, marks=_marks(criterion, marks))


def _marks(criterion: Criterion, marks: object) -> tuple[Mark, ...]:
    if not marks or criterion.evidence is None:
        return ()
    if not isinstance(marks, list) or len(marks) > MAX_MARKS:
        raise UnreadableEntryError(f"at most {MAX_MARKS} marks are kept for one criterion")
    return tuple(_mark(mark, criterion.evidence.quote) for mark in marks)


def _mark(mark: object, fields: Sequence[str]) -> Mark:
    if not isinstance(mark, dict):
        raise UnreadableEntryError("a mark says nothing")
    source, start, end = mark.get("source"), mark.get("start"), mark.get("end")
    if not isinstance(source, str) or re.sub(r"\[\d{1,6}\]$", "", source) not in fields:
        raise UnreadableEntryError("a mark is in a text that the rubric takes no evidence from")
    if not (_whole(start) and _whole(end) and 0 <= start < end):
        raise UnreadableEntryError("a mark has no beginning and end")
    return Mark(source, start, end)


def _whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def read_text(value: object, most: int) -> str:
    """A text from the browser, cut to its greatest length; empty where it is none."""
    # Lone surrogates cannot be stored; they can only come from pasting broken text into the note.
    text = value if isinstance(value, str) else ""
    return text[:most].encode("utf-8", "replace").decode("utf-8")


def _seconds(value: object) -> float:
    known = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return max(0.0, float(value)) if known else 0.0  # type: ignore[arg-type]


def _time(value: object) -> datetime | None:
    try:
        time = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return time if time is not None and time.tzinfo is not None else None
