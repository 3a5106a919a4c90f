"""Alerting: causes become alerts with words, examples and advice, and alerts live until what they tell is over."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from judge.monitoring.alert import Advice, Alert, Evidence, Example, Kind, State
from judge.monitoring.attributing import DOCUMENTS, JUDGE, WORDS, Cause
from judge.monitoring.going_back import LOOK
from judge.monitoring.move import TOPIC
from judge.monitoring.new_words import WORDS as WORDS_SERIES
from judge.monitoring.telling import evidence_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from judge.monitoring.anchors import JudgeShift
    from judge.monitoring.move import Move
    from judge.monitoring.new_texts import Explained
    from judge.monitoring.window import Window
    from judge.records import Record
    from judge.scales import Scale

CUT: Final = 300
"""Characters of an example."""

LIVING: Final = (State.OPEN, State.SNOOZED, State.ACCEPTED)


@dataclass(frozen=True, slots=True)
class Setting:
    """What is known where an alert is made.

    Attributes:
        watch: Name of the watch.
        window: The pooled window.
        now: The present.
        scales: Judged series -> its scale.
        texts: Text source or words -> what is new in them.
        of_topic: Moves -> records that show one of a topic.
        retreat: Version that moved -> where to go back to, or why nowhere.
        examples: Records of the window that may show something.
    """

    watch: str
    window: Window
    now: datetime
    scales: Mapping[str, Scale]
    texts: Mapping[str, Explained] = field(default_factory=dict)
    of_topic: Callable[[Sequence[Move]], Sequence[tuple[int, Record]]] = lambda _: ()
    retreat: Callable[[str], Advice] = lambda _: Advice("look", LOOK)
    examples: Sequence[tuple[int, Record]] = ()


def alert_of(cause: Cause, setting: Setting) -> Alert:
    """The alert that a cause gives."""
    shown = [*cause.moves, *cause.followed]
    evidence = [evidence_of(move, setting.scales) for move in shown if move.series not in setting.texts]
    evidence = [*_of_texts(cause, setting), *evidence]
    return Alert(
        key=cause.key,
        kind=cause.kind,
        level="alert",
        title=_title(cause, evidence),
        detail=_detail(cause),
        number=setting.window.number,
        start=setting.window.start,
        end=setting.window.end,
        opened=setting.now,
        updated=setting.now,
        evidence=tuple(evidence),
        examples=_examples(cause, setting),
        advice=tuple(_advice(cause, setting)),
    )


def _of_texts(cause: Cause, setting: Setting) -> Iterable[Evidence]:
    for move in (*cause.moves, *cause.followed):
        found = setting.texts.get(move.series)
        if found is not None:
            yield Evidence(move.series, found.text, found.value, found.before)


def subject_of(key: str) -> str:
    """What a cause is about, for people."""
    subject = key.partition(":")[2]
    name, equals, value = subject.partition("=")
    if equals:
        return f"{name} {value}"
    return {"all": "every version", "": "the judge"}.get(subject, subject)


def _headline(evidence: Sequence[Evidence]) -> str:
    """What the strongest evidence says, without how sure it is."""
    return (evidence[0].text.rpartition(" (")[0] or evidence[0].text) if evidence else ""


def _title(cause: Cause, evidence: Sequence[Evidence]) -> str:
    first = _headline(evidence)
    subject = subject_of(cause.key)
    match cause.kind:
        case Kind.DATA:
            head = f"The {subject} are not what they were"
        case Kind.MODEL:
            head = f"{subject[0].upper()}{subject[1:]} answers differently"
        case Kind.JUDGE:
            head = "The judge has moved"
        case _ if cause.key == WORDS:
            head = "New things are asked about"
        case _ if TOPIC in cause.moves[0].series:
            about = f"uestions about “{cause.moves[0].series.partition(TOPIC)[2]}”"
            head, first = f"Q{about} are answered differently well", first.replace(f" in q{about}", "")
        case _:
            head = "The same kind of question is answered differently well"
    return f"{head}: {first}"


def _detail(cause: Cause) -> str:
    moved = len(cause.moves)
    scores = " and ".join(sorted({move.series.partition("@")[0] for move in cause.followed}))
    told = {
        Kind.DATA: "What comes in has changed; how the system answers otherwise has not shown it.",
        Kind.MODEL: "How the system answers has changed, while what comes in has not shown it.",
        Kind.JUDGE: "Scores of before and after are not comparable; the calibration is stale.",
        Kind.CONCEPT: "Neither questions nor documents, nor length and style of the answers, nor the judge has moved.",
    }[cause.kind]
    follows = f" Attributed to it: {scores}." if scores else ""
    if cause.key == WORDS:
        told = "The questions are else what they were."
    return f"{told} {moved} series show it.{follows}"


def _examples(cause: Cause, setting: Setting) -> tuple[Example, ...]:
    for move in cause.moves:
        found = setting.texts.get(move.series)
        if found is not None:
            return tuple(_example(key, record, move.series) for key, record in found.examples)
    of_topic = setting.of_topic(cause.moves)
    if of_topic:
        return tuple(_example(key, record, "both") for key, record in of_topic)
    version = cause.key.partition("version=")[2]
    mine = [(key, one) for key, one in setting.examples if not version or version in {one.model_version, one.model}]
    return tuple(_example(key, record, "responses") for key, record in mine[:3])


def _example(key: int, record: Record, source: str) -> Example:
    if source == DOCUMENTS.partition(":")[2]:
        text = "\n".join(document.text for document in record.documents)
    elif source == "both":
        text = f"{record.question}\n→ {record.response}"
    else:
        text = (record.question if source in {"questions", WORDS_SERIES} else record.response) or ""
    return Example(key, record.id, text if len(text) <= CUT else text[: CUT - 1] + "…")


def _advice(cause: Cause, setting: Setting) -> Iterable[Advice]:
    version = cause.key.partition("version=")[2]
    if cause.kind is Kind.MODEL:
        yield setting.retreat(version) if version else Advice("look", LOOK)
    elif cause.kind is Kind.DATA:
        what = subject_of(cause.key)
        yield Advice("look", f"Look at where the {what} come from; the terms and records say what is new.")
        window = {"window": setting.window.number}
        yield Advice("curate", "Add records of this window to an evaluation data set.", window)
    elif cause.key == WORDS:
        yield Advice("look", "See whether the system knows these things, and its documents name them.")
        window = {"window": setting.window.number}
        yield Advice("curate", "Add records of this window to an evaluation data set.", window)
    elif cause.kind is Kind.CONCEPT:
        yield Advice("relabel", "Have people rate records of this window.", {"window": setting.window.number})
    elif cause.key == JUDGE:
        yield Advice("relabel", "Have people rate records that the judge scores now, then judge calibrate.")
        yield Advice("retune", "If the new judge agrees less with people, go back to the one before.")
    if cause.kind is not Kind.JUDGE:
        command = f"judge watch CONFIG.yaml --accept {cause.key}"
        yield Advice("accept", f"If this is the new normal: {command}", {"key": cause.key})


def judge_alert(
    shift: JudgeShift, window: Window | None, now: datetime, records: Sequence[tuple[int, Record]]
) -> Alert:
    """The alert that a moved or changed judge gives."""
    lines = []
    if shift.items:
        noise = f"{shift.noise} of {shift.noise_items} when it was asked twice in a row"
        text = f"{shift.flips} of {shift.items} scores of the anchors are others than before, against {noise}"
        lines.append(Evidence("anchors", f"{text} (p = {shift.p_flips:.2g})", shift.flips / shift.items))
        text = f"{shift.lost} scores left what people say and {shift.won} came to it (McNemar, p = {shift.p_right:.2g})"
        lines.append(Evidence("anchors", text))
        lines += [Evidence(name, f"{name}: {count} scores are others") for name, count in shift.worst]
    if shift.other:
        lines.append(Evidence("fingerprint", "model, rubric or settings were changed: it is another judge"))
    return Alert(
        key=JUDGE,
        kind=Kind.JUDGE,
        level="alert" if shift.moved else "warn",
        title=f"The judge {'is another one' if shift.other else 'has moved'}: {_headline(lines)}",
        detail="Scores of before and after are not comparable: what is normal is learnt anew; calibrations are stale.",
        number=window.number if window is not None else 0,
        start=window.start if window is not None else now,
        end=window.end if window is not None else now,
        opened=now,
        updated=now,
        evidence=tuple(lines),
        examples=tuple(_example(key, record, "responses") for key, record in records),
        advice=(
            Advice("relabel", "Have people rate records that the judge scores now, then judge calibrate."),
            Advice("retune", "If it agrees less with people than before, go back to the judge before."),
        ),
    )


@dataclass(slots=True)
class Ledger:
    """The alerts of a watch while windows are looked at.

    Attributes:
        living: Those that are not over, by key.
        changed: Those that are new or renewed since they were read.
    """

    living: dict[str, Alert] = field(default_factory=dict)
    changed: list[Alert] = field(default_factory=list)

    def tell(self, alert: Alert) -> None:
        """Open an alert, or renew the one of its key."""
        before = self.living.get(alert.key)
        if before is None:
            self.living[alert.key] = alert
            self.changed.append(alert)
            return
        before.windows += alert.number != before.number
        before.updated = alert.updated
        if (alert.level, before.level) == ("alert", "warn"):
            before.level, before.title = alert.level, alert.title
        before.evidence = alert.evidence or before.evidence
        before.advice = alert.advice or before.advice
        if before.state is State.SNOOZED and before.snoozed_until and before.snoozed_until <= alert.updated:
            before.state = State.OPEN
        self._note(before)

    def close(self, key: str, now: datetime) -> None:
        """What it told is over."""
        alert = self.living.pop(key, None)
        if alert is not None:
            alert.state = State.ACCEPTED if alert.state is State.ACCEPTED else State.RESOLVED
            alert.closed = alert.updated = now
            self._note(alert)

    def _note(self, alert: Alert) -> None:
        if alert not in self.changed:
            self.changed.append(alert)
