"""The mix of questions: whether the sides were asked the same kinds, and weights that make their mix the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from judge.errors import UsageError
from judge.records import field_of
from judge.stats.homogeneity import same_mix
from judge.stats.intervals import Refused
from judge.stats.multiplicity import adjusted
from judge.stats.strata import MIN_RATINGS, NEGLIGIBLE
from judge.store import datasets

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from judge.comparing.pairing import Pairing
    from judge.comparing.side import Side
    from judge.comparing.traits import Traits
    from judge.records import Record
    from judge.store.database import Database

    Floats = NDArray[np.float64]
    Names = NDArray[np.object_]

NONE: Final = "(none)"
LENGTH: Final = "length of the question"
FALSE_ALARMS: Final = 0.01
"""Chance that sides with the same mix are said to differ in any field."""

MOST_VALUES: Final = 50
LOOKED_AT: Final = 500
TOLD: Final = 3


@dataclass(frozen=True, slots=True)
class Difference:
    """A field in which the sides were asked differently.

    Attributes:
        field: The field, or `LENGTH`.
        p: The p-value, adjusted over all fields that were looked at.
        values: The values that differ most, each with its share on every side.
    """

    field: str
    p: float
    values: tuple[tuple[str, tuple[float, ...]], ...]

    @property
    def adjustable(self) -> bool:
        """Whether `--adjust` can take it out."""
        return self.field != LENGTH


@dataclass(frozen=True, slots=True)
class Mix:
    """One mix for all sides: the mean of their shares, over the kinds that all of them have.

    Attributes:
        fields: What the kinds are made of.
        shares: Kind -> its share.
        kinds: Each side's records by kind, shape (N,) each.
        left_out: Records of each side that count for nothing, since another side lacks their kind.
    """

    fields: tuple[str, ...]
    shares: dict[str, float]
    kinds: tuple[Names, ...]
    left_out: tuple[int, ...]

    def weights(self, place: int, items: NDArray[np.intp]) -> Floats:
        """How much each of some records counts for them to have the mix; 0 for a kind that another side lacks.

        Args:
            place: The side's place.
            items: Places of the records among the side's: those that were judged.
        """
        names, codes, counts = np.unique(self.kinds[place][items].astype(str), return_inverse=True, return_counts=True)
        wanted = np.array([self.shares.get(name, 0.0) for name in names.tolist()])
        found: Floats = (wanted * len(items) / counts)[codes]
        return found

    def too_thin(self, place: int, name: str, rated: NDArray[np.intp]) -> Refused | None:
        """Why a side's ratings do not speak for the mix: a kind that matters has under 5 of them.

        Args:
            place: The side's place.
            name: Its name.
            rated: Places of the rated records among the side's.
        """
        given = self.kinds[place][rated]
        lacking = {
            kind: MIN_RATINGS - int((given == kind).sum()) for kind, share in self.shares.items() if share > NEGLIGIBLE
        }
        lacking = {kind: n for kind, n in lacking.items() if n > 0}
        if not lacking:
            return None
        what = ", ".join(f"{n} more of {kind!r}" for kind, n in lacking.items())
        reason = f"on {name}, people rated too few records to adjust by {' and '.join(self.fields)}"
        return Refused(reason, f"rate {what}", "corrected B minus A, adjusted", sum(lacking.values()))


def one_mix(db: Database, sides: Sequence[Side], fields: Sequence[str]) -> Mix:
    """Weights that give all sides one mix of what some fields hold (direct standardisation).

    Args:
        db: The database.
        sides: The sides.
        fields: The fields; several are crossed.

    Raises:
        UsageError: No record has such a field, or the sides share no value.
    """
    read = [_values(db, side, fields) for side in sides]
    for field in fields:
        if all((columns[field] == NONE).all() for columns in read):
            raise UsageError(f"no record has {field!r}", where="--adjust", hint="segment, or a key of the metadata")
    kinds = [np.array([" · ".join(row) for row in zip(*(c[f] for f in fields), strict=True)], object) for c in read]
    counted = [dict(zip(*np.unique(each.astype(str), return_counts=True), strict=True)) for each in kinds]
    shared = sorted(set.intersection(*(set(each) for each in counted)))
    if not shared:
        raise UsageError(f"the sides share no value of {' and '.join(fields)}", where="--adjust")
    sizes = [sum(each[kind] for kind in shared) for each in counted]
    mine = [{kind: each[kind] / size for kind in shared} for each, size in zip(counted, sizes, strict=True)]
    shares = {str(kind): float(np.mean([each[kind] for each in mine])) for kind in shared}
    left = tuple(sum(each.values()) - size for each, size in zip(counted, sizes, strict=True))
    return Mix(tuple(fields), shares, tuple(kinds), tuple(map(int, left)))


def differences(
    db: Database, sides: Sequence[Side], traits: Sequence[Traits], pairing: Pairing
) -> tuple[Difference, ...]:
    """The fields in which unpaired sides were asked differently, at a chance of `FALSE_ALARMS` for any false one.

    Looked at are the segment, metadata of few values, and how long the questions are. A field whose values are all on
    one side only names the version and is no mix.
    """
    fields = sorted({field for side in sides for field in _candidates(db, side)})
    read = [_values(db, side, [*fields, LENGTH]) for side in sides]
    kept = {field: [columns[field] for columns in read] for field in fields}
    kept = {field: columns for field, columns in kept.items() if _is_mix(columns)}
    kept[LENGTH] = _fifths([columns[LENGTH] for columns in read])
    clusters = _talks(traits) if pairing.clusters is not None else None
    p = adjusted([same_mix([each.astype(str) for each in columns], clusters) for columns in kept.values()])
    return tuple(
        Difference(field, float(value), _most(columns))
        for (field, columns), value in zip(kept.items(), p, strict=True)
        if value <= FALSE_ALARMS
    )


def _records(db: Database, side: Side) -> Iterator[Record]:
    for chunk in datasets.chunks(db, side.dataset):
        yield from (record for _, record in chunk if all(condition.meets(record) for condition in side.conditions))


def _values(db: Database, side: Side, fields: Sequence[str]) -> dict[str, Names]:
    """Field -> its value on each record of the side as text, in the order of their keys."""
    columns: dict[str, list[Any]] = {field: [] for field in fields}
    for record in _records(db, side):
        for field, column in columns.items():
            value = len(record.question or "") if field == LENGTH else field_of(record, field)
            column.append(value if field == LENGTH else NONE if value is None else str(value))
    return {field: np.array(column, dtype=np.object_) for field, column in columns.items()}


def _candidates(db: Database, side: Side) -> set[str]:
    """The segment, and metadata keys that hold one plain value; those that the side's own conditions name are not."""
    found = {"segment"}
    for place, record in enumerate(_records(db, side)):
        found |= {key for key, value in record.metadata.items() if isinstance(value, str | bool | int)}
        if place >= LOOKED_AT:
            break
    return found - {condition.field.removeprefix("metadata.") for condition in side.conditions}


