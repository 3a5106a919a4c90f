"""Pairing: what the records of the sides share, found from the data or told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from judge.comparing.traits import KINDS, NOTHING
from judge.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from judge.comparing.traits import Traits

AUTO: Final = "auto"
APART: Final = "no"

ENOUGH: Final = 0.5
"""Share of the smaller side's records that must have a partner before the sides count as paired."""


@dataclass(frozen=True, slots=True)
class Pairing:
    """How the sides hang together.

    Attributes:
        kind: What makes a pair, or ``no`` where nothing does.
        shared: Things of that kind that all sides have.
        clusters: For each side, the number of the cluster that each of its records belongs to; None where every record
            is on its own.
    """

    kind: str
    shared: int
    clusters: tuple[NDArray[np.int64], ...] | None

    @property
    def paired(self) -> bool:
        """Whether the sides share anything."""
        return self.kind != APART


def pair(sides: Sequence[Traits], by: str = AUTO) -> Pairing:
    """Find what the sides share.

    Records belong to one cluster where they share what makes a pair, or a conversation of their own side, or others do
    so that lie between them: whatever one record's chance moves then moves whole clusters.

    Args:
        sides: The records of each side.
        by: ``auto``: the first of record id, question, group and conversation that half of the smaller side's records
            share with the other; ``no``: the sides are taken as independent; else the field that makes a pair.

    Raises:
        UsageError: The field that was named is shared by no two records of the sides.
    """
    kind = _found(sides) if by == AUTO else by
    if by not in {AUTO, APART} and not _shared(sides, kind).size:
        raise UsageError(
            f"the sides share no {kind}", where="--pair-by", hint="leave it out to see what they share, or say `no`"
        )
    talks = any(_repeats(side.marks["conversation"]) for side in sides)
    if kind == APART and not talks:
        return Pairing(APART, 0, None)
    shared = _shared(sides, kind).size if kind != APART else 0
    return Pairing(kind, int(shared), _clusters(sides, None if kind == APART else kind))


def _found(sides: Sequence[Traits]) -> str:
    for kind in KINDS:
        least = 1.0
        for place, side in enumerate(sides):
            for other in sides[place + 1 :]:
                small, large = sorted((side.marks[kind], other.marks[kind]), key=len)
                least = min(least, float(np.mean(np.isin(small, large) & (small != NOTHING))) if small.size else 0.0)
        if least >= ENOUGH:
            return kind
    return APART


def _shared(sides: Sequence[Traits], kind: str) -> NDArray[np.int64]:
    common = sides[0].marks[kind]
    for side in sides[1:]:
        common = np.intersect1d(common, side.marks[kind])
    return np.unique(common[common != NOTHING])


def _repeats(marks: NDArray[np.int64]) -> bool:
    some = marks[marks != NOTHING]
    return bool(np.unique(some).size < some.size)


def _clusters(sides: Sequence[Traits], kind: str | None) -> tuple[NDArray[np.int64], ...]:
    from scipy.sparse import coo_array  # noqa: PLC0415 - only where records hang together
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415 - as above

    sizes = [side.keys.size for side in sides]
    total = sum(sizes)
    rows = np.arange(total)
    # A graph of records and of the things they have: two records with the same thing are connected through it.
    edges = [_things(np.concatenate([_of_side(side, place) for place, side in enumerate(sides)]))]
    if kind is not None:
        edges.append(_things(np.concatenate([side.marks[kind] for side in sides])))
    start, ends, at = total, [], []
    for things in edges:
        known = things >= 0
        at.append(rows[known])
        ends.append(start + things[known])
        start += int(things.max(initial=-1)) + 1
    heads, tails = np.concatenate(at), np.concatenate(ends)
    graph = coo_array((np.ones(heads.size, dtype=np.int8), (heads, tails)), shape=(start, start))
    found = connected_components(graph, directed=False)[1][:total].astype(np.int64)
    return tuple(np.split(found, np.cumsum(sizes)[:-1]))


def _of_side(side: Traits, place: int) -> NDArray[np.int64]:
    """Conversations, apart from those of the same name on another side."""
    marks = side.marks["conversation"]
    return np.where(marks == NOTHING, NOTHING, marks ^ np.int64(place + 1))


def _things(marks: NDArray[np.int64]) -> NDArray[np.int64]:
    """Numbers from 0 for the things, -1 where there is none."""
    names, codes = np.unique(marks, return_inverse=True)
    none = np.flatnonzero(names == NOTHING)
    things = codes.astype(np.int64)
    return np.where(things == none[0], -1, things) if none.size else things
