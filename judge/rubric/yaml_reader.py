"""YAML as rubrics use it: plain data with the place of every key, and everything that surprises people refused."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import yaml

from judge.errors import RubricError
from judge.rubric.hidden_text import show_hidden

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yaml.events import Event

Path = tuple[str | int, ...]
"""Where a value stands: keys and list positions from the outside in."""

MAX_BYTES: Final = 256 * 1024
MAX_DEPTH: Final = 20
MAX_WORD: Final = 40
"""Longer plain text is text, whatever it looks like; it also bounds the time the patterns below can take."""

_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_UNPRINTABLE: Final = re.compile("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_INTEGER: Final = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})\Z")
_NUMBER: Final = re.compile(r"[-+]?(0|[1-9][0-9]*)?\.?[0-9]+([eE][-+]?[0-9]{1,3})?\Z")
_EMPTY_HINT: Final = "write a value, or leave the key out"
_BOOLEANS: Final = {"true": True, "false": False}
"""The two spellings that every YAML reader takes for the same."""

_SURPRISES: Final = (
    (re.compile(r"(?i:y|yes|n|no|on|off|true|false)\Z"), "a boolean", ""),
    (re.compile(r"(?i:~|null)\Z"), "nothing at all", _EMPTY_HINT),
    (re.compile(r"[-+]?0[0-7_]+\Z|[-+]?0[oO][0-7_]+\Z"), "an octal number", ""),
    (re.compile(r"[-+]?0[xX][0-9a-fA-F_]+\Z|[-+]?0[bB][01_]+\Z"), "a hexadecimal or binary number", ""),
    (re.compile(r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?\Z"), "a number in base 60", ""),
    (re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ].*)?\Z"), "a date", ""),
    (re.compile(r"[-+]?\.(?i:inf|nan)\Z"), "infinity or not a number", ""),
    (re.compile(r"[-+]?[0-9][0-9_]*_[0-9_]*(\.[0-9_]*)?\Z|[-+]?[0-9]{19,}\Z"), "a number", ""),
    (re.compile(r"<<\Z"), "a merge key", "write the keys out where they belong"),
    (re.compile(r"=\Z"), "a default value", ""),
)
"""Plain words that some YAML reader takes for something else than the text they are."""


@dataclass(frozen=True, slots=True)
class Place:
    """A line and column of a file, both from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class YamlFile:
    """What a YAML file holds.

    Attributes:
        name: The file, as messages call it.
        content: Mappings, lists, strings and numbers.
        keys: Where the key (or list item) of each path stands.
        values: Where its value starts.
        literals: Paths of values in block style (``|``), whose text starts on the line after.
    """

    name: str
    content: Any
    keys: dict[Path, Place] = field(default_factory=dict)
    values: dict[Path, Place] = field(default_factory=dict)
    literals: set[Path] = field(default_factory=set)

    def where(self, path: Path) -> str:
        """File, line, column and key path of a value, or of the nearest thing around it that the file has."""
        known = path
        while known and known not in self.keys:
            known = known[:-1]
        place = self.keys.get(known, Place(1, 1))
        key = spell(path)
        return f"{self.name}:{place.line}:{place.column}" + (f": {key}" if key else "")


def spell(path: Path) -> str:
    """A path as messages spell it: ``criteria[0].scale.values``."""
    spelled = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return spelled.removeprefix(".")


def read_yaml(data: bytes, name: str, *, booleans: bool = False) -> YamlFile:
    """What the bytes of a YAML file hold.

    Aliases, anchors, tags, directives, several documents, duplicate keys, deep nesting and plain words that some YAML
    reader takes for a boolean, a date or another number are refused, each with what to write instead.

    Args:
        data: The file's bytes.
        name: The file, as messages call it.
        booleans: Whether a value may be a plain ``true`` or ``false``; no rubric has one, a watch does.

    Raises:
        RubricError: The file is not what it should be; the message names line and column.
    """
    if len(data) > MAX_BYTES:
        raise RubricError(f"the file is larger than the {MAX_BYTES:,} bytes that are allowed", where=name)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        message = f"not UTF-8: byte 0x{data[error.start]:02x} at position {error.start}"
        raise RubricError(message, where=f"{name}:{line}", hint="save the file as UTF-8") from error
    _refuse_unprintable(text, name)
    reading = _Reading(YamlFile(name, None), booleans=booleans)
    try:
        content = reading.document(yaml.parse(text, Loader=_LOADER))
    except yaml.MarkedYAMLError as error:
        raise _syntax_error(error, name) from error
    return YamlFile(name, content, reading.file.keys, reading.file.values, reading.file.literals)


def _refuse_unprintable(text: str, name: str) -> None:
    found = _UNPRINTABLE.search(text)
    if found:
        line = text.count("\n", 0, found.start()) + 1
        column = found.start() - text.rfind("\n", 0, found.start())
        message = f"the character U+{ord(found.group()):04X} may not stand in YAML"
        raise RubricError(message, where=f"{name}:{line}:{column}", hint="remove it")


