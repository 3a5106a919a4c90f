import pytest

from judge.logs.dialect import DIALECTS, FORMATS, ROWS, dialect_of
from judge.settings import LogTable


def test_the_formats_are_those_of_the_settings():
    """What judge.toml allows is what the reader knows."""
    for name in FORMATS:
        assert LogTable(format=name).format == name


def test_one_row_that_is_known_decides():
    """Rows that could be anyone's do not hide the one that tells."""
    result = {"vars": {}, "promptIdx": 0, "testIdx": 0}
    assert dialect_of([{"a": 1}, result]).name == "promptfoo"
    assert dialect_of([{"a": 1}]) is ROWS
    assert dialect_of([]) is ROWS


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("chat.jsonl", "chat"),
        ("batch_output.jsonl", "chat"),
        ("stored_completions.json", "chat"),
        ("otel_messages.json", "otel"),
        ("otel_events.jsonl", "otel"),
        ("langfuse_traces.json", "langfuse"),
        ("langfuse_observations.csv", "langfuse"),
        ("promptfoo.json", "promptfoo"),
    ],
)
def test_every_tool_is_told_by_its_rows(file, name, data, read):
    """A log needs no --format, and with it reads the same."""
    assert name in [dialect.name for dialect in DIALECTS]
    assert read(data / file) == read(data / file, format=name)
