"""The seed of the project: eight weeks of a shop's assistant, and what happened in them."""

import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from judge.models.baseline import BaselineModel
from judge.models.request import Reply
from judge.monitoring.watch_file import parse_watch
from judge.monitoring.watching import Watching
from judge.records import Record
from judge.rubric.load import load_rubric
from judge.scores import Rating
from judge.settings import Settings
from judge.store import datasets, judges, ratings

EXAMPLES = Path(__file__).parents[2] / "examples"
START = datetime(2026, 10, 5, tzinfo=UTC)
WATCH = b"""
name: tarnfeld
dataset: support
files: log.jsonl
judge: baseline
rubrics: [hallucination, relevance, conciseness]
windows: {every: 7d, wait: 1h}
reference: {dataset: launch, windows: 0}
anchors: {every: 7d, most: 150}
"""


class Upgraded(BaselineModel):
    """The judge under its old name after an upgrade that nobody announced: it calls supported what is not."""

    upgraded = False

    async def ask(self, request):
        """Answer as before, until the upgrade."""
        reply = await super().ask(request)
        if not self.upgraded or request.rubric.name != "hallucination":
            return reply
        return Reply(**{name: getattr(reply, name) for name in reply.__slots__} | {"text": stricter(reply.text)})


def stricter(text):
    said = json.loads(text)
    said["supported"]["score"] = "unsupported" if said["supported"]["score"] == "supported" else "supported"
    return json.dumps(said)


def lines(name):
    with gzip.open(EXAMPLES / name, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def launch_questions():
    """What the team itself tried before the launch: the bare questions of its help pages, once each."""
    found = []
    for path in sorted((EXAMPLES / "support").glob("*.yaml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        found += [text for text in asked(content) if isinstance(text, str)]
    return found


def asked(node):
    if isinstance(node, dict):
        for key, value in node.items():
            yield from (value if key == "ask" and isinstance(value, list) else asked(value))
    elif isinstance(node, list):
        for value in node:
            yield from asked(value)


def rate_as_planted(db):
    """Ratings of the records of week 1 as the truth file has them, for the anchors."""
    rubric = load_rubric("hallucination")
    judges.keep_rubric(db, rubric)
    dataset = datasets.find(db, "support")
    keys = {record.id: key for chunk in datasets.chunks(db, dataset) for key, record in chunk}
    given = []
    for row in lines("support_truth.jsonl.gz"):
        score = row["criteria"].get("hallucination.supported")
        if row["id"] in keys and score is not None:
            given.append((keys[row["id"]], Rating(row["id"], "hallucination", "supported", "planted", score=score)))
    ratings.add(db, rubric, given)


@pytest.mark.slow
async def test_every_week_is_named(db, tmp_path, monkeypatch):
    """Customers' questions in week 1, the drifted version in week 4, stale documents in week 6, the judge in week 7.

    Each in its week, as its kind, and nothing else in any week.
    """
    monkeypatch.chdir(tmp_path)
    launch = datasets.ensure(db, "launch")
    datasets.add(
        db, launch, [Record(f"q{place}", None, question=text) for place, text in enumerate(launch_questions())]
    )
    log = lines("support.jsonl.gz")
    model = Upgraded()
    found = {}
    for week in range(1, 9):
        end = START + timedelta(weeks=week)
        rows = [row for row in log if datetime.fromisoformat(row["time"]) < end]
        (tmp_path / "log.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        model.upgraded = week >= 7
        watch, rubrics = parse_watch(WATCH, "watch.yaml")
        watching = Watching(db, watch, rubrics, Settings(), model)
        now = end + timedelta(hours=2)
        tick = await watching.tick(now)
        assert len(tick.analysed) == 1
        opened = [alert for alert in tick.alerts if alert.opened == now]
        found[week] = [(alert.key, str(alert.kind)) for alert in opened]
        if week == 1:
            rate_as_planted(db)
            for alert in opened:
                watching.accept(alert.key, now)
    assert found == {
        1: [("data:questions", "data")],
        2: [],
        3: [],
        4: [("model:version=2026-10.1", "model")],
        5: [],
        6: [("data:documents", "data")],
        7: [("judge", "judge")],
        8: [],
    }
