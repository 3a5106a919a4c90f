"""Marks: what people and judges elsewhere said of a record, in the many ways that logs write it beside it."""

from __future__ import annotations

from typing import Any, Final

from judge.logs.entry import GOLD_RATERS, Label, Output, Unreadable
from judge.logs.values import kind_of, number_of, time_of
from judge.scores import Quote

_RATER: Final = ("rater", "annotator", "rater_id", "annotator_id", "worker", "worker_id", "user", "reviewer", "expert")
_JUDGE: Final = ("judge", "judge_name", "model", "name", "evaluator")
_VALUE: Final = ("label", "score", "rating", "value", "answer")
_NOTE: Final = ("note", "comment", "reason", "rationale", "explanation")
_TIME: Final = ("time", "timestamp", "created_at", "date")
_UNREAD: Final = frozenset({"", "unparsed", "unparseable", "unparsable", "none", "null", "nan"})


def read_labels(value: Any, criterion: str | None, response: Any) -> list[Label] | None:
    """The labels in a column such as ``human``, or None where it holds something else.

    Args:
        value: A list of objects with a rater and a label.
        criterion: What they answer unless an object says otherwise.
        response: The response of the row, in which highlighted spans are looked for.
    """
    if not isinstance(value, list) or not value or not all(_has(element, _RATER) for element in value):
        return [] if value == [] else None
    return [_label(element, criterion, response) for element in value]


def read_outputs(value: Any, criterion: str | None) -> list[Output] | None:
    """The outputs in a column such as ``judge``, or None where it holds something else."""
    if not isinstance(value, list) or not value or not all(_has(element, _JUDGE) for element in value):
        return [] if value == [] else None
    return [_output(element, criterion) for element in value]


def label_of(rater: str, value: Any, criterion: str | None) -> Label:
    """A label from a column of one rater.

    Raises:
        Unreadable: The value is no label.
    """
    return Label(rater, raw_of(value), criterion, gold=rater.casefold() in GOLD_RATERS)


def output_of(judge: str, value: Any, criterion: str | None) -> Output:
    """An output from a column of one judge; an object may say more than the value.

    Raises:
        Unreadable: The value is no output.
    """
    if isinstance(value, dict):
        return _output({**value, "judge": judge}, criterion)
    return Output(judge, _readable(raw_of(value)), criterion)


def raw_of(value: Any) -> str | float | bool | None:
    """The raw label in a value, in the only element of a list, or under a usual key of an object.

    Raises:
        Unreadable: There is none.
    """
    if isinstance(value, list) and len(value) == 1:
        return raw_of(value[0])
    if isinstance(value, dict):
        for key in ("stringValue", "string_value", *_VALUE):
            if value.get(key) is not None:
                return raw_of(value[key])
    if not _is_raw(value):
        raise Unreadable(f"a label is a text, a number, or true or false; found {kind_of(value)}")
    return value.strip() if isinstance(value, str) else value


def _is_raw(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float | bool)


def _has(element: Any, names: tuple[str, ...]) -> bool:
    return isinstance(element, dict) and _get(element, names) is not None and any(key in element for key in _VALUE)


def _get(element: dict[str, Any], names: tuple[str, ...]) -> Any:
    return next((element[name] for name in names if element.get(name) is not None), None)


def _label(element: dict[str, Any], criterion: str | None, response: Any) -> Label:
    rater = str(_get(element, _RATER))
    gold = element.get("gold")
    return Label(
        rater=rater,
        value=raw_of(_get(element, _VALUE)),
        criterion=_text(element.get("criterion")) or criterion,
        gold=gold if isinstance(gold, bool) else rater.casefold() in GOLD_RATERS,
        note=_text(_get(element, _NOTE)) or "",
        time=time_of(_get(element, _TIME)),
        evidence=_quotes(element.get("spans"), response),
    )


def _output(element: dict[str, Any], criterion: str | None) -> Output:
    probability = number_of(element.get("probability"))
    return Output(
        judge=str(_get(element, _JUDGE)),
        value=_readable(raw_of(_get(element, _VALUE))),
        criterion=_text(element.get("criterion")) or criterion,
        order=_text(element.get("order")) or "",
        reason=_text(_get(element, _NOTE)) or "",
        raw=_text(element.get("raw")) or "",
        probability=probability if probability is not None and 0 <= probability <= 1 else None,
    )


def _readable(value: Any) -> Any:
    """None for the words by which logs say that a judge's reply could not be read."""
    return None if isinstance(value, str) and value.casefold() in _UNREAD else value


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _quotes(spans: Any, response: Any) -> tuple[Quote, ...]:
    """Highlighted spans; offsets are kept only where the words stand there in the response."""
    if not isinstance(spans, list):
        return ()
    quotes = []
    for span in spans:
        words = _text(span.get("text")) if isinstance(span, dict) else None
        if words is None:
            continue
        start, end, role = span.get("start"), span.get("end"), _text(span.get("label")) or ""
        exact = isinstance(start, int) and isinstance(response, str) and response[start:end] == words
        quotes.append(Quote("response", words, start if exact else None, end if exact else None, role))
    return tuple(quotes)
