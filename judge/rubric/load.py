"""Loading rubrics: by the name of a shipped one, or from a file of one's own."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from judge import shipped
from judge.errors import RubricError
from judge.rubric.complaints import complain
from judge.rubric.schema import Rubric
from judge.rubric.template_check import PromptError, check_prompt
from judge.rubric.yaml_reader import MAX_BYTES, YamlFile, read_yaml

SUFFIXES: Final = (".yaml", ".yml")


def load_rubric(name_or_path: str | Path) -> Rubric:
    """The rubric of that name among the shipped ones, or in that file.

    A shipped name goes before a file of the same name; ``./name`` means the file.

    Raises:
        RubricError: There is no such rubric, or its file is not a rubric.
    """
    name = str(name_or_path)
    if name in shipped_rubrics():
        return _load_file(shipped.folder("rubrics") / f"{name}.yaml")
    path = Path(name_or_path)
    if path.is_file():
        return _load_file(path)
    raise _not_found(name, path)


def shipped_rubrics() -> list[str]:
    """The names of the shipped rubrics, in alphabetical order."""
    return sorted(path.stem for path in shipped.folder("rubrics").glob("*.yaml"))


def parse_rubric(text: str | bytes, where: str = "rubric") -> Rubric:
    """The rubric that a YAML text holds.

    Args:
        text: The text, or the bytes of its file.
        where: What error messages call it: a file's name.

    Raises:
        RubricError: The text is not a rubric; the message says where, what was found, and what to write instead.
    """
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    file = read_yaml(data, where)
    if not isinstance(file.content, dict):
        raise RubricError("a rubric is a mapping of keys and values", where=file.where(()), hint="start with `name:`")
    try:
        rubric = Rubric.model_validate(file.content)
    except ValidationError as error:
        raise complain(error, file) from error
    try:
        check_prompt(rubric)
    except PromptError as error:
        raise RubricError(error.message, where=_template_place(error, file), hint=error.hint) from error
    return rubric


def _template_place(error: PromptError, file: YamlFile) -> str:
    """File and line of a fault in the template, where the template is a block whose lines are lines of the file."""
    start = file.values.get(("prompt",))
    if error.line is None or start is None or ("prompt",) not in file.literals:
        return file.where(("prompt",))
    return f"{file.name}:{start.line + error.line}: prompt"


def _load_file(path: Path) -> Rubric:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise RubricError(f"cannot be read: {error.strerror or error}", where=str(path)) from error
    return parse_rubric(data, str(path))


def _not_found(name: str, path: Path) -> RubricError:
    names = shipped_rubrics()
    near = difflib.get_close_matches(name.lower(), names, n=1, cutoff=0.6)
    if path.is_dir():
        message = "is a folder; a rubric is a file"
    elif path.suffix in SUFFIXES or "/" in name or "\\" in name:
        message = "there is no such file"
    else:
        message = "is neither a shipped rubric nor a file"
    guess = f"did you mean {near[0]}? " if near else ""
    return RubricError(message, where=name, hint=f"{guess}shipped: {', '.join(names)}")
