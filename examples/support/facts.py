"""Facts: what the shop's help pages say, in two editions, and the words around them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from random import Random

FOLDER = Path(__file__).parent
FILES = ("returns", "shipping", "orders", "payment", "vouchers", "warranty", "sizes", "account", "service", "gear")
FOREIGN = ("german", "spanish")

_SLOT = re.compile(r"{(\w+)}")
_NOTES = {
    "en": "Last updated: {date}.",
    "de": "Stand: {date}.",
    "es": "Última actualización: {date}.",
}
_DATES = {
    "en": ("1 September 2026", "12 March 2025"),
    "de": ("1. September 2026", "12. März 2025"),
    "es": ("1 de septiembre de 2026", "12 de marzo de 2025"),
}


@dataclass(frozen=True)
class Fact:
    """One section of a help page, with the questions it answers and the ways to answer them well or badly.

    `tied` says which detail of `more` belongs into the answer when certain words are asked for.
    """

    id: str
    topic: str
    language: str
    group: str
    title: str
    page: str
    values: dict[str, Any]
    ask: list[str]
    clause: list[str]
    answer: list[str]
    old: dict[str, Any] = field(default_factory=dict)
    old_date: str = ""
    wrong: dict[str, list[Any]] = field(default_factory=dict)
    context: list[str] = field(default_factory=list)
    items: list[str] = field(default_factory=list)
    more: list[str] = field(default_factory=list)
    denied: list[str] = field(default_factory=list)
    invented: list[str] = field(default_factory=list)
    unsafe: list[str] = field(default_factory=list)
    unsafe_words: list[str] = field(default_factory=list)
    biased: list[str] = field(default_factory=list)
    tied: dict[str, int] = field(default_factory=dict)
    follow: list[dict[str, str]] = field(default_factory=list)

    def current(self, *, stale: bool) -> dict[str, Any]:
        """The values the page states in the edition of September 2026, or in the stale one of March 2025."""
        return {**self.values, **self.old} if stale else self.values

    def document(self, *, stale: bool) -> dict[str, str]:
        """The page as the assistant was given it."""
        date = (self.old_date if stale else "") or _DATES[self.language][stale]
        note = _NOTES[self.language].format(date=date)
        return {
            "id": f"help/{self.id}@{'2025-03' if stale else '2026-09'}",
            "title": self.title,
            "text": f"{fill(self.page, self.current(stale=stale))} {note}",
        }


def chance(rng: Random, share: float) -> bool:
    """Yes, in this share of all draws."""
    return rng.random() < share


def fill(text: str, values: dict[str, Any]) -> str:
    """A text with its slots filled."""
    return _SLOT.sub(lambda slot: str(values[slot[1]]), text)


def slots(text: str) -> list[str]:
    """The slots of a text, in order."""
    return _SLOT.findall(text)


def load_facts() -> list[Fact]:
    """Every fact of every help page; neighbours in a file share a group, as customers ask about both at once."""
    facts: list[Fact] = []
    for name in (*FILES, *FOREIGN):
        page = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
        for place, entry in enumerate(page["facts"]):
            given = {"topic": page["topic"], "context": page["context"], "group": f"{name}-{place // 2 + 1}", **entry}
            facts.append(Fact(language=page.get("language", "en"), **given))
    return facts


def load_phrases() -> dict[str, Any]:
    """The words around the facts, by language, and the shop's world under ``world``."""
    phrases: dict[str, Any] = yaml.safe_load((FOLDER / "phrases.yaml").read_text(encoding="utf-8"))
    return phrases
