"""Templates: the words around the material, compiled in a sandbox from rubric files only."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jinja2 import Template

FOLDER: Final = Path(__file__).with_name("templates")

FILTERS: Final = ("capitalize", "join", "length", "lower", "title", "trim", "upper")
"""The filters that a template may use: none of them loops without bound or reads what it was not given."""

TESTS: Final = ("defined", "undefined")


class TooLargeError(Exception):
    """A template writes more than it may."""


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced piece of material in the hands of a template: it can be shown and named, not taken apart."""

    name: str
    fenced: str

    def __str__(self) -> str:
        return self.fenced


class Blocks(tuple[Block, ...]):
    """The blocks of one field: shown one after the other, or looped over."""

    __slots__ = ()

    def __str__(self) -> str:
        return "\n\n".join(str(block) for block in self)


class Metadata:
    """The metadata fields that a rubric reads, by key; shown, all blocks below that key."""

    __slots__ = ("_blocks", "_keys")

    def __init__(self) -> None:
        self._blocks: list[Block] = []
        self._keys: dict[str, Metadata] = {}

    def add(self, keys: Sequence[str], blocks: Blocks) -> None:
        """Hang the blocks of ``metadata.KEY.KEY`` under their keys."""
        self._blocks.extend(blocks)
        if keys:
            self._keys.setdefault(keys[0], Metadata()).add(keys[1:], blocks)

    def __getitem__(self, key: str) -> Metadata:
        return self._keys[key]

    def __bool__(self) -> bool:
        return bool(self._blocks)

    def __str__(self) -> str:
        return str(Blocks(self._blocks))

    __iter__ = None


def template_names(fields: Mapping[str, Blocks]) -> dict[str, Any]:
    """The material as variables of a template: each field by its name, metadata by key, all of it as ``material``.

    Args:
        fields: Every field that the rubric reads, with its blocks; none where an optional field is missing.
    """
    names: dict[str, Any] = {"material": Blocks(block for blocks in fields.values() for block in blocks)}
    for name, blocks in fields.items():
        if name.startswith("metadata."):
            names.setdefault("metadata", Metadata()).add(name.split(".")[1:], blocks)
        else:
            names[name] = blocks
    return names


@cache
def environment() -> ImmutableSandboxedEnvironment:
    """The one sandbox: undefined names are errors, nothing is escaped, nothing is callable."""
    made = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        autoescape=False,  # a prompt is no HTML, and escaping would change what is judged
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters = {name: made.filters[name] for name in FILTERS}
    made.tests = {name: made.tests[name] for name in TESTS}
    made.globals.clear()
    return made


@lru_cache(maxsize=128)
def compiled(source: str) -> Template:
    """A template from its text; a rubric's own has to have passed `judge.rubric.template_check` before."""
    return environment().from_string(source)


@cache
def shipped_template(name: str) -> str:
    """The text of one of the package's own templates: ``system``, ``material`` or ``reminder``."""
    return (FOLDER / f"{name}.jinja").read_text(encoding="utf-8")


def write(template: Template, names: Mapping[str, Any], limit: int) -> str:
    """What a template writes.

    Args:
        template: The template.
        names: Its variables.
        limit: Most characters it may write.

    Raises:
        TooLargeError: It writes more; it is stopped there, not cut.
    """
    pieces: list[str] = []
    size = 0
    for piece in template.generate(names):
        size += len(piece)
        if size > limit:
            raise TooLargeError(f"more than {limit:,} characters")
        pieces.append(piece)
    return "".join(pieces)
