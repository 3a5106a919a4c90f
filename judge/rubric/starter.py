"""A rubric to start from: the commented file that `judge rubrics new` writes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from judge import shipped
from judge.errors import RubricError

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")
_FILE: Final = Path(__file__).with_name("templates") / "starter.yaml"


def new_rubric(name: str, schema: str | None = None) -> str:
    """A commented rubric of that name; it loads as it is.

    Args:
        name: The new rubric's name.
        schema: What the editor's completion points at; the shipped rubric.schema.json if left out.

    Raises:
        RubricError: The name cannot be a rubric's, or is a shipped one's.
    """
    if not _NAME.match(name):
        near = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_0123456789")[:40]
        message = (
            "a rubric's name has lower-case letters, digits and underscores, starts with a letter, and has at most 40"
        )
        raise RubricError(message, where=name, hint=f"for example {near or 'my_rubric'}")
    folder = shipped.folder("rubrics")
    if (folder / f"{name}.yaml").exists():
        hint = f"choose another, for example my_{name}"
        raise RubricError("there is a shipped rubric of that name, which would go before yours", where=name, hint=hint)
    text = _FILE.read_text(encoding="utf-8")
    return text.replace("SCHEMA", schema or (folder / "rubric.schema.json").as_posix()).replace("NAME", name)
