"""Watch files: YAML in, a `Watch` out, and every mistake told with file, line and key."""

from __future__ import annotations

import difflib
import json
from typing import TYPE_CHECKING, Any, Final, get_args

from pydantic import BaseModel, ValidationError

from judge.errors import RubricError, WatchError
from judge.monitoring import form
from judge.monitoring.form import Watch
from judge.monitoring.sending.channels import CHANNELS
from judge.rubric.json_schema import simplify
from judge.rubric.load import load_rubric
from judge.rubric.yaml_reader import MAX_BYTES, YamlFile, read_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pydantic_core import ErrorDetails

    from judge.rubric.schema import Rubric

MAX_SHOWN: Final = 5

TABLES: Final[Mapping[str, type[BaseModel]]] = {
    "The watch": form.Watch,
    "`sample`": form.SamplingForm,
    "`windows`": form.WindowsForm,
    "`reference`": form.ReferenceForm,
    "`topics`": form.TopicsForm,
    "`detectors`": form.DetectorsForm,
    "`anchors`": form.AnchorsForm,
    "Each of `alerts`": form.RuleForm,
    **{f"Each of `send` with `to: {name}`": channel for name, channel in CHANNELS.items()},
}


def load_watch(path: Path) -> tuple[Watch, list[Rubric]]:
    """A watch and its rubrics from a file.

    Raises:
        WatchError: The file cannot be read or is no watch.
        RubricError: One of its rubrics is none.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise WatchError(f"cannot be read: {error.strerror or error}", where=str(path)) from error
    return parse_watch(data, str(path))


def parse_watch(data: bytes, where: str) -> tuple[Watch, list[Rubric]]:
    """A watch and its rubrics from the bytes of a file.

    Raises:
        WatchError: They are no watch; the message says where, what was found and what is allowed.
        RubricError: One of the rubrics is none.
    """
    if not data.strip():
        raise WatchError("the file is empty", where=where, hint="start with `name:` and `dataset:`")
    try:
        file = read_yaml(data, where, booleans=True)
    except RubricError as error:
        raise WatchError(error.message, where=error.where, hint=error.hint) from error
    if not isinstance(file.content, dict):
        raise WatchError("a watch is a mapping of keys and values", where=file.where(()), hint="start with `name:`")
    try:
        watch = Watch.model_validate(file.content)
    except ValidationError as error:
        raise _explained(error, file) from error
    rubrics = [load_rubric(name) for name in watch.rubrics]
    _check_rules(watch, rubrics, file)
    return watch, rubrics


def _check_rules(watch: Watch, rubrics: Sequence[Rubric], file: YamlFile) -> None:
    known = [f"{rubric.name}.{criterion.name}" for rubric in rubrics for criterion in rubric.criteria]
    for place, rule in enumerate(watch.alerts):
        if rule.watch is not None and "." in rule.watch and rule.watch not in known:
            raise WatchError(
                f"{rule.watch!r} is not judged here; there are: {', '.join(known) or 'no rubrics'}",
                where=file.where(("alerts", place, "watch")),
                hint=_near(rule.watch, known),
            )


def _explained(error: ValidationError, file: YamlFile) -> WatchError:
    found = [_complaint(details, file) for details in error.errors(include_url=False)]
    if len(found) == 1:
        return found[0]
    more = len(found) - MAX_SHOWN
    shown = "\n".join(str(one) for one in found[:MAX_SHOWN])
    return WatchError(shown + (f"\n... and {more} more" if more > 0 else ""))


def _complaint(details: ErrorDetails, file: YamlFile) -> WatchError:
    context: dict[str, Any] = dict(details.get("ctx", {}))
    path, stands_in = _place((*details["loc"], *context.get("at", ())))
    if details["type"] == "extra_forbidden":
        allowed = list(stands_in.model_fields)
        message = f"there is no key `{path[-1]}` here; allowed: {', '.join(allowed)}"
        return WatchError(message, where=file.where(path), hint=_near(str(path[-1]), allowed))
    if details["type"] == "missing":
        return WatchError(f"the key `{path[-1]}` is missing", where=file.where(path[:-1]))
    if details["type"] == "watch":
        return WatchError(str(context["message"]), where=file.where(path))
    if details["type"].startswith("union_tag_"):
        message = f"`to` is one of {', '.join(CHANNELS)}"
        return WatchError(message, where=file.where(path), hint=_near_tag(details, list(CHANNELS)))
    words = details["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    found = repr(details.get("input"))
    return WatchError(f"found {found[:60]}, where {words[0].lower()}{words[1:]} is needed", where=file.where(path))


def _place(loc: tuple[str | int, ...]) -> tuple[tuple[str | int, ...], type[BaseModel]]:
    """Where a complaint belongs in the file, and the part of the form that its last key stands in."""
    if loc[:1] == ("send",) and len(loc) > 2:  # noqa: PLR2004 - the list, the place in it, the kind of channel
        # Pydantic names the kind of channel in between, which is no key of the file.
        return (*loc[:2], *loc[3:]), CHANNELS[str(loc[2])]
    found: type[BaseModel] = form.Watch
    for part in loc[:-1]:
        if not isinstance(part, int):
            annotation = found.model_fields[part].annotation
            found = next((each for each in (annotation, *get_args(annotation)) if _is_form(each)), found)
    return loc, found


def _is_form(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _near(word: str, allowed: Sequence[str]) -> str | None:
    near = difflib.get_close_matches(word, allowed, n=1, cutoff=0.7)
    return f"did you mean `{near[0]}`?" if near else None


def _near_tag(details: ErrorDetails, allowed: Sequence[str]) -> str | None:
    found = details.get("input")
    return _near(str(found["to"]), allowed) if isinstance(found, dict) and "to" in found else None


def generate_schema() -> str:
    """JSON Schema (draft 2020-12) of a watch file, for editors."""
    schema = Watch.model_json_schema()
    simplify(schema)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Evenhand watch"}
    return json.dumps(head | schema, indent=2, ensure_ascii=False) + "\n"
