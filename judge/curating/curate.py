"""Curating: chosen records, without duplicates, become the next version of an evaluation data set."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from judge.assigning import assign
from judge.curating.duplicates import Seen, shingles
from judge.curating.names import Names
from judge.curating.reasons import contested, disliked, failing
from judge.curating.redaction import redact
from judge.errors import UsageError
from judge.store import datasets, editions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from judge.curating.reasons import Reasons
    from judge.records import Record
    from judge.run.selection import Condition
    from judge.store.database import Database
    from judge.store.datasets import Dataset
    from judge.store.editions import Edition, Entry

CHUNK = 300


@dataclass(frozen=True, slots=True)
class Rules:
    """What goes into an evaluation data set.

    Attributes:
        failing: Rubrics, or ``RUBRIC.CRITERION``, on which a record fails.
        contested: Those on which it is contested.
        disliked: Feedback at or below this; None to leave feedback alone.
        novel: Take questions that are less alike than this to any known one; None to leave novelty alone.
        where: Conditions that all must be met.
        limit: Most records to add; None for all.
        alike: Likeness from which a record counts as a duplicate of one that is there.
        splits: Split -> its share.
        ideal: Record id -> its ideal response.
        good_is_ideal: Whether a response that is failing nowhere is its own ideal where it has none.
        redact: Whether personal data of a known form are replaced.
        names: A spaCy model by which people's names are replaced too; None to leave them.
    """

    failing: tuple[str, ...] = ()
    contested: tuple[str, ...] = ()
    disliked: float | None = None
    novel: float | None = None
    where: tuple[Condition, ...] = ()
    limit: int | None = None
    alike: float = 0.8
    splits: Mapping[str, float] = field(default_factory=dict)
    ideal: Mapping[str, str] = field(default_factory=dict)
    good_is_ideal: tuple[str, ...] = ()
    redact: bool = False
    names: str | None = None

    def told(self) -> dict[str, Any]:
        """As they are kept with the edition; ideal responses by their number."""
        return {
            "failing": list(self.failing),
            "contested": list(self.contested),
            "disliked": self.disliked,
            "novel": self.novel,
            "where": [f"{each.field}{each.compare}{each.value}" for each in self.where],
            "limit": self.limit,
            "alike": self.alike,
            "splits": dict(self.splits),
            "ideal": len(self.ideal),
            "good_is_ideal": list(self.good_is_ideal),
            "redact": self.redact,
            "names": self.names,
        }


@dataclass(slots=True)
class Curated:
    """What became of the records that were looked at.

    Attributes:
        edition: The new version.
        carried: Records of the version before.
        added: New ones.
        duplicates: Chosen, but like one that is there.
        ideal: Records with an ideal response.
        redacted: Records whose texts were changed by redaction.
    """

    edition: Edition
    carried: int
    added: int
    duplicates: int
    ideal: int
    redacted: int


def curate(db: Database, source: Dataset, name: str, rules: Rules) -> Curated:
    """Make the next version of an evaluation data set: the one before, and what the rules choose from a source.

    Args:
        db: The database.
        source: Where records are chosen.
        name: The evaluation data set's name, without a version.
        rules: What is chosen, and how it is kept.

    Raises:
        UsageError: The name has a version or nothing is left.
        NotFoundError: There are no judgements of a rubric that the rules name.
    """
    if "@" in name or not name.strip():
        raise UsageError(
            f"{name!r} is no name", where="--into", hint="such as golden: versions are counted by themselves"
        )
    before = editions.latest(db, name)
    gathered = _Gathered(source, name, rules, _good(db, source, rules))
    for entry in editions.entries_of(db, before) if before is not None else []:
        gathered.carry(entry)
    carried = len(gathered.entries)
    for key, record, why in _chosen(db, source, rules):
        if rules.limit is not None and len(gathered.entries) - carried >= rules.limit:
            break
        gathered.take(key, record, why)
    entries, added = gathered.entries, len(gathered.entries) - carried
    if before is not None and not added and not rules.ideal:
        raise UsageError(
            f"nothing new for {name}: {gathered.duplicates} chosen records are like those of {before.dataset}",
            hint="choose others, or add ideal responses with --ideal",
        )
    counts = {"carried": carried, "added": added, "duplicates": gathered.duplicates, "redacted": gathered.redacted}
    edition = editions.add(db, name, entries, {"source": source.name, "rules": rules.told()} | counts)
    return Curated(edition, ideal=sum(entry.record.reference is not None for entry in entries), **counts)


class _Gathered:
    """The records of a version in the making."""

    def __init__(self, source: Dataset, name: str, rules: Rules, good: frozenset[int]) -> None:
        self._source, self._name, self._rules, self._good = source, name, rules, good
        self._names = Names(rules.names) if rules.names else None
        self._texts, self._questions = Seen(), Seen()
        self._ids: set[str] = set()
        self.entries: list[Entry] = []
        self.duplicates = 0
        self.redacted = 0

    def carry(self, entry: Entry) -> None:
        """A record of the version before."""
        self._texts.add(shingles(_text(entry.record)))
        self._questions.add(shingles(entry.record.question or ""))
        self._keep(entry)

    def take(self, key: int, record: Record, why: tuple[str, ...]) -> None:
        """A chosen record, unless it is like one that is there or not as new as was asked for."""
        rules, text, asked = self._rules, shingles(_text(record)), shingles(record.question or "")
        if rules.novel is not None and self._questions.like(asked, rules.novel):
            return
        if self._texts.like(text, rules.alike):
            self.duplicates += 1
            return
        self._texts.add(text)
        self._questions.add(asked)
        kept = redact(record, self._names) if rules.redact else record
        changed = kept.digest() != record.digest()
        self.redacted += changed
        if kept.id in self._ids:
            kept = replace(kept, id=f"{self._source.name}:{record.id}")
        if key in self._good and kept.reference is None:
            kept = replace(kept, reference=kept.response)
        reasons = why if rules.novel is None else (*why, "novel")
        self._keep(editions.Entry(kept, key, reasons, _split(record, self._name, rules), changed))

    def _keep(self, entry: Entry) -> None:
        ideal = self._rules.ideal.get(entry.record.id)
        if ideal is not None:
            entry = replace(entry, record=replace(entry.record, reference=ideal))
        self._ids.add(entry.record.id)
        self.entries.append(entry)


def _chosen(db: Database, source: Dataset, rules: Rules) -> Iterator[tuple[int, Record, tuple[str, ...]]]:
    """The records that meet all conditions and have one of the reasons, if any was asked for."""
    asked = [failing(db, source, rules.failing), contested(db, source, rules.contested)]
    if rules.disliked is not None:
        asked.append(disliked(db, source, rules.disliked))
    reasons: Reasons = {}
    for found in asked:
        for key, why in found.items():
            reasons.setdefault(key, []).extend(why)
    choosy = bool(rules.failing or rules.contested or rules.disliked is not None)
    for chunk in datasets.chunks(db, source):
        for key, record in chunk:
            if (key in reasons or not choosy) and all(condition.meets(record) for condition in rules.where):
                yield key, record, tuple(reasons.get(key, ("chosen",)))


def _good(db: Database, source: Dataset, rules: Rules) -> frozenset[int]:
    """Records that fail on none of the rubrics by which a good response is its own ideal."""
    if not rules.good_is_ideal:
        return frozenset()
    bad = failing(db, source, rules.good_is_ideal)
    return frozenset(key for chunk in datasets.chunks(db, source) for key, _ in chunk if key not in bad)


def _text(record: Record) -> str:
    return f"{record.question or ''}\n{record.response or ''}\n{record.rival or ''}"


def _split(record: Record, name: str, rules: Rules) -> str | None:
    """The side of a split: the same for all records of a group, conversation or question, in every version."""
    if not rules.splits:
        return None
    shared = record.group or record.conversation or " ".join((record.question or "").casefold().split()) or record.id
    return assign(shared, f"split of {name}", rules.splits)


def answer(db: Database, edition: Edition, responses: Mapping[str, str], version: str) -> Dataset:
    """An edition's questions with the responses of another version of the system: what a regression test judges.

    Args:
        db: The database.
        edition: The edition.
        responses: Record id -> the new response.
        version: The version that answered; the data set is called ``NAME@VERSION/this``.

    Raises:
        UsageError: A response is for no record of the edition, or a record has none.
    """
    entries = editions.entries_of(db, edition)
    known = {entry.record.id for entry in entries}
    strange, missing = sorted(set(responses) - known), sorted(known - set(responses))
    if strange:
        raise UsageError(f"{edition.dataset} has no record {strange[0]!r}", hint="ids as in `judge export records`")
    if missing:
        raise UsageError(f"{len(missing)} records have no response, the first is {missing[0]!r}")
    dataset = datasets.ensure(db, f"{edition.dataset}/{version}")
    made = [
        replace(
            entry.record,
            response=responses[entry.record.id],
            model_version=version,
            feedback=None,
            latency=None,
            prompt_tokens=None,
            completion_tokens=None,
            time=None,
        )
        for entry in entries
    ]
    added, _ = datasets.add(db, dataset, made)
    if added.conflicts:
        raise UsageError(
            f"{dataset.name} has other responses already, such as for {added.conflicts[0]!r}",
            where="--as",
            hint="name the version anew",
        )
    return dataset
