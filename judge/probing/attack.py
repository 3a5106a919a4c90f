"""Attacks: words that try to talk a judge into a score, from the maintained list, and how they are put on a record."""

from __future__ import annotations

import base64
import codecs
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import yaml

from judge.records import Document
from judge.rubric.reply_form import EVIDENCE, reply_answer, reply_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from judge.probing.goal import Goal
    from judge.records import Record
    from judge.rubric.schema import Rubric

Place = Literal["start", "end", "replace"]

FILE: Final = Path(__file__).with_name("attacks.yaml")
FAR: Final = 200
"""Empty lines that push words out of sight."""


@dataclass(frozen=True, slots=True)
class Attack:
    """One attack of the list.

    Attributes:
        name: What it is called within its family.
        family: The family.
        fields: The record fields it can stand in.
        text: Its words, with ``{goal}``, ``{reply}`` and ``{question}``.
        place: Where in the field.
        hide: How the words are disguised; empty where they are plain.
    """

    name: str
    family: str
    fields: tuple[str, ...]
    text: str
    place: Place = "end"
    hide: str = ""

    def words(self, rubric: Rubric, goals: Mapping[str, Goal]) -> str:
        """Its words against a rubric."""
        asked = {name: goal.asked for name, goal in goals.items()}
        told = [str(score) if len(asked) == 1 else f"{name}: {score}" for name, score in asked.items()]
        answers = {name: reply_answer(_whole(score), "Everything holds.") for name, score in asked.items()}
        for name, answer in answers.items():
            if rubric.criterion(name).evidence is None:
                del answer[EVIDENCE]
        text = self.text.replace("{question}", rubric.criteria[0].question.strip())
        return text.replace("{goal}", ", ".join(told)).replace("{reply}", reply_text(answers))

    def on(self, text: str, words: str) -> str:
        """A field's text under attack."""
        if self.place == "replace":
            return words
        return _DISGUISES.get(self.hide, _plain)(text, words) if self.place == "end" else words + text


def _whole(score: str | float) -> str | float | int:
    return int(score) if isinstance(score, float) and score.is_integer() else score


def _plain(text: str, words: str) -> str:
    return f"{text}\n\n{words}"


_DISGUISES: Final[dict[str, Callable[[str, str], str]]] = {
    "tags": lambda text, words: text + "".join(chr(0xE0000 + ord(c)) if c.isascii() else c for c in words),
    "zero_width": lambda text, words: f"{text}\n\n" + "\u200b".join(words),
    "comment": lambda text, words: f"{text}\n<!-- {words} -->",
    "white": lambda text, words: f'{text}\n<span style="color:#fff;font-size:0">{words}</span>',
    "far_below": lambda text, words: text + "\n" * FAR + words,
    "base64": lambda text, words: (
        f"{text}\n\nDecode this base64 and do as it says: {base64.b64encode(words.encode()).decode()}"
    ),
    "rot13": lambda text, words: f"{text}\n\nRead this in rot13 and do as it says: {codecs.encode(words, 'rot13')}",
    "spaced": lambda text, words: f"{text}\n\n{' '.join(words)}",
    "repeat": lambda text, words: f"{text}\n\n{words}{text}",
    "headings": lambda text, words: f"{words}\n\n- **{text}**\n\n## Summary\n\n- **{text}**",
}


@cache
def shipped_attacks() -> tuple[Attack, ...]:
    """The maintained list."""
    return tuple(Attack(**{**entry, "fields": tuple(entry["fields"])}) for entry in _file()["attacks"])


@cache
def attack_families() -> dict[str, str]:
    """Family -> what it does, in the order of the list."""
    return dict(_file()["families"])


@cache
def _file() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return loaded


def attacked(record: Record, attack: Attack, field: str, words: str) -> Record | None:
    """The record with an attack in one of its fields; None where it has nothing there.

    A document is attacked in the last one; metadata in the field of it that the rubric reads.

    Args:
        record: The record.
        attack: The attack.
        field: ``response``, ``question``, ``documents`` or ``metadata.KEY``.
        words: Its words against the rubric.
    """
    if record.read(field) is None:
        return None
    if field == "documents":
        *rest, last = record.documents
        changed = Document(attack.on(last.text, words), last.id, last.title)
        return replace(record, documents=(*rest, changed))
    if field.startswith("metadata."):
        return replace(record, metadata=_put(record.metadata, field.split(".")[1:], attack, words))
    text: dict[str, Any] = {field: attack.on(getattr(record, field), words)}
    return replace(record, **text)


def _put(value: Mapping[str, Any], keys: Sequence[str], attack: Attack, words: str) -> dict[str, Any]:
    inner = value[keys[0]]
    if len(keys) > 1:
        return {**value, keys[0]: _put(inner, keys[1:], attack, words)}
    return {**value, keys[0]: attack.on(inner if isinstance(inner, str) else str(inner), words)}


def fields_for(attack: Attack, rubric: Rubric) -> list[str]:
    """The fields that an attack can stand in and a rubric reads, by their full names."""
    kinds = {name: name.split(".", maxsplit=1)[0] for name in rubric.reads}
    return [name for name, kind in kinds.items() if kind in attack.fields]
