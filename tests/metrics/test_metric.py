import subprocess
import sys
import types

import pytest

from judge.errors import UsageError
from judge.metrics.metric import FAMILIES, METRICS, open_metric
from judge.records import Record
from judge.scales import Level
from judge.scores import Abstention, Reason

RECORD = Record(id="1", response="You have 30 days to return it.", reference="You have 30 days to send it back.")


def test_a_family_gives_one_score_for_each_of_its_metrics():
    """`rouge` gives rouge1, rouge2 and rougeL, in that order, each on its scale."""
    opened = open_metric("rouge")
    scores = opened.score(RECORD)
    assert list(scores) == ["rouge1", "rouge2", "rougeL"] == [metric.name for metric in opened.metrics]
    assert all(metric.scale.read(scores[metric.name]) is not None for metric in opened.metrics)


@pytest.mark.parametrize("name", ["rouge2", "bleu", "chrf"])
def test_a_metric_gives_its_own_score_alone(name):
    """A single metric's name gives that score and no other."""
    opened = open_metric(name)
    scores = opened.score(RECORD)
    assert list(scores) == [name]
    assert METRICS[name].low < scores[name] < METRICS[name].high


@pytest.mark.parametrize("name", ["rouge", "bleu", "chrf"])
@pytest.mark.parametrize("missing", ["response", "reference"])
def test_missing_field_is_an_abstention(name, missing):
    """A record without response or reference, or with blanks there, is not scored, and the reason names the field."""
    for text in (None, "  \n"):
        record = Record(**{"id": "1", "response": "a", "reference": "a", missing: text})
        assert open_metric(name).score(record) == Abstention(Reason.MISSING_FIELD, missing)


@pytest.mark.parametrize("name", ["rouge", "bleu"])
def test_abstention_of_the_computation_is_handed_on(name):
    """Where a text cannot be scored the abstention comes through whole."""
    record = Record(id="1", response="您可以退货", reference="???" if name == "rouge" else "您可以退货")
    assert isinstance(open_metric(name).score(record), Abstention)


def test_every_metric_has_an_interval_scale_and_needs_known_fields():
    """Each metric's scale measures, and the fields it needs can be read from any record."""
    for metric in METRICS.values():
        assert metric.scale.level is Level.INTERVAL
        assert metric.scale.good == (metric.good,)
        assert all(RECORD.read(name) for name in metric.needs)


def test_families_name_metrics_that_exist():
    """A family stands only for metrics of the table."""
    assert all(name in METRICS for names in FAMILIES.values() for name in names)


def test_unknown_metric_lists_the_allowed():
    """The message for a wrong name lists every name, and the hint is the one most like it."""
    with pytest.raises(UsageError) as raised:
        open_metric("ROUGEl")
    assert "there is no metric 'ROUGEl'" in str(raised.value)
    assert "rouge, rouge1, rouge2, rougeL, bleu, chrf, toxicity" in str(raised.value)
    assert "write --metric rougeL" in str(raised.value)


def test_unknown_metric_without_a_likely_meaning_has_no_hint():
    """A name like no other is answered with the list alone."""
    with pytest.raises(UsageError) as raised:
        open_metric("perplexity")
    assert raised.value.hint is None


def test_looking_metrics_up_loads_no_library():
    """The table of metrics can be read without importing what computes them."""
    script = "import sys, judge.metrics.metric; sys.exit(bool({'nltk', 'rouge_score', 'sacrebleu'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0  # noqa: S603 - our own script


@pytest.mark.slow
def test_metrics_work_offline_without_a_warning():
    """With sockets refused and warnings as errors, ROUGE, BLEU and chrF still score: nothing is fetched."""
    script = """
import socket
class Refused(socket.socket):
    def connect(self, *_): raise SystemExit("the network was asked")
socket.socket = Refused
from judge.metrics.metric import open_metric
from judge.records import Record
for name in ("rouge", "bleu", "chrf"):
    assert open_metric(name).score(Record(id="1", response="a b", reference="a b"))
"""
    done = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, "-W", "error", "-c", script], check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_toxicity_reads_the_response_alone(monkeypatch):
    """The toxicity metric hands the response to the classifier, needs no reference, and gives its probability."""
    asked = []
    classifier = types.ModuleType("judge.metrics.toxicity")
    classifier.toxicity = lambda text: asked.append(text) or 0.25
    monkeypatch.setitem(sys.modules, "judge.metrics.toxicity", classifier)
    opened = open_metric("toxicity")
    assert opened.score(Record(id="1", response="You fool.")) == {"toxicity": 0.25}
    assert asked == ["You fool."]
    assert opened.score(Record(id="1", response=" ")) == Abstention(Reason.MISSING_FIELD, "response")
