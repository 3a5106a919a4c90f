"""Which ratings a corrected figure still needs."""

import shlex

from sqlalchemy import select

from judge.store.database import Database
from judge.store.labeling_tables import ITEM
from judge.store.tables import RECORD
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
