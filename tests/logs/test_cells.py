from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from judge.logs.cells import cell_value
from judge.logs.entry import Unreadable


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("text", "text"),
        ("é", "é"),
        (None, None),
        (True, True),
        (3, 3),
        (2**70, str(2**70)),
        (0.5, 0.5),
        (float("nan"), None),
        (datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "2026-01-02T03:04:05+00:00"),
        (date(2026, 1, 2), "2026-01-02"),
        (time(3, 4), "03:04:00"),
        (timedelta(milliseconds=1500), "1.5s"),
        (Decimal("12.00"), 12),
        (Decimal("1.25"), 1.25),
        (Decimal("NaN"), None),
        (b"bytes", "bytes"),
        ({"a": [1, float("nan")]}, {"a": [1, None]}),
        ((1, "b"), [1, "b"]),
        (np.int64(7), 7),
        (np.array(["a", "b"]), ["a", "b"]),
        (pd.NaT, None),
        (pd.Timestamp("2026-01-02T03:04:05Z"), "2026-01-02T03:04:05+00:00"),
    ],
    ids=repr,
)
def test_every_kind_of_cell_becomes_json(value, expected):
    """A typed cell becomes the JSON value that says the same."""
    found = cell_value(value, "c")
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("a\0b", r"in column 'c': a NUL character"),
        ("a\ud800", r"half of a surrogate pair"),
        (float("inf"), r"in column 'c': an infinite number"),
        (Decimal("-Infinity"), r"in column 'c': an infinite number"),
        (b"\xff", r"in column 'c': bytes that are no text \(not UTF-8: byte 1 is 0xff"),
        (1j, r"in column 'c': a complex, which no record holds"),
    ],
    ids=repr,
)
def test_what_no_record_holds_is_refused(value, reason):
    """The reason names the column."""
    with pytest.raises(Unreadable, match=reason):
        cell_value(value, "c")
