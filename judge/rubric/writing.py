"""Writing rubrics: a rubric as the YAML file that reads back as the same rubric."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from judge.rubric.schema import Rubric

WIDTH = 100


class _Writer(yaml.SafeDumper):
    """Texts of several lines stand as blocks, so that a person can read them and a diff shows their lines."""


def _text(writer: _Writer, text: str) -> Any:
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Writer.add_representer(str, _text)


def write_rubric(rubric: Rubric) -> str:
    """The rubric as YAML; keys that have their default are left out."""
    content = rubric.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    # A dumper of our own that adds one representation to the safe ones.
    return yaml.dump(content, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=WIDTH)


def difference(before: Rubric, after: Rubric) -> str:
    """A unified diff of two rubrics, both written in the same way."""
    one, other = (f"{each.name}, version {each.version}" for each in (before, after))
    lines, others = (write_rubric(each).splitlines() for each in (before, after))
    return "\n".join(difflib.unified_diff(lines, others, one, other, lineterm=""))
