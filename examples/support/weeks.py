"""Weeks: eight weeks of conversations with the shop's assistant, and what is wrong in each of them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from support.answers import Answer, Assistant, Task
from support.facts import chance, fill
from support.questions import draw_customer, first_question, next_question
from support.truth import is_bad, truth_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from support.facts import Fact
    from support.questions import Customer

START = datetime(2026, 10, 5, tzinfo=UTC)
WEEKS = 8
DRIFT_WEEK, STALE_WEEK = 4, 6
CONVERSATIONS = 168

DAYS = (1.15, 1.1, 1.05, 1.0, 1.0, 0.75, 0.85)
HOURS = (1, 1, 1, 1, 1, 2, 4, 8, 12, 15, 17, 17, 14, 13, 14, 14, 15, 16, 18, 21, 22, 18, 10, 4)
LANGUAGES = {"en": 86, "de": 8, "es": 6}

RATES = {
    "2026-08": {
        "wrong_number": 0.024,
        "wrong_name": 0.06,
        "invented": 0.036,
        "contradiction": 0.03,
        "off_topic": 0.026,
        "verbose": 0.03,
        "rude": 0.008,
        "leak": 0.009,
        "refusal": 0.012,
        "looped": 0.006,
        "cut_off": 0.01,
    },
    "2026-10": {
        "wrong_number": 0.012,
        "wrong_name": 0.028,
        "invented": 0.018,
        "contradiction": 0.012,
        "off_topic": 0.016,
        "verbose": 0.026,
        "rude": 0.004,
        "leak": 0.005,
        "refusal": 0.05,
        "looped": 0.003,
        "cut_off": 0.006,
    },
}
RATES["2026-10.1"] = {**RATES["2026-10"], "verbose": 0.42, "small_talk": 0.26}
"""Share of answers with each defect, by the assistant's version; 2026-10.1 ran in week 4 alone, in place of 2026-10."""

SPECIAL = {"partial": 0.2, "unsafe": 0.3, "biased": 0.2}
"""The same for defects that only some questions allow."""


@dataclass(frozen=True)
class Turn:
    """One exchange before it is written down."""

    task: Task
    week: int
    time: datetime
    number: int


