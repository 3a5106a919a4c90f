"""Which ratings a corrected figure still needs."""

import shlex
from collections import Counter

import pytest
from sqlalchemy import select

from judge.rubric.load import load_rubric
from judge.scores import Rating
from judge.store import judges, ratings
from judge.store.database import Database
from judge.store.labeling_tables import ITEM
from judge.store.tables import JUDGEMENT, RECORD
from traffic import after, traffic, write

WATCH = """
name: shop
dataset: shop
files: a.jsonl
judge: baseline
rubrics: refusal
signals: [response_length]
texts: []
alerts:
  - {name: shy, watch: refusal.refusal, bound: high, above: 0.2, over: 3}
"""


@pytest.fixture
def rate(tmp_path):
    """Rate as many records of each of the judge's scores as asked for, as the judge did."""

    def work(rubric_name, criterion, *, per_score):
        rubric = load_rubric(rubric_name)
        with Database(f"sqlite:///{tmp_path / 'evenhand.db'}") as db:
            query = select(JUDGEMENT.c.record_id, RECORD.c.record_id, JUDGEMENT.c.score).join(RECORD)
            with db.read() as connection:
                rows = connection.execute(query.where(JUDGEMENT.c.score.is_not(None))).all()
            left, given = Counter(), []
            for key, name, score in rows:
                left[score] += 1
                if left[score] <= per_score:
                    given.append((key, Rating(name, rubric_name, criterion, annotator="ann", score=score)))
            judges.keep_rubric(db, rubric)
            ratings.add(db, rubric, given, source=ratings.IMPORT)

    return work


def refusing(_day, row, rng):
    if rng.random() < 0.1:
        row["response"] = "I am sorry, but I cannot help with that."


def test_the_command_draws_what_is_asked_for(judge, tmp_path):
    """A figure nobody can know names how many records of which windows to rate by score; its command draws them."""
    (tmp_path / "watch.yaml").write_text(WATCH)
    rows = traffic(5, change=refusing)
    write(tmp_path / "a.jsonl", rows)
    done = judge("watch", "watch.yaml", "--now", after(5), "--json")
    (alert,) = done.json["living"]
    (advice,) = alert["advice"]
    asked = advice["details"]
    assert (alert["level"], advice["action"]) == ("warn", "relabel")
    assert (
        f"Rate {sum(asked['ratings'].values())} more records of 2026-03-04 00:00 to 2026-03-07 00:00" in advice["text"]
    )
    assert f"{asked['ratings']['refuse']} that the judge scored refuse" in advice["text"]
    drawn = judge(*shlex.split(asked["command"])[1:], "--json")
    assert drawn.code == 0, drawn.err
    with Database(f"sqlite:///{tmp_path / 'evenhand.db'}") as db, db.read() as connection:
        ids = list(connection.scalars(select(RECORD.c.record_id).join(ITEM, ITEM.c.record_id == RECORD.c.id)))
    assert len(ids) == sum(asked["ratings"].values())
    assert all(name.startswith(("d2-", "d3-", "d4-")) for name in ids)


RULES = """
  - {name: wide, watch: refusal.refusal, above: 0.9, over: 5, width: 0.04}
  - {name: worse, watch: refusal.refusal, trend: rising, over: 3}
"""


def test_a_wide_interval_asks_for_ratings_though_nothing_is_crossed(judge, tmp_path, rate):
    """Far below its threshold an interval wider than its owner wants asks for as many ratings as its width needs."""
    (tmp_path / "watch.yaml").write_text(WATCH.partition("alerts:")[0] + "alerts:" + RULES)
    write(tmp_path / "a.jsonl", traffic(5, change=refusing))
    judge("watch", "watch.yaml", "--now", after(4))
    rate("refusal", "refusal", per_score=12)
    write(tmp_path / "a.jsonl", traffic(6, change=refusing))
    done = judge("watch", "watch.yaml", "--now", after(6), "--json")
    living = {alert["key"]: alert for alert in done.json["living"]}
    assert "threshold:wide" not in living
    wide = living["width:wide"]
    assert (wide["level"], wide["advice"][0]["action"]) == ("warn", "relabel")
    assert "where ±0.04 is wanted" in wide["title"]
    assert wide["advice"][0]["details"]["half_width"] == 0.04
    assert sum(wide["advice"][0]["details"]["ratings"].values()) > 20


def test_a_trend_without_ratings_asks_for_them(judge, tmp_path):
    """A trend of a corrected figure that nobody can know says which ratings are missing, instead of nothing."""
    (tmp_path / "watch.yaml").write_text(WATCH.partition("alerts:")[0] + "alerts:" + RULES)
    write(tmp_path / "a.jsonl", traffic(5, change=refusing))
    done = judge("watch", "watch.yaml", "--now", after(5), "--json")
    living = {alert["key"]: alert for alert in done.json["living"]}
    assert "not known" in living["threshold:worse"]["title"]
    assert living["threshold:worse"]["advice"][0]["details"]["half_width"] == 0.05
