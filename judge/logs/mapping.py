"""Mappings: where in a row each field of a record stands, as the user says it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from judge.errors import LogError
from judge.logs.aliases import ALIASES
from judge.logs.entry import Unreadable
from judge.logs.strict import parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FIELDS: Final = (
    *(name for name in ALIASES if name != "criterion"),
    "latency_ms",
    "latency_us",
    "latency_ns",
    "criterion",
)
"""What ``--map FIELD=COLUMN`` may name, besides ``labels.RATER``, ``outputs.JUDGE`` and ``metadata.KEY``."""

MISSING: Final = object()
"""What a path finds where there is nothing."""

_PREFIXES: Final = ("labels", "outputs", "metadata")
_CRITERION: Final = re.compile(r"(.+):([a-z][a-z0-9_]{0,39})")
_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Column:
    """Where one rater's or judge's scores stand.

    Attributes:
        name: The rater or judge.
        criterion: What they answer, where the mapping says so.
        path: The column.
    """

    name: str
    criterion: str | None
    path: str


@dataclass(slots=True)
class FieldMap:
    """A checked ``--map``.

    Attributes:
        fields: Record field -> path; an empty path keeps the field from being read at all.
        labels: The columns of raters.
        outputs: The columns of judges elsewhere.
        metadata: Key -> path.
        unseen: The paths that no row had so far.
        columns: The columns seen so far, for the error that a wrong path ends in.
    """

    fields: dict[str, str] = field(default_factory=dict)
    labels: list[Column] = field(default_factory=list)
    outputs: list[Column] = field(default_factory=list)
    metadata: dict[str, str] = field(default_factory=dict)
    unseen: set[str] = field(default_factory=set)
    columns: dict[str, None] = field(default_factory=dict)

    def find(self, row: dict[str, Any], path: str) -> Any:
        """What stands at a path of a row, or `MISSING`."""
        value = find(row, path)
        if self.unseen:
            if value is not MISSING:
                self.unseen.discard(path)
            if len(self.columns) < _SHOWN:
                self.columns.update(dict.fromkeys(row))
        return value

    def refuse_unseen(self, name: str, columns: Iterable[str] | None = None) -> None:
        """Say which path is in no row.

        Args:
            name: The file.
            columns: Its columns, where they are known before the rows; a path must then begin with one of them.

        Raises:
            LogError: There is such a path.
        """
        known = list(self.columns if columns is None else columns)
        for path in sorted(self.unseen):
            if columns is None or not (path in known or path.split(".")[0] in known):
                shown = ", ".join(known[:_SHOWN]) + (", ..." if len(known) > _SHOWN else "")
                raise LogError(
                    f"--map names {path!r}, which is in no row", where=name, hint=f"the columns are: {shown}"
                )


def read_mapping(mapping: Mapping[str, str] | None) -> FieldMap:
    """Check what the user says.

    Args:
        mapping: Field -> column, or dotted path into nested values (``choices.0.message.content``).

    Raises:
        LogError: A key is no field of a record.
    """
    checked = FieldMap()
    for key, path in (mapping or {}).items():
        prefix, dot, rest = key.partition(".")
        if dot and rest and prefix in _PREFIXES:
            _add(checked, prefix, rest, path)
        elif key in FIELDS:
            checked.fields[key] = path
        else:
            allowed = ", ".join((*FIELDS, "labels.RATER", "outputs.JUDGE", "metadata.KEY"))
            raise LogError(f"--map names {key!r}, which is no field of a record", hint=f"allowed: {allowed}")
        if path:
            checked.unseen.add(path)
    return checked


def _add(checked: FieldMap, prefix: str, rest: str, path: str) -> None:
    if prefix == "metadata":
        checked.metadata[rest] = path
        return
    found = _CRITERION.fullmatch(rest)
    name, criterion = found.groups() if found else (rest, None)
    (checked.labels if prefix == "labels" else checked.outputs).append(Column(name, criterion, path))


def find(row: dict[str, Any], path: str) -> Any:
    """What stands at a dotted path, or `MISSING`.

    A column whose own name has dots goes first. A number counts into a list from 0 (or from its end, below 0); any
    other step into a list of objects picks the first whose `name` or `key` it is. JSON in a text is looked into.
    """
    if path in row:
        return row[path]
    value: Any = row
    for step in path.split("."):
        value = _step(value, step)
        if value is MISSING:
            return MISSING
    return value


def _step(value: Any, step: str) -> Any:
    if isinstance(value, str) and value.lstrip()[:1] in {"{", "["}:
        try:
            value = parse(value)
        except Unreadable:
            return MISSING
    if isinstance(value, dict):
        return value.get(step, MISSING)
    if not isinstance(value, list):
        return MISSING
    if step.lstrip("-").isdecimal():
        place = int(step)
        return value[place] if -len(value) <= place < len(value) else MISSING
    named = (e for e in value if isinstance(e, dict) and step in (e.get("name"), e.get("key")))
    return next(named, MISSING)


def without(row: dict[str, Any], path: str) -> dict[str, Any]:
    """A row without what stands at a path; containers that it empties are left out too, lists stay whole."""
    if path in row:
        return {key: value for key, value in row.items() if key != path}
    step, _, rest = path.partition(".")
    inner = row.get(step)
    if not rest or not isinstance(inner, dict):
        return row
    kept = without(inner, rest)
    return {key: kept if key == step else value for key, value in row.items() if key != step or kept}
