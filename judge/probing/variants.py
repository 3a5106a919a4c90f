"""Variants: records changed on purpose, each with what was changed and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING, Final

from judge.probing.attack import attack_families, attacked, fields_for, shipped_attacks
from judge.probing.corruption import CORRUPTIONS, corrupted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from judge.probing.attack import Attack
    from judge.probing.goal import Goal
    from judge.records import Record
    from judge.rubric.schema import Rubric

CONTROL: Final = "control"
"""The family of responses that say nothing: what those with an opening alone are compared to."""
NOTHING: Final = "…"
DOCUMENT_ORDER: Final = "document_order"


@dataclass(frozen=True, slots=True)
class Variant:
    """A record changed on purpose.

    Attributes:
        record: The changed record, under an id of its own.
        original: Id of the record it was made of.
        family: The family of the change.
        name: The change, within its family.
        field: Where it was made.
        words: What was put there; empty where something was taken away or exchanged.
        replaced: Whether nothing of the response is left.
    """

    record: Record
    original: str
    family: str
    name: str
    field: str
    words: str = ""
    replaced: bool = False


def attack_variants(
    records: Sequence[Record],
    rubric: Rubric,
    goals: Mapping[str, Goal],
    families: Sequence[str],
    *,
    each: int,
    seed: int,
) -> Iterator[Variant]:
    """Records under attack: a few attacks of each family a record, so that together they go through the whole list.

    Args:
        records: The records to attack.
        rubric: What they are judged by.
        goals: What an attacker wants, by criterion.
        families: Which families.
        each: Attacks of one family for one record.
        seed: Seed of the order in which the list is gone through.
    """
    for family in (name for name in attack_families() if name in families):
        pairs = [
            (attack, field)
            for attack in shipped_attacks()
            if attack.family == family
            for field in fields_for(attack, rubric)
        ]
        _random(seed, family).shuffle(pairs)
        for place, record in enumerate(records):
            mine = [pairs[(place * each + step) % len(pairs)] for step in range(min(each, len(pairs)))]
            for attack, field in mine:
                yield from _attacked(record, attack, field, rubric, goals)


def _attacked(
    record: Record, attack: Attack, field: str, rubric: Rubric, goals: Mapping[str, Goal]
) -> Iterator[Variant]:
    words = attack.words(rubric, goals)
    changed = attacked(record, attack, field, words)
    if changed is not None:
        named = _named(changed, record, f"{attack.family}.{attack.name}")
        yield Variant(named, record.id, attack.family, attack.name, field, words, attack.place == "replace")


def control_variants(records: Sequence[Record], rubric: Rubric) -> Iterator[Variant]:
    """Records whose response says nothing at all."""
    for record in records:
        if "response" in rubric.reads and record.response is not None:
            changed = _named(replace(record, response=NOTHING), record, CONTROL)
            yield Variant(changed, record.id, CONTROL, CONTROL, "response", NOTHING, replaced=True)


def corruption_variants(
    records: Sequence[Record], rubric: Rubric, families: Sequence[str], others: Sequence[Record], *, seed: int
) -> Iterator[Variant]:
    """Records spoilt so that the judge must notice: one of each family a record, where it has something to spoil."""
    for family in (name for name in CORRUPTIONS if name in families):
        field = "documents" if family in {"dropped_passage", "other_documents"} else "response"
        for record in records:
            changed = corrupted(record, family, rubric, others, _random(seed, f"{family}:{record.id}"))
            if changed is not None:
                yield Variant(_named(changed, record, family), record.id, family, family, field)


def document_variants(records: Sequence[Record], rubric: Rubric) -> Iterator[Variant]:
    """Records with their documents in reverse."""
    for record in records:
        if "documents" in rubric.reads and len(record.documents) > 1:
            changed = replace(record, documents=tuple(reversed(record.documents)))
            named = _named(changed, record, DOCUMENT_ORDER)
            yield Variant(named, record.id, DOCUMENT_ORDER, "reversed", "documents")


def _random(seed: int, what: str) -> Random:
    return Random(f"{seed}:{what}")  # noqa: S311 - it draws a sample, it keeps no secret


def _named(changed: Record, record: Record, what: str) -> Record:
    # The digest keeps apart what other lists, seeds and goals made of the same record.
    return replace(changed, id=f"{record.id}~{what}~{changed.digest()[:8]}")
