from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.logs.values import count_of, feedback_of, name_of, number_of, object_of, seconds_of, time_of, unit_of

MOMENT = datetime(2026, 3, 2, 9, 14, 7, 512000, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "2026-03-02T09:14:07.512Z",
        "2026-03-02 09:14:07.512",
        "2026-03-02 09:14:07.512 UTC",
        "2026-03-02T11:14:07.512+02:00",
        "20260302T091407.512",
        1772442847.512,
        1772442847512,
        "1772442847512",
        1772442847512000,
        1772442847512000000,
        "1772442847512000000",
        MOMENT,
        MOMENT.replace(tzinfo=None),
    ],
    ids=repr,
)
def test_one_moment_in_all_its_spellings(written):
    """ISO 8601 and numbers since 1970 in any unit are the same moment; without a zone it is UTC."""
    assert time_of(written) == MOMENT
    assert time_of(written).tzinfo is not None


def test_dates_and_the_time_of_an_e_mail():
    """A date is its midnight, an e-mail's time keeps its zone, and eight digits are a date."""
    assert time_of("2026-03-02") == time_of("20260302") == datetime(2026, 3, 2, tzinfo=UTC)
    zone = timezone(timedelta(hours=1))
    assert time_of("Mon, 02 Mar 2026 10:14:07 +0100") == datetime(2026, 3, 2, 10, 14, 7, tzinfo=zone)


@pytest.mark.parametrize("written", ["yesterday", "", "12:30", 5, "830", -1772442847, 10**40, True, None, [1], "nan"])
def test_what_is_no_time_is_none(written):
    """Durations, small numbers and words are not taken for moments."""
    assert time_of(written) is None


@given(st.integers(100_000_000, 4_000_000_000), st.sampled_from([1, 10**3, 10**6, 10**9]))
@settings(deadline=None, max_examples=100)
def test_the_unit_of_a_number_is_told_by_its_size(seconds, per_second):
    """Whole seconds survive in every unit from 1973 to 2096."""
    assert time_of(seconds * per_second) == datetime.fromtimestamp(seconds, UTC)


@pytest.mark.parametrize(
    ("value", "name", "seconds"),
    [
        (1.5, "latency", 1.5),
        (1500, "latency_ms", 1.5),
        (1500, "latencyMs", 1.5),
        (1500, "took (ms)", 1.5),
        (1500, "timing.latency_ms", 1.5),
        (1500, "latencyMilliseconds", 1.5),
        (1_500_000, "duration_us", 1.5),
        (1_500_000_000, "duration_ns", 1.5),
        ("1500", "elapsed_ms", 1.5),
        ("1.5s", "latency_ms", 1.5),
        ("1500 ms", "latency", 1.5),
        (0, "latency", 0.0),
        (-1, "latency", None),
        ("slow", "latency", None),
        ("1.5 h", "latency", None),
        ("1.2.3 s", "latency", None),
        (True, "latency", None),
        (None, "latency", None),
    ],
)
def test_durations_take_their_unit_from_value_or_name(value, name, seconds):
    """A unit beside the number goes before the one in the column's name; without either it is seconds."""
    assert seconds_of(value, name) == seconds


def test_names_that_only_look_like_units():
    """A column that merely ends in the letters of a unit is in seconds."""
    assert unit_of("terms") == unit_of("status") == unit_of("latency") == 1.0


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("up", 1.0),
        ("Thumbs Up", 1.0),
        ("thumbs_up", 1.0),
        ("👍", 1.0),
        ("👍🏽", 1.0),
        (True, 1.0),
        (1, 1.0),
        ("1", 1.0),
        ("yes", 1.0),
        ("down", 0.0),
        ("👎🏿", 0.0),
        (False, 0.0),
        (0, 0.0),
        (-1, 0.0),
        ("-1", 0.0),
        (4, 4.0),
        ("3.5", 3.5),
        ("", None),
        ("the answer was wrong", None),
        (None, None),
        ([1], None),
        (float("nan"), None),
    ],
    ids=repr,
)
def test_feedback_is_a_thumb_or_a_number(value, expected):
    """Thumbs in all spellings are 1 and 0; other numbers stay; a comment is no feedback."""
    assert feedback_of(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(3, 3), ("3", 3), (3.0, 3), (3.5, None), (-1, None), ("many", None), (True, None), (2**63 - 1, 2**63 - 1)],
)
def test_counts_are_whole_and_exact(value, expected):
    """Token counts are whole numbers, also where a table made them floats."""
    assert count_of(value) == expected
    assert count_of(str(2**62 + 1)) == 2**62 + 1


def test_numbers_names_and_objects():
    """Booleans are no numbers, whole floats are names without a point, blanks are no names."""
    assert [number_of(v) for v in ("1e3", " 7 ", "0x1", True, 10**400, "inf", None)] == [
        1000,
        7,
        None,
        None,
        None,
        None,
        None,
    ]
    assert [name_of(v) for v in (" gpt ", "", 7, 7.0, 7.5, True, {"a": 1})] == [
        "gpt",
        None,
        "7",
        "7",
        "7.5",
        None,
        None,
    ]
    assert object_of({"a": 1}) == {"a": 1}
    assert object_of([1]) == {}