class Shop:
    """Eight weeks of conversations.

    Args:
        rng: Where every choice comes from.
        facts: The help pages.
        phrases: The words around them.
    """

    def __init__(self, rng: Random, facts: list[Fact], phrases: dict[str, Any]) -> None:
        self.rng = rng
        self.facts = facts
        self.phrases = phrases
        self.assistant = Assistant(rng, phrases)

    def exchanges(self) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        """Every record with its truth, in the order of time."""
        starts = [(week, self._moment(week)) for week in range(1, WEEKS + 1) for _ in range(CONVERSATIONS)]
        written = [pair for week, moment in starts for pair in self._conversation(week, moment)]
        yield from sorted(written, key=lambda pair: (pair[0]["time"], pair[0]["id"]))

    def _moment(self, week: int) -> datetime:
        day = self.rng.choices(range(7), DAYS)[0]
        hour = self.rng.choices(range(24), HOURS)[0]
        if (day, hour) == (6, 23):
            hour = 22  # so that no conversation goes on into the next week
        seconds = self.rng.randrange(3600)
        return START + timedelta(weeks=week - 1, days=day, hours=hour, seconds=seconds)

    def _conversation(self, week: int, moment: datetime) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        rng = self.rng
        language = rng.choices(list(LANGUAGES), list(LANGUAGES.values()))[0]
        fact = rng.choice([each for each in self.facts if each.language == language])
        who = draw_customer(rng, self.phrases, fact)
        version = "2026-08" if chance(rng, 0.5) else "2026-10.1" if week == DRIFT_WEEK else "2026-10"
        name = f"c{rng.getrandbits(28):07x}"
        history: list[dict[str, str]] = []
        for number, task in enumerate(self._tasks(week, version, who, fact), start=1):
            turn = Turn(task, week, moment, number)
            record, truth = self._write(turn, name, list(history))
            yield record, truth
            history += [{"role": "user", "content": record["question"]}]
            history += [{"role": "assistant", "content": record["response"]}]
            moment += timedelta(seconds=round(record["latency"]) + rng.randint(20, 240))

    def _tasks(self, week: int, version: str, who: Customer, fact: Fact) -> Iterator[Task]:
        """What the customer asks, one message after the other."""
        rng, stale = self.rng, week == STALE_WEEK
        pair = next((f for f in self.facts if f.group == fact.group and f is not fact), None)
        second = pair if chance(rng, 0.15) else None
        facts = (fact,) if second is None else (fact, second)
        question, bare = first_question(rng, self.phrases, who, fact, second)
        yield Task(who, facts, question, version, stale, self._stray(fact), bare=bare)
        if second is None and fact.follow and chance(rng, 0.25):
            follow = rng.choice(fact.follow)
            yield Task(who, (fact,), follow["ask"], version, stale, None, follow["answer"])
        if second is None and pair is not None and chance(rng, 0.17):
            question = next_question(rng, self.phrases, who, pair)
            yield Task(who, (pair,), question, version, stale, self._stray(pair))
        if chance(rng, 0.04):
            yield Task(who, (), rng.choice(self.phrases[who.language]["thanks"]), version, stale)

    def _stray(self, fact: Fact) -> Fact | None:
        """A page found along with the right one: a neighbour, or one from elsewhere."""
        if chance(self.rng, 0.35):
            return None
        same = [f for f in self.facts if f.language == fact.language and f.group != fact.group]
        near = [f for f in same if f.topic == fact.topic]
        return self.rng.choice(near if near and chance(self.rng, 0.7) else same)

    def _write(self, turn: Turn, name: str, history: list[dict[str, str]]) -> tuple[dict[str, Any], dict[str, Any]]:
        missed = bool(turn.task.facts) and turn.task.stray is not None and chance(self.rng, 0.035)
        answer = self._answer(turn.task, missed=missed)
        record = self._record(turn, name, history, answer, missed=missed)
        truth = truth_of(record, turn.task, answer)
        bad = is_bad(turn.task, answer)
        if chance(self.rng, 0.3 if bad else 0.11):
            record["feedback"] = int(chance(self.rng, 0.24 if bad else 0.87))
        return record, truth

    def _answer(self, task: Task, *, missed: bool) -> Answer:
        rng = self.rng
        if not task.facts:
            return Answer(self.assistant.words(task, "welcome"), note="a pleasantry, no question")
        if missed:
            return self.assistant.write(task, "no_answer" if chance(rng, 0.75) else "unsourced")
        for defect, share in SPECIAL.items():
            if chance(rng, share):
                answer = self.assistant.write(task, defect)
                if answer.defect:
                    return answer
        rates = RATES[task.version]
        defect = rng.choices([*rates, ""], [*rates.values(), 1 - sum(rates.values())])[0]
        if not defect and task.stale and chance(rng, 0.45):
            defect = "fresh_values"
        return self.assistant.write(task, defect)

    def _documents(self, task: Task, answer: Answer, *, missed: bool) -> list[dict[str, str]]:
        found = [] if missed else [fact.document(stale=task.stale) for fact in task.facts]
        if task.stray is not None:
            found.insert(len(found) if chance(self.rng, 0.7) else 0, task.stray.document(stale=task.stale))
        number = self.rng.randrange(10000, 99999)
        return found + [{"id": f"notes/{number}", "title": "Note", "text": note} for note in answer.notes_given]

    def _record(
        self, turn: Turn, name: str, history: list[dict[str, str]], answer: Answer, *, missed: bool
    ) -> dict[str, Any]:
        task = turn.task
        documents = self._documents(task, answer, missed=missed)
        read = sum(len(text) for text in (task.question, *(d["text"] for d in documents)))
        read += sum(len(message["content"]) for message in history)
        written = round(len(answer.text) / 4.2 * self.rng.uniform(0.94, 1.08))
        record: dict[str, Any] = {
            "id": f"r{self.rng.getrandbits(40):010x}",
            "time": turn.time.isoformat().replace("+00:00", "Z"),
            "conversation": name,
            "turn": turn.number,
            "channel": task.who.channel,
            "segment": task.who.language,
            "topic": task.facts[0].topic if task.facts else "none",
            "group": task.facts[0].group if task.facts else "pleasantries",
            "question": task.question,
            "documents": documents,
            "response": answer.text,
            "model": "shop-assistant",
            "model_version": task.version,
            "latency": self._latency(written),
            "prompt_tokens": 312 + round(read / 4.1),
            "completion_tokens": written,
        }
        if reference := self._reference(task):
            record["reference"] = reference
        if history:
            record["history"] = history
        return record

    def _latency(self, tokens: int) -> float:
        """Seconds: finding the pages, then writing, both log-normal as such times are."""
        found = 0.5 * math.exp(0.35 * self.rng.gauss(0, 1))
        return round(found + 0.016 * tokens * math.exp(0.22 * self.rng.gauss(0, 1)), 2)

    def _reference(self, task: Task) -> str:
        """For three records in ten the answer that the shop's own staff would have given, after the current pages."""
        if not task.facts or task.follow or not chance(self.rng, 0.3):
            return ""
        parts = [fill(fact.answer[0], fact.values) for fact in task.facts]
        return " ".join(part.removeprefix("Yes, ")[:1].upper() + part.removeprefix("Yes, ")[1:] for part in parts)
