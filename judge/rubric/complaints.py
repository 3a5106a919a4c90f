"""Complaints: what the form finds wrong with a rubric file, said with file, line, key and what to write instead."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Any, Final

from judge.errors import RubricError
from judge.records import TEXT_FIELDS
from judge.rubric.schema import Answer, Criterion, EvidenceForm, Example, ExampleQuote, Rubric, ScaleForm
from judge.scales import Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pydantic import BaseModel, ValidationError
    from pydantic_core import ErrorDetails

    from judge.rubric.yaml_reader import Path, YamlFile

MAX_SHOWN: Final = 5
"""Most complaints of one file that are shown at once."""

_MODELS: Final[Mapping[str, type[BaseModel]]] = {
    "": Rubric,
    "criteria": Criterion,
    "criteria.scale": ScaleForm,
    "criteria.evidence": EvidenceForm,
    "examples": Example,
    "examples.answers": Answer,
    "examples.answers.evidence": ExampleQuote,
}

_OPERATOR: Final = "that is the operator's to decide: it belongs in judge.toml or on the command line, not in a rubric"
_WHOLE: Final = "a rubric is one whole file and runs no code"
_WRONG_WORDS: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        (
            *("model", "models", "judge", "provider", "temperature", "top_p", "seed", "max_tokens", "logprobs"),
            *("api_key", "key", "token", "base_url", "endpoint", "url", "headers", "timeout", "concurrency"),
            *("reasoning_effort", "params", "parameters", "settings"),
        ),
        _OPERATOR,
    ),
    **dict.fromkeys(("include", "includes", "extends", "import", "imports", "code", "python", "script"), _WHOLE),
    **dict.fromkeys(
        ("label", "labels", "choices", "options", "categories", "classes", "levels", "answers_allowed", "rails"),
        "write `scale: {kind: ..., values: {VALUE: what it means}, good: VALUE}` on the criterion",
    ),
    **dict.fromkeys(
        ("type", "level"), "write `kind:` for the level of measurement: binary, nominal, ordinal, interval"
    ),
    **dict.fromkeys(("range", "minimum", "maximum", "low", "high"), "an interval scale has `min:` and `max:`"),
    **dict.fromkeys(("positive_class", "positive_label", "pos_label", "target_label"), "write `positive:`"),
    **dict.fromkeys(("instructions", "instruction", "guidelines", "notes", "rules", "definition"), "write `guidance:`"),
    "description": "write `title:` for one line, `guidance:` for how to decide",
    **dict.fromkeys(("inputs", "input", "fields", "variables", "columns", "data"), "write `reads:`"),
    **dict.fromkeys(("few_shot", "fewshot", "shots", "demonstrations"), "write `examples:`"),
    **dict.fromkeys(
        ("template", "system_prompt", "user_prompt", "system"), "write `prompt:`, or leave it to the default"
    ),
    **dict.fromkeys(("metrics", "questions", "dimensions", "checks", "scores"), "write `criteria:`"),
    **dict.fromkeys(("references", "citations", "bibliography"), "write `sources:`"),
    **dict.fromkeys(("na", "n_a", "allow_na", "optional_score"), "write `not_applicable:` with when it applies"),
    **dict.fromkeys(("weight", "weights", "threshold"), "a rubric measures; thresholds belong to a gate or an alert"),
    "id": "write `name:`",
    "reason": "write `rationale:`",
    "explanation": "write `rationale:`",
}
"""What people write who come from other tools, and what it is called here."""

_WRONG_FIELDS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("input", "prompt", "query", "instruction", "user"), "question"),
    **dict.fromkeys(("output", "answer", "completion", "generation", "prediction", "assistant"), "response"),
    **dict.fromkeys(("context", "contexts", "passages", "passage", "sources", "document", "chunks"), "documents"),
    **dict.fromkeys(("ground_truth", "expected", "expected_output", "target", "gold", "ideal"), "reference"),
    **dict.fromkeys(("response_b", "other", "baseline", "rejected", "output_b"), "rival"),
}

_EXAMPLES: Final[Mapping[str, str]] = {
    "version": "version: 1",
    "reads": "reads: [question, response]",
    "title": "title: Does the response answer the question?",
    "scale": "scale: {kind: binary, values: {good: what that means, bad: what that means}, good: good}",
}


def complain(error: ValidationError, file: YamlFile) -> RubricError:
    """One error that says everything the form finds wrong, at most five things at once.

    Args:
        error: What the form found.
        file: The file, for places.
    """
    found = [_complaint(details, file) for details in _first_hand(error.errors(include_url=False))]
    unique = list({str(one): one for one in found}.values())
    if len(unique) == 1:
        return unique[0]
    shown = "\n".join(str(one) for one in unique[:MAX_SHOWN])
    more = len(unique) - MAX_SHOWN
    return RubricError(shown + (f"\n... and {more} more" if more > 0 else ""))


def _first_hand(errors: list[ErrorDetails]) -> list[ErrorDetails]:
    """Without the lists that are too short only because one of their items was refused."""
    places = [details["loc"] for details in errors]
    return [
        details
        for details in errors
        if details["type"] != "too_short"
        or not any(
            len(place) > len(details["loc"]) and place[: len(details["loc"])] == details["loc"] for place in places
        )
    ]


def _complaint(details: ErrorDetails, file: YamlFile) -> RubricError:
    context = details.get("ctx", {})
    path = (*details["loc"], *context.get("at", ()))
    match details["type"]:
        case "extra_forbidden":
            message, hint = _unknown_key(path)
        case "missing":
            message, hint = f"the key `{path[-1]}` is missing", _missing_hint(path)
            path = path[:-1]
        case "rubric":
            message, hint = str(context["message"]), _field_hint(str(context["message"]))
        case _:
            message, hint = _mismatch(details, path)
    return RubricError(message, where=file.where(_known(path)), hint=hint)


def _known(path: Path) -> Path:
    """The path as the file has it: without the names of union members and of mapping keys that the form adds."""
    return tuple(part for part in path if part not in {"[key]", "str", "float", "int"})


def _model(path: Path) -> type[BaseModel]:
    """Which part of the form a path leads into."""
    names: list[str] = []
    skip = False
    for part in path:
        if not isinstance(part, int) and not skip:
            names.append(part)
        skip = part == "answers" and not skip
    return _MODELS.get(".".join(names), Rubric)


def _allowed(model: type[BaseModel]) -> list[str]:
    return [info.alias or name for name, info in model.model_fields.items()]


def _unknown_key(path: Path) -> tuple[str, str | None]:
    key, allowed = str(path[-1]), _allowed(_model(path[:-1]))
    message = f"there is no key `{key}` here; allowed: {', '.join(allowed)}"
    told = _WRONG_WORDS.get(key.lower().replace("-", "_"))
    near = _nearest(key, allowed)
    elsewhere = [f"`{place}`" for place, model in _MODELS.items() if place and key in _allowed(model)]
    if near:
        return message, f"did you mean `{near}`?"
    if told is None and elsewhere:
        return message, f"it belongs in {' or '.join(elsewhere)}"
    return message, told


def _missing_hint(path: Path) -> str | None:
    key = str(path[-1])
    return f"for example `{_EXAMPLES[key]}`" if key in _EXAMPLES else None


def _field_hint(message: str) -> str | None:
    """The name of a record's field where a rubric reads one by another tool's name."""
    named = re.match(r"'([^']*)' is no field of a record", message)
    if not named:
        return None
    meant = _WRONG_FIELDS.get(named[1].lower()) or _nearest(named[1], TEXT_FIELDS)
    return f"did you mean `{meant}`?" if meant else None


def _nearest(word: str, allowed: Iterable[str]) -> str | None:
    near = difflib.get_close_matches(word, list(allowed), n=1, cutoff=0.75)
    return near[0] if near else None


def _mismatch(details: ErrorDetails, path: Path) -> tuple[str, str | None]:
    found, context = details.get("input"), details.get("ctx", {})
    hint: str | None = None
    match details["type"]:
        case "string_type":
            wanted = "a text"
            hint = f'put it in quotation marks: "{found}"' if isinstance(found, int | float) else None
        case "literal_error" | "enum":
            wanted = f"one of {', '.join(_options(context))}"
            hint = _option_hint(found, path)
        case "string_pattern_mismatch":
            wanted = "lower-case letters, digits and underscores, starting with a letter, at most 40"
        case "tuple_type" | "list_type":
            wanted = "a list"
            hint = f"write [{found}]" if isinstance(found, str | int | float) else None
        case "too_short" | "string_too_short":
            wanted = "something"
        case "too_long":
            wanted = f"at most {context.get('max_length')}"
            found = context.get("actual_length")
        case "dict_type" | "model_type" | "model_attributes_type":
            wanted = "a mapping of keys and values"
        case _:
            wanted = _plainly(details)
    return f"found {_brief(found)}, where {wanted} is needed", hint


def _plainly(details: ErrorDetails) -> str:
    """Pydantic's own words on what is needed, as the object of a sentence."""
    words = details["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    return words[0].lower() + words[1:]


def _options(context: Mapping[str, Any]) -> list[str]:
    return re.findall(r"'([^']*)'", str(context.get("expected", "")))


def _option_hint(found: object, path: Path) -> str | None:
    if path and path[-1] == "kind":
        meant = {"boolean": "binary", "bool": "binary", "categorical": "nominal", "likert": "ordinal"} | dict.fromkeys(
            ("numeric", "number", "continuous", "float", "score", "integer"), "interval"
        )
        near = meant.get(str(found).lower()) or _nearest(str(found), [str(level) for level in Level])
        return f"did you mean `{near}`?" if near else None
    near_field = _WRONG_FIELDS.get(str(found).lower()) or _nearest(str(found), TEXT_FIELDS)
    return f"did you mean `{near_field}`?" if near_field else None


def _brief(value: object) -> str:
    written = repr(value)
    return written if len(written) <= 60 else f"{written[:57]}..."  # noqa: PLR2004 - about half a line
