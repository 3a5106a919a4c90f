import json
from datetime import timedelta
from pathlib import Path

import jsonschema
import pytest
import yaml

from judge.errors import RubricError, WatchError
from judge.monitoring.watch_file import generate_schema, load_watch, parse_watch

GOOD = b"""
name: support
dataset: support
files: logs/*.jsonl
judge: baseline
rubrics: [hallucination, relevance]
sample: {rate: 0.2, by: segment, rates: {de: 0.5}}
windows: {every: 7d, wait: 1d}
anchors: {every: 7d}
alerts:
  - {name: made-up, watch: hallucination.supported, bound: high, above: 0.05, warn: 0.03, clear: 0.02}
  - {name: silence, absent: 6h}
  - {name: slower, watch: latency, trend: rising, over: 4, level: warn}
send:
  - {to: file, path: alerts.jsonl}
  - {to: webhook, url_env: SLACK_URL, form: slack, levels: [alert]}
"""


def test_a_whole_file():
    """What a file says is what the watch has, and its rubrics are loaded."""
    watch, rubrics = parse_watch(GOOD, "w.yaml")
    assert (watch.windows.every, watch.windows.wait) == (timedelta(days=7), timedelta(days=1))
    assert (watch.files, watch.sample.least) == (("logs/*.jsonl",), 0.2)
    assert [rubric.name for rubric in rubrics] == ["hallucination", "relevance"]
    assert [rule.name for rule in watch.alerts] == ["made-up", "silence", "slower"]


@pytest.mark.parametrize(("text", "told"), [("true", True), ("false", False)])
def test_a_switch_is_true_or_false(text, told):
    """A switch is written as the schema has it; any other spelling of a boolean is refused."""
    switch = b"name: a\ndataset: d\nsample: {negative_feedback: %s}"
    assert parse_watch(switch % text.encode(), "w.yaml")[0].sample.negative_feedback is told
    with pytest.raises(WatchError, match="without quotation marks is a boolean"):
        parse_watch(switch % b"yes", "w.yaml")


def test_the_schema_takes_it():
    """The JSON Schema for editors allows what the reader allows, refuses what it refuses, and is the one in docs."""
    schema = json.loads(generate_schema())
    jsonschema.validate(yaml.safe_load(GOOD), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"name": "a", "dataset": "d", "judgee": "x"}, schema)
    kept = Path(__file__).parents[2] / "docs" / "reference" / "watch.schema.json"
    assert kept.read_text() == generate_schema()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", r"w\.yaml: the file is empty"),
        ("- a", "is a mapping"),
        ("name: a", r"w\.yaml:1:1: the key `dataset` is missing"),
        ("name: a\ndataset: d\nwindow: {}", r"3:1: window: there is no key `window`.*\n.*did you mean `windows`"),
        ("name: a\ndataset: d\nwindows: {evry: 1d}", r"3:11: windows\.evry: .*allowed: every, count, wait"),
        ("name: a\ndataset: d\nwindows: {every: 5}", "found 5, where a length of time such as 30s"),
        ("name: a\ndataset: d\njudge: baseline", "`judge` and `rubrics` come together"),
        ("name: a\ndataset: d\nanchors: {every: 1d}", "there is none: write `judge:`"),
        ("name: a\ndataset: d\nsample: {rates: {de: 1}}", "`rates` needs `by`"),
        ("name: a\ndataset: d\nreference: {windows: 0}", "at least the first window"),
        ("name: a\ndataset: d\nalerts: [{name: x, watch: latncy, above: 1}]", "neither RUBRIC.CRITERION nor a signal"),
        ("name: a\ndataset: d\nalerts: [{name: x, watch: latency}]", "exactly one of `above`"),
        ("name: a\ndataset: d\nalerts: [{name: x, above: 3}]", "every rule has `watch`"),
        ("name: a\ndataset: d\nalerts: [{name: x, watch: latency, above: 3, warn: 4}]", "`warn` lies before `above`"),
        ("name: a\ndataset: d\nalerts: [{name: x, watch: latency, below: 3, clear: 2}]", "`clear` lies before `below`"),
        ("name: a\ndataset: d\nalerts: [{name: x, watch: latency, trend: rising}]", "`over: 3` windows or more"),
        ("name: a\ndataset: d\nalerts: [{name: x, absent: 1h, warn: 3}]", "go with `above` or `below`"),
        ("name: a\ndataset: d\nalerts: [{name: x, absent: 1h}, {name: x, absent: 2h}]", "two alerts have the name"),
        (
            "name: a\ndataset: d\nalerts: [{name: x, watch: latency, trend: rising, over: 3, bound: high}]",
            "a trend has no `bound`",
        ),
        (
            "name: a\ndataset: d\njudge: b\nrubrics: refusal\nalerts: [{name: x, watch: refusal.refuse, above: 0.1}]",
            r"'refusal\.refuse' is not judged here; there are: refusal\.refusal\n.*did you mean",
        ),
        ("name: a\ndataset: d\nsend: [{to: pigeon}]", r"3:8: send\[0\]: `to` is one of file, webhook, mail, hook"),
        ("name: a\ndataset: d\nsend: [{to: fle, path: x}]", "did you mean `file`"),
        ("name: a\ndataset: d\nsend: [{to: file, pth: x}]", r"send\[0\]\.pth: .*allowed: levels, to, path"),
        ("name: a\ndataset: d\nsend: [{to: webhook}]", r"send\[0\]: give url, or url_env"),
        ("name: a\ndataset: d\nsend: [{to: file, path: x}, {to: file, path: x}]", "file x is there twice"),
        ("name: on\ndataset: d", "without quotation marks is a boolean"),
    ],
)
def test_mistakes_are_told(text, told):
    """Every mistake names its line and key and what to write instead."""
    with pytest.raises(WatchError, match=told):
        parse_watch(text.encode(), "w.yaml")


def test_several_mistakes_come_together():
    """More than one mistake is told at once."""
    with pytest.raises(WatchError, match=r"the key `name` is missing(.|\n)*there is no key `nam`"):
        parse_watch(b"nam: a\ndataset: d", "a.yaml")


def test_missing_file(tmp_path):
    """A file that is not there, or a rubric that is not, is named."""
    with pytest.raises(WatchError, match="no\\.yaml: cannot be read"):
        load_watch(tmp_path / "no.yaml")
    with pytest.raises(RubricError, match="neither a shipped rubric nor a file"):
        parse_watch(b"name: a\ndataset: d\njudge: b\nrubrics: no_such", "w.yaml")
