import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from judge.models.baseline import BaselineModel
from judge.monitoring import taking
from judge.monitoring.boarding import board_of
from judge.monitoring.watch_file import parse_watch
from judge.monitoring.watching import Watching
from judge.settings import Settings
from judge.store.tables import CALL, JUDGEMENT
from judge.store.watch_tables import WINDOW
from traffic import START, traffic, write

WATCH = """
name: shop
dataset: shop
files: {folder}
judge: baseline
rubrics: [refusal]
sample: {{rate: 0.2}}
reference: {{windows: 3}}
alerts: [{{name: slow, watch: latency, bound: low, above: 5, look: always}}]
"""


class Killed(Exception):  # noqa: N818 - stands for a crash
    """The process is gone."""


def longer(day, row, _rng):
    if day >= 7:
        row["model_version"] = "v2"
        row["response"] += " and much more besides it all is said again and again"
    if row["id"].endswith("-0"):
        del row["model_version"]


@pytest.mark.parametrize("db", ["sqlite", "postgres"], indirect=True)
def test_a_look_that_dies_goes_on_where_it_stopped(db, tmp_path, monkeypatch):
    """On SQLite and Postgres, what was folded and judged before a crash is neither counted nor paid for again."""
    monkeypatch.setattr(taking, "LOT", 50)
    write(tmp_path / "a.jsonl", traffic(8, change=longer))
    watch, rubrics = parse_watch(WATCH.format(folder=tmp_path).encode(), "watch.yaml")
    lots = []

    def watching():
        return Watching(db, watch, rubrics, Settings(), BaselineModel())

    def die(count):
        lots.append(count)
        if len(lots) == 4:
            raise Killed

    with pytest.raises(Killed):
        asyncio.run(watching().tick(START + timedelta(days=3), on_lot=die))
    done = [asyncio.run(watching().tick(START + timedelta(days=days, hours=2))) for days in (5, 8)]
    assert sum(lots) + sum(tick.taken for tick in done) == 480
    assert [alert.key for alert in done[-1].living] == ["model:version=v2"]
    with db.read() as connection:
        pooled = select(func.count(), func.sum(WINDOW.c.records)).where(
            WINDOW.c.version == "*", WINDOW.c.segment == "*"
        )
        assert tuple(connection.execute(pooled).one()) == (8, 480)
        judged, calls = (connection.scalar(select(func.count()).select_from(table)) for table in (JUDGEMENT, CALL))
    assert judged == calls > 60
    assert asyncio.run(watching().tick(START + timedelta(days=8, hours=3))).taken == 0
    board = board_of(db, "shop", START + timedelta(days=9))
    assert [span.version for span in board.spans] == ["v1", "v2"]
    assert board.records == 480
