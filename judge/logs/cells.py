"""Cells: the values of typed tables as the JSON values that records hold."""

from __future__ import annotations

import math
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from judge.logs.entry import Unreadable
from judge.logs.strict import decode, refuse_surrogates, whole


def cell_value(value: Any, name: str) -> Any:
    """The JSON value that stands for a cell; NaN is what tables write for a missing number.

    Args:
        value: What the table holds.
        name: The column, for the reason.

    Raises:
        Unreadable: No JSON value stands for it, or no database stores it.
    """
    if isinstance(value, str):
        return _text(value, name)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return _number(value, name)
    if isinstance(value, dict):
        return {str(key): cell_value(inner, name) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [cell_value(inner, name) for inner in value]
    return _rare(value, name)


def _text(value: str, name: str) -> str:
    if "\0" in value:
        raise Unreadable(f"in column {name!r}: a NUL character")
    if not value.isascii():
        refuse_surrogates(value)
    return value


def _number(value: float, name: str) -> float | str | None:
    if isinstance(value, int):
        return whole(str(value))
    if math.isinf(value):
        raise Unreadable(f"in column {name!r}: an infinite number")
    return None if math.isnan(value) else value


def _rare(value: Any, name: str) -> Any:
    if str(value) == "NaT":  # a missing time
        return None
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return f"{value.total_seconds()}s"  # with its unit, whatever the column's name says
    if isinstance(value, Decimal):
        return _number(int(value) if value.is_finite() and value % 1 == 0 else float(value), name)
    if isinstance(value, bytes):
        return _text(_decoded(value, name), name)
    if hasattr(value, "tolist"):  # numpy's scalars and arrays
        return cell_value(value.tolist(), name)
    raise Unreadable(f"in column {name!r}: a {type(value).__name__}, which no record holds")


def _decoded(value: bytes, name: str) -> str:
    try:
        return decode(value)
    except Unreadable as problem:
        raise Unreadable(f"in column {name!r}: bytes that are no text ({problem.reason})") from problem