def _is_mix(columns: Sequence[Names]) -> bool:
    values = [set(each.tolist()) for each in columns]
    return 2 <= len(set.union(*values)) <= MOST_VALUES and bool(set.intersection(*values))  # noqa: PLR2004 - two kinds


def _fifths(lengths: Sequence[Names]) -> list[Names]:
    """Which fifth of all questions each is in by its length, named by its characters."""
    numbers = [each.astype(np.float64) for each in lengths]
    cuts = np.unique(np.quantile(np.concatenate(numbers), [0.2, 0.4, 0.6, 0.8]))
    names = [f"up to {cut:g} characters" for cut in cuts] + [f"over {cuts[-1]:g} characters"]
    return [np.array([names[place] for place in np.searchsorted(cuts, each)], dtype=np.object_) for each in numbers]


def _talks(traits: Sequence[Traits]) -> list[NDArray[np.int64]]:
    """What records of each side hang together by: their conversation, else nothing; no name is on two sides."""
    found, start = [], 0
    for side in traits:
        marks = side.marks["conversation"]
        alone = np.arange(marks.size, dtype=np.int64)
        number = np.unique(np.where(marks == 0, alone, marks), return_inverse=True)[1].astype(np.int64)
        found.append(number + start)
        start += int(number.max(initial=-1)) + 1
    return found


def _most(columns: Sequence[Names]) -> tuple[tuple[str, tuple[float, ...]], ...]:
    values = sorted({value for column in columns for value in column.tolist()})
    shares = [(value, tuple(float(np.mean(column == value)) for column in columns)) for value in values]
    return tuple(sorted(shares, key=lambda each: min(each[1]) - max(each[1]))[:TOLD])
