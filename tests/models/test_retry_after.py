import time
from email.utils import formatdate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.models.retry_after import LONGEST, retry_after

NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after-ms": "1500"}, 1.5),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after-ms": "soon", "retry-after": "9"}, 9.0),
        ({"retry-after": formatdate(NOW + 30, usegmt=True)}, 30.0),
        ({"retry-after": formatdate(NOW - 30, usegmt=True)}, 0.0),
        ({"retry-after": "Fri Jan 15 08:00:30 2027"}, 30.0),
        ({"retry-after": formatdate(NOW + 3630, usegmt=True), "date": formatdate(NOW + 3600, usegmt=True)}, 30.0),
        ({"retry-after": formatdate(NOW + 30, usegmt=True), "date": "today"}, 30.0),
        ({"retry-after": "Sat, 01 Jan 2028 00:00:00 +0000"}, None),
        ({}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": "later"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "1735689600"}, None),
        ({"retry-after-ms": "1e300"}, None),
    ],
)
def test_every_spelling_is_read_and_nonsense_is_not(headers, seconds):
    """Seconds, milliseconds and dates are read; what no provider can mean is taken as not said."""
    assert retry_after(headers, now=NOW) == seconds


def test_a_date_without_a_zone_is_in_utc(monkeypatch):
    """The old form of an HTTP date names no zone; where this machine stands does not matter."""
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    time.tzset()
    try:
        assert retry_after({"retry-after": "Fri Jan 15 08:00:30 2027"}, now=NOW) == 30.0
    finally:
        monkeypatch.undo()
        time.tzset()


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=30), st.text(max_size=30))
def test_no_header_breaks_it(first, second):
    """Whatever stands in the headers, the answer is a bearable number of seconds or nothing."""
    seconds = retry_after({"retry-after": first, "retry-after-ms": second})
    assert seconds is None or 0 <= seconds <= LONGEST
