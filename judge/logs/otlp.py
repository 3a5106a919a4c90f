"""OTLP: the JSON in which OpenTelemetry exports spans, as plain values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


def spans_of(value: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Each span of an export request, with its resource; a value that is no export is one span itself."""
    groups = _listed(value, "resourceSpans", "resource_spans")
    if groups is None:
        yield value
        return
    for group in groups:
        for scope in _listed(group, "scopeSpans", "scope_spans") or ():
            for span in _listed(scope, "spans", "spans") or ():
                yield {**span, "resource": group.get("resource")} if isinstance(span, dict) else {"name": span}


def _listed(value: Any, *names: str) -> list[Any] | None:
    found = next((value[name] for name in names if isinstance(value, dict) and name in value), None)
    return found if isinstance(found, list) else None


def attributes_of(value: Any) -> dict[str, Any]:
    """Attributes as key -> plain value, from OTLP's list of pairs or from an object."""
    found = value.get("attributes") if isinstance(value, dict) else None
    if isinstance(found, dict):
        return found
    pairs = found if isinstance(found, list) else []
    return {str(pair.get("key")): plain(pair.get("value")) for pair in pairs if isinstance(pair, dict)}


def plain(value: Any) -> Any:
    """The value inside OTLP's AnyValue; 64-bit integers are written as text there."""
    if not isinstance(value, dict) or len(value) != 1:
        return value
    ((kind, inner),) = value.items()
    match kind.lower().replace("_", ""):
        case "stringvalue" | "boolvalue" | "doublevalue" | "bytesvalue":
            return inner
        case "intvalue":
            return int(inner) if isinstance(inner, str) and inner.lstrip("-").isdecimal() else inner
        case "arrayvalue":
            return [plain(element) for element in inner.get("values", ())] if isinstance(inner, dict) else inner
        case "kvlistvalue":
            pairs = inner.get("values", ()) if isinstance(inner, dict) else ()
            return {str(pair.get("key")): plain(pair.get("value")) for pair in pairs}
        case _:
            return value


def nested(attributes: dict[str, Any]) -> dict[str, Any]:
    """Dotted names as nested objects, as ``metadata.app.tenant`` finds them; a clash keeps its dots, or gets ``_2``."""
    tree: dict[str, Any] = {}
    for name, value in attributes.items():
        *steps, last = name.split(".")
        place = tree
        for step in steps:
            inner = place.setdefault(step, {})
            if not isinstance(inner, dict):
                place, last = tree, name
                break
            place = inner
        if last in place:
            place, last = tree, name
        while last in place:
            last += "_2"
        place[last] = value
    return tree