def _syntax_error(error: yaml.MarkedYAMLError, name: str) -> RubricError:
    mark = error.problem_mark or error.context_mark
    where = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else name
    problem = error.problem or "unreadable"
    context = f" {error.context}" if error.context else ""
    hint = None
    if "cannot start any token" in problem:
        hint = "indent with spaces, not tabs, and put quotation marks around text that starts with a special character"
    elif "mapping values are not allowed" in problem or "simple key" in f"{problem}{context}":
        hint = 'put quotation marks around text that holds a colon: "like: this"'
    return RubricError(f"not YAML: {problem}{context}", where=where, hint=hint)


def _around(shown: str) -> str:
    """A few words around the first character that was made visible."""
    place = shown.find("⟦")
    return " ".join(shown[max(place - 20, 0) : place + 30].split())


class _Reading:
    """One pass over the events of a file; nothing is built before it is known to be allowed."""

    def __init__(self, file: YamlFile, *, booleans: bool) -> None:
        self.file = file
        self.booleans = booleans

    def document(self, events: Iterator[Event]) -> Any:
        content: Any = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self._refused(event, "a second YAML document starts here; a rubric is one", "remove `---`")
                if event.version or event.tags:
                    raise self._refused(event, "a YAML directive", "remove the line that starts with %")
            elif isinstance(event, yaml.NodeEvent):
                content = self._node(event, events, ())
        if not documents:
            raise RubricError("the file is empty", where=self.file.name, hint="judge rubrics new NAME writes one")
        return content

    def _node(self, event: Event, events: Iterator[Event], path: Path) -> Any:
        self._check(event, path)
        self.file.values[path] = self._place(event)
        self.file.keys.setdefault(path, self._place(event))
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, path)
        if len(path) >= MAX_DEPTH:
            raise self._refused(event, f"nested deeper than {MAX_DEPTH} levels", None, path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(events, path)
        return self._mapping(events, path)

    def _sequence(self, events: Iterator[Event], path: Path) -> list[Any]:
        items: list[Any] = []
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            items.append(self._node(event, events, (*path, len(items))))
        return items

    def _mapping(self, events: Iterator[Event], path: Path) -> dict[Any, Any]:
        content: dict[Any, Any] = {}
        spelled: set[str] = set()
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            self._check(event, path)
            if not isinstance(event, yaml.ScalarEvent):
                raise self._refused(event, "a list or mapping stands where a key should be", None, path)
            key = self._scalar(event, path, what="key")
            below = (*path, str(key))
            if str(key) in spelled:
                first = self.file.keys[below]
                message = f"the key {key!r} is written twice, first on line {first.line}"
                raise self._refused(event, message, "keep one of them", path)
            spelled.add(str(key))
            self.file.keys[below] = self._place(event)
            content[key] = self._node(next(events), events, below)
        return content

    def _scalar(self, event: yaml.ScalarEvent, path: Path, what: str = "value") -> str | int | float | bool:
        text: str = event.value
        hidden = show_hidden(text)
        if hidden[1]:
            words = " and ".join(hidden[1])
            message = f"the {what} holds hidden characters ({words}), which raters would not see"
            raise self._refused(event, message, f"remove what stands between ⟦⟧: {_around(hidden[0])}", path)
        if event.style == "|":
            self.file.literals.add(path)
        if event.style:
            return text
        if not text:
            raise self._refused(event, f"the {what} is empty", _EMPTY_HINT, path)
        if len(text) > MAX_WORD:
            return text
        if self.booleans and what == "value" and text in _BOOLEANS:
            return _BOOLEANS[text]
        for pattern, kind, hint in _SURPRISES:
            if pattern.match(text):
                message = f"the {what} {text} without quotation marks is {kind} to some YAML readers"
                raise self._refused(event, message, hint or f'write "{text}"', path)
        if _INTEGER.match(text):
            return int(text)
        return float(text) if _NUMBER.match(text) else text

    def _check(self, event: Event, path: Path) -> None:
        if isinstance(event, yaml.AliasEvent):
            message = f"the alias *{event.anchor}; aliases are not allowed"
            raise self._refused(event, message, "write the value out where it is used", path)
        anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
        if anchor:
            message = f"the anchor &{anchor}; anchors are not allowed"
            raise self._refused(event, message, "remove it, and write values out where they are used", path)
        if tag:
            hint = "remove it; quotation marks make any value a text"
            raise self._refused(event, f"the tag {tag}; tags are not allowed", hint, path)

    def _refused(self, event: Event, message: str, hint: str | None, path: Path = ()) -> RubricError:
        place, key = self._place(event), spell(path)
        where = f"{self.file.name}:{place.line}:{place.column}" + (f": {key}" if key else "")
        return RubricError(message, where=where, hint=hint)

    @staticmethod
    def _place(event: Event) -> Place:
        mark = event.start_mark
        return Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)
