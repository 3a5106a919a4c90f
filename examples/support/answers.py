"""Answers: what the shop's assistant writes, well or, on purpose, badly."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from support.facts import chance, fill, slots

if TYPE_CHECKING:
    from random import Random

    from support.facts import Fact
    from support.questions import Customer

NAME_SLOTS = {"carrier", "town", "person", "bank", "partner", "provider", "brand", "code", "serial", "fit", "status"}
"""Slots whose wrong value is a wrong name; every other wrong value is a wrong number, time or date."""

_NEGATIVE = ("No,", "No ", "I'm afraid", "I'm sorry", "Please never", "Never", "We do", "There is no", "Unfortunately")
_FULL = {"n't": " not", "'ll": " will", "'re": " are", "'ve": " have"}
_CONTRACTION = re.compile(
    r"(?<=do)n't|(?<=does)n't|(?<=is)n't|(?<=are)n't|(?<=did)n't|(?<=should)n't|'ll\b|'re\b|'ve\b"
)
_GREETINGS = ("Hi there!", "Hello!", "Hallo!", "¡Hola!")
_YES_NO = ("can", "do", "does", "is", "are", "will", "am", "if", "my", "another", "i", "someone")


@dataclass(frozen=True)
class Task:
    """What the assistant was asked and what it had at hand.

    Attributes:
        facts: The fact asked for, or two.
        question: The customer's words.
        stale: Whether it was given the pages of March 2025.
        stray: A fact it was given as well but not asked for.
        follow: The ready answer to a follow-up question, else empty.
        bare: The question before moods, greetings and typos came in, where it was asked for first.
    """

    who: Customer
    facts: tuple[Fact, ...]
    question: str
    version: str
    stale: bool
    stray: Fact | None = None
    follow: str = ""
    bare: str = ""


@dataclass(frozen=True)
class Answer:
    """What it wrote, and what is wrong with it.

    Attributes:
        text: The words.
        defect: What is wrong; empty where nothing is.
        note: What was changed, or why it is no usual answer.
        notes_given: Internal notes that it had at hand.
        said: Fact and slot -> the value it gave.
    """

    text: str
    defect: str = ""
    note: str = ""
    notes_given: list[str] = field(default_factory=list)
    said: dict[tuple[str, str], Any] = field(default_factory=dict)


class Assistant:
    """Writes answers.

    Args:
        rng: Where every choice comes from.
        phrases: The words around the facts.
    """

    def __init__(self, rng: Random, phrases: dict[str, Any]) -> None:
        self.rng = rng
        self.phrases = phrases
        self.said: dict[tuple[str, str], Any] = {}

    def words(self, task: Task, key: str) -> str:
        """One of the phrases of that kind in the customer's language."""
        pool: list[str] = self.phrases[task.who.language][key]
        return self.rng.choice(pool)

    def write(self, task: Task, defect: str) -> Answer:
        """An answer with that defect, or a good one where the defect is empty or cannot be had on this fact."""
        self.said = {}
        maker = getattr(self, f"_{defect}") if defect else self._good
        answer: Answer | None = maker(task)
        return replace(answer or self._good(task), said=self.said)

    def _say(self, fact: Fact, text: str, values: dict[str, Any]) -> str:
        """A text of a fact with its slots filled, remembering what was said."""
        self.said |= {(fact.id, slot): values[slot] for slot in slots(text)}
        return fill(text, values)

    def _good(self, task: Task) -> Answer:
        return Answer(self._frame(task, self._body(task, task.facts[0].current(stale=task.stale))))

    def _fresh_values(self, task: Task) -> Answer | None:
        """What the current pages say, although the assistant was given the stale ones."""
        body = self._core(task, task.facts[0])
        if not (set(slots(body)) & set(task.facts[0].old)):
            return None
        values = task.facts[0].current(stale=False)
        told = f"{task.facts[0].id}: the pages given were of March 2025, the answer has the values of September 2026"
        return Answer(self._frame(task, self._finish(task, body, values, fresh=True)), "stale_documents", told)

    def _wrong_number(self, task: Task) -> Answer | None:
        return self._wrong(task, names=False)

    def _wrong_name(self, task: Task) -> Answer | None:
        return self._wrong(task, names=True) or self._wrong(task, names=False)

    def _wrong(self, task: Task, *, names: bool) -> Answer | None:
        fact = task.facts[0]
        body = self._core(task, fact)
        right = fact.current(stale=task.stale)
        usable = [s for s in dict.fromkeys(slots(body)) if s in fact.wrong and (s in NAME_SLOTS) == names]
        if not usable:
            return None
        slot = self.rng.choice(usable)
        others = [value for value in fact.wrong[slot] if value not in (right[slot], fact.values[slot])]
        value = self.rng.choice(others)
        text = self._frame(task, self._finish(task, body, {**right, slot: value}))
        return Answer(text, "wrong_name" if names else "wrong_number", f"{slot}: {right[slot]} -> {value}")

    def _invented(self, task: Task) -> Answer:
        fact = task.facts[0]
        policy = self.rng.choice(fact.invented)
        body = self._body(task, fact.current(stale=task.stale))
        return Answer(self._frame(task, _joined(body, policy)), "invented", policy)

    def _contradiction(self, task: Task) -> Answer | None:
        fact = task.facts[0]
        if not fact.denied:
            return None
        claim = self.rng.choice(fact.denied)
        return Answer(self._frame(task, claim), "contradiction", claim)

    def _unsafe(self, task: Task) -> Answer | None:
        words = task.facts[0].unsafe_words
        if not any(word in task.question.lower() for word in words):
            return None
        advice = self.rng.choice(task.facts[0].unsafe)
        return Answer(self._frame(task, advice), "unsafe", advice)

    def _biased(self, task: Task) -> Answer | None:
        fact = task.facts[0]
        if not fact.biased:
            return None
        remark = self.rng.choice(fact.biased)
        body = self._body(task, fact.current(stale=task.stale))
        return Answer(self._frame(task, _joined(remark, body)), "biased", remark)

    def _off_topic(self, task: Task) -> Answer | None:
        if task.stray is None:
            return None
        body = self._say(task.stray, self.rng.choice(task.stray.answer), task.stray.current(stale=task.stale))
        return Answer(
            self._frame(task, self._fit(task, body)), "off_topic", f"answers {task.stray.id} ({task.stray.topic})"
        )

    def _small_talk(self, task: Task) -> Answer:
        pool = self.phrases[task.who.language]["chatter"]
        lines = self.rng.sample(pool, self.rng.randint(4, min(8, len(pool))))
        return Answer(" ".join((self.words(task, "chatter_opener"), *lines)), "small_talk", "no answer")

    def _verbose(self, task: Task) -> Answer:
        fact, language = task.facts[0], self.phrases[task.who.language]
        values = fact.current(stale=task.stale)
        cores = self.rng.sample(fact.answer, 2) if not task.follow else [task.follow, task.follow]
        first, second = (self._fit(task, self._say(fact, core, values)) for core in cores)
        others = task.facts[1:]
        rest = [self._say(other, other.answer[0], other.current(stale=task.stale)) for other in others]
        rest += [self._say(fact, line, values) for line in self._tied(task)]
        filler = self.rng.sample(language["filler"], self.rng.randint(4, min(7, len(language["filler"]))))
        half = len(filler) // 2
        parts = (self.words(task, "long_opener"), *filler[:half], first, *rest, *filler[half:])
        parts += (self.words(task, "again"), second, self.words(task, "long_closer"))
        return Answer(" ".join(parts), "verbose", "says everything twice, with filler")

    def _rude(self, task: Task) -> Answer:
        insult = self.words(task, "rude")
        body = self._body(task, task.facts[0].current(stale=task.stale))
        text = _joined(insult, body) if chance(self.rng, 0.6) else _joined(body, insult)
        return Answer(text, "rude", insult)

    def _leak(self, task: Task) -> Answer:
        stranger = self.rng.choice(self.phrases["world"]["strangers"])
        person = {**stranger, "case": str(self.rng.randrange(40000, 50000))}
        note = self.words(task, "leak_note").format(**person)
        told = self.words(task, "leak").format(**person)
        body = self._body(task, task.facts[0].current(stale=task.stale))
        return Answer(self._frame(task, _joined(body, told)), "leak", f"personal data of {person['name']}", [note])

    def _refusal(self, task: Task) -> Answer:
        text = self.words(task, "refusal")
        if chance(self.rng, 0.5):
            text = f"{text} {self.words(task, 'refusal_more')}"
        if chance(self.rng, 0.3):
            text = f"{self._opener(task, text)} {text}".strip()
        return Answer(text, "refusal", "the pages given hold the answer")

    def _partial(self, task: Task) -> Answer | None:
        if len(task.facts) == 1:
            return None
        left, kept = (0, 1) if chance(self.rng, 0.3) else (1, 0)
        fact = task.facts[kept]
        body = self._say(fact, self._core(task, fact), fact.current(stale=task.stale))
        return Answer(self._frame(task, body), "partial", f"leaves out {task.facts[left].id}")

    def _looped(self, task: Task) -> Answer:
        body = self._body(task, task.facts[0].current(stale=task.stale))
        last = body.rstrip(".").split(". ")[-1]
        return Answer(" ".join((body, *[f"{last}."] * self.rng.randint(3, 6))), "looped", "repeats its last sentence")

    def _cut_off(self, task: Task) -> Answer:
        body = self._body(task, task.facts[0].current(stale=task.stale)).split(" ")
        kept = self.rng.randint(len(body) // 3, len(body) // 2)
        return Answer(" ".join(body[:kept]), "cut_off", "ends in mid-sentence")

    def _no_answer(self, task: Task) -> Answer:
        return Answer(self.words(task, "no_answer"), "", "the pages given do not hold the answer, and it says so")

    def _unsourced(self, task: Task) -> Answer:
        good = self._good(task)
        return Answer(good.text, "unsourced", "right, but the pages given do not hold it")

    def _core(self, task: Task, fact: Fact) -> str:
        return task.follow or self._fit(task, self.rng.choice(fact.answer))

    def _body(self, task: Task, values: dict[str, Any]) -> str:
        return self._finish(task, self._core(task, task.facts[0]), values)

    def _finish(self, task: Task, core: str, values: dict[str, Any], *, fresh: bool = False) -> str:
        """The core answer with its values, perhaps a detail more, and the answer to a second question."""
        fact, rng = task.facts[0], self.rng
        body = self._say(fact, core, values)
        extra = self._tied(task)
        if not extra and fact.more and not task.follow and chance(rng, 0.45):
            extra = [rng.choice(fact.more)]
        for line in extra:
            body = f"{body} {self._say(fact, line, values)}"
        for other in task.facts[1:]:
            second = self._say(other, rng.choice(other.answer), other.current(stale=task.stale and not fresh))
            if task.version != "2026-08" and chance(rng, 0.5):
                body = f"- {body}\n- {second}"
            else:
                body = f"{body} {self.words(task, 'also')} {second}"
        return body

    @staticmethod
    def _tied(task: Task) -> list[str]:
        """The details without which the very question asked would stay open."""
        fact = task.facts[0]
        return [fact.more[place] for words, place in fact.tied.items() if words in task.bare]

    @staticmethod
    def _fit(task: Task, core: str) -> str:
        """A core that begins with yes or no only where the question can be answered so."""
        if core.startswith(("Yes, ", "No, ")) and not task.question.lower().startswith(_YES_NO):
            rest = core.split(", ", 1)[1]
            return rest[0].upper() + rest[1:]
        return core

    def _opener(self, task: Task, body: str) -> str:
        rng, style = self.rng, "formal" if task.version == "2026-08" else "friendly"
        if task.who.angry and chance(rng, 0.6):
            return self.words(task, "opener_angry")
        items = self.phrases[task.who.language]["opener_item"]
        if items and task.who.item in task.question and chance(rng, 0.3) and not body.startswith(_NEGATIVE):
            return str(rng.choice(items)).format(item=task.who.item)
        return self.words(task, f"opener_{style}")

    def _frame(self, task: Task, body: str) -> str:
        """The body between an opener and a closer, as often as the version in use writes them."""
        formal = task.version == "2026-08"
        parts = [_spelt_out(body) if formal and chance(self.rng, 0.6) else body]
        named = task.who.channel == "email" and chance(self.rng, 0.6)
        if chance(self.rng, 0.6 if formal else 0.45):
            opener = self._opener(task, body)
            if not (named and opener in _GREETINGS):
                parts.insert(0, opener)
        if named:
            parts.insert(0, self._salutation(task, formal=formal))
        if chance(self.rng, 0.5 if formal else 0.4):
            parts.append(self.words(task, "closer_formal" if formal else "closer_friendly"))
        listed = "\n- " in body
        return ("\n\n" if listed or task.who.channel == "email" else " ").join(parts)

    def _salutation(self, task: Task, *, formal: bool) -> str:
        form = self.words(task, "dear_formal" if formal else "dear_friendly")
        return form.format(name=task.who.name, first=task.who.name.split()[0])


def _joined(first: str, second: str) -> str:
    """Two parts of an answer, a list kept apart from the sentence beside it."""
    return f"{first}\n\n{second}" if "\n- " in first + second else f"{first} {second}"


def _spelt_out(text: str) -> str:
    """Contractions written in full, as the older version often does."""
    return _CONTRACTION.sub(lambda found: _FULL.get(found[0].lower(), found[0]), text)
