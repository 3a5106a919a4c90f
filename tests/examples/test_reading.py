from pathlib import Path

import pytest

from judge.logs import Entry, read_log

EXAMPLES = Path(__file__).parents[2] / "examples"
FILES = {
    "support": (0, 0),
    "summedits_slice": (324, 0),
    "xstest_mistral_slice": (1254, 836),
    "dices_slice": (12920, 0),
    "pandalm_slice": (603, 402),
}


@pytest.mark.parametrize("name", FILES)
def test_every_example_is_read_as_it_is(name):
    """No line is rejected, no value left aside, and every label and judge output is found."""
    reading = read_log(EXAMPLES / f"{name}.jsonl.gz")
    entries = list(reading)
    assert all(isinstance(entry, Entry) for entry in entries)
    assert not reading.notes
    assert not reading.passed
    assert (sum(len(e.labels) for e in entries), sum(len(e.outputs) for e in entries)) == FILES[name]


def test_the_support_log_fills_the_fields_of_a_record():
    """Question, documents, version, time, latency, tokens, language, conversation and group arrive as such."""
    records = [entry.record for entry in read_log(EXAMPLES / "support.jsonl.gz")]
    for record in records:
        assert record.question
        assert record.time is not None
        assert record.model == "shop-assistant"
        assert None not in (record.latency, record.prompt_tokens, record.completion_tokens)
        assert None not in (record.model_version, record.segment, record.conversation, record.group)
        assert set(record.metadata) == {"turn", "channel", "topic"}
    assert any(record.reference for record in records)
    assert {record.feedback for record in records} == {None, 0.0, 1.0}
