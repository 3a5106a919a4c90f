"""Selections: which records of a data set a run is about."""

from __future__ import annotations

import hashlib
import heapq
import operator
import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from judge.errors import UsageError
from judge.records import Record, field_of
from judge.store import datasets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import ColumnElement

    from judge.store.database import Database
    from judge.store.datasets import Dataset

Chunk = list[tuple[int, Record]]

_COMPARE: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "~": lambda found, wanted: str(wanted) in str(found),
}
_CONDITION = re.compile(r"^\s*([\w.\-]+)\s*(!=|<=|>=|=|<|>|~)\s*(.*?)\s*$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Condition:
    """One ``--where``: a field, how to compare, and with what.

    A field is one of the record's own, or a key of its metadata (dotted for nested keys). Numbers compare as numbers,
    times as ISO 8601 text, everything else as text; a record without the field meets only ``!=``.
    """

    field: str
    compare: str
    value: str

    @classmethod
    def parse(cls, text: str) -> Condition:
        """Read ``FIELD=VALUE`` (also ``!= < <= > >=``, and ``~`` for "contains").

        Raises:
            UsageError: The text is no condition.
        """
        match = _CONDITION.match(text)
        if match is None:
            raise UsageError(
                f"{text!r} is no condition", where="--where", hint="write FIELD=VALUE, also with != < <= > >= or ~"
            )
        return cls(*match.groups())

    def meets(self, record: Record) -> bool:
        """Whether a record meets it."""
        found = field_of(record, self.field)
        if found is None:
            return self.compare == "!="
        wanted: Any = self.value
        if isinstance(found, bool):
            found = str(found).lower()
        elif isinstance(found, int | float):
            try:
                wanted = float(self.value)
            except ValueError:
                found = str(found)
        else:
            found = str(found)
        return _COMPARE[self.compare](found, wanted)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which records, in which order they come.

    Attributes:
        where: Conditions that all must be met.
        sample: Draw this many at random; None for all.
        seed: Seed of the draw; the same seed draws the same records, wherever they are.
        limit: Take at most this many, from the first; None for all.
        only: Row keys among which the records must be; None for any.
    """

    where: tuple[Condition, ...] = ()
    sample: int | None = None
    seed: int = 0
    limit: int | None = None
    only: frozenset[int] | None = None

    def canonical(self) -> dict[str, Any]:
        """As it is kept with the run."""
        return asdict(self) | {"only": sorted(self.only) if self.only is not None else None}

    def chunks(self, db: Database, dataset: Dataset, *, but: ColumnElement[bool] | None = None) -> Iterator[Chunk]:
        """The chosen records, a few hundred at a time.

        Args:
            db: The database.
            dataset: The data set.
            but: A condition on records that may be passed over; under a limit, which counts them, they come all the
                same.
        """
        chosen = self._drawn(db, dataset) if self.sample is not None else None
        left = self.limit
        for chunk in self._held(db, dataset, but if left is None else None):
            kept = [(key, record) for key, record in chunk if self._keeps(key, record, chosen)][:left]
            if kept:
                yield kept
            if left is not None:
                left -= len(kept)
                if left <= 0:
                    return

    def _held(self, db: Database, dataset: Dataset, but: ColumnElement[bool] | None) -> Iterator[Chunk]:
        if self.only is None or self.sample is not None:
            yield from datasets.chunks(db, dataset, but=but)
            return
        # A few records of a million are fetched by their keys rather than found by reading all.
        keys = sorted(self.only)
        for start in range(0, len(keys), datasets.CHUNK):
            yield sorted(datasets.fetch(db, keys[start : start + datasets.CHUNK]).items())

    def counts(self, db: Database, dataset: Dataset) -> Iterator[int]:
        """How many records it chooses, in parts that add up: with conditions, counting takes a while."""
        if not self.where and self.only is None:
            total = datasets.count(db, dataset)
            caps = [cap for cap in (self.sample, self.limit) if cap is not None]
            yield min([total, *caps])
        else:
            yield from (len(chunk) for chunk in self.chunks(db, dataset))

    def _keeps(self, key: int, record: Record, chosen: set[int] | None) -> bool:
        return key in chosen if chosen is not None else self._admits(key, record)

    def _admits(self, key: int, record: Record) -> bool:
        return (self.only is None or key in self.only) and all(condition.meets(record) for condition in self.where)

    def _drawn(self, db: Database, dataset: Dataset) -> set[int]:
        # The records with the smallest seeded hashes are a simple random draw that needs memory only for itself.
        drawn: list[tuple[int, int]] = []
        for chunk in datasets.chunks(db, dataset):
            for key, record in chunk:
                if not self._admits(key, record):
                    continue
                rank = -int.from_bytes(hashlib.blake2b(f"{self.seed}:{record.id}".encode(), digest_size=8).digest())
                if len(drawn) < (self.sample or 0):
                    heapq.heappush(drawn, (rank, key))
                elif drawn and rank > drawn[0][0]:
                    heapq.heapreplace(drawn, (rank, key))
        return {key for _, key in drawn}
