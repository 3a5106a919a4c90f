"""Answers: a JSON value that satisfies a schema, with chosen scores in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SCORE_KEYS: Final = ("score", "value", "answer")
"""The properties that may hold a criterion's score, where its schema is an object."""


def answer_to(
    schema: Mapping[str, Any], scores: Mapping[str, Any], choose: Callable[[list[Any]], Any] | None = None
) -> Any:
    """A value that satisfies a reply schema.

    Args:
        schema: JSON Schema as requests carry it: objects, arrays, enums, strings, numbers, ``anyOf``, local ``$ref``.
        scores: Criterion name -> the score to give; other criteria get a value of their own schema.
        choose: Picks one of several allowed values; the first if left out.
    """
    return _Filler(schema, scores, choose or (lambda values: values[0])).fill(schema)


class _Filler:
    def __init__(self, root: Mapping[str, Any], scores: Mapping[str, Any], choose: Callable[[list[Any]], Any]) -> None:
        self._root = root
        self._scores = scores
        self._choose = choose

    def fill(self, schema: Mapping[str, Any], name: str = "") -> Any:
        schema = self._resolved(schema)
        if name in self._scores and not _is_object(schema):
            return self._scores[name]
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            return self._choose(list(schema["enum"]))
        for key in ("anyOf", "oneOf"):
            if schema.get(key):
                return self.fill(schema[key][0], name)
        if _is_object(schema):
            return self._fill_object(schema, name)
        return self._fill_plain(schema, name)

    def _resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in schema:
            target: Any = self._root
            for part in schema["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            schema = target
        return schema

    def _fill_object(self, schema: Mapping[str, Any], name: str) -> dict[str, Any]:
        value = {key: self.fill(part, key) for key, part in schema.get("properties", {}).items()}
        if name in self._scores:
            key = next((key for key in SCORE_KEYS if key in value), None)
            if key is not None:
                value[key] = self._scores[name]
        return value

    def _fill_plain(self, schema: Mapping[str, Any], name: str) -> Any:
        kinds = schema.get("type", "string")
        kind = kinds[0] if isinstance(kinds, list) else kinds
        if kind == "array":
            return [self.fill(schema.get("items", {}), name) for _ in range(schema.get("minItems", 0))]
        if kind in {"number", "integer"}:
            low, high = schema.get("minimum", 0), schema.get("maximum")
            return self._choose([low] if high is None else [low, high])
        return {"boolean": False, "null": None}.get(kind, f"{name or 'text'}, scripted")


def _is_object(schema: Mapping[str, Any]) -> bool:
    return schema.get("type") == "object" or "properties" in schema
