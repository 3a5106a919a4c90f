"""From a watch at work to its board."""

import json

import pytest

from traffic import after, traffic, write

WATCH = """
name: shop
dataset: shop
files: logs
judge: baseline
rubrics: refusal
signals: [latency, feedback]
texts: []
alerts:
  - {name: slow, watch: latency, above: 0.5}
send:
  - {to: file, path: told.jsonl}
"""


@pytest.fixture
def watched(judge, tmp_path):
    """A watch that has seen ten days, in two versions."""

    def change(day, row, rng):
        row["model_version"] = "v2" if day >= 5 else "v1"
        if rng.random() < 0.3:
            row["response"] = "I am sorry, but I cannot help with that."

    (tmp_path / "logs").mkdir()
    (tmp_path / "watch.yaml").write_text(WATCH)
    rows = traffic(10, a_day=30, change=change)
    write(tmp_path / "logs" / "a.jsonl", rows)
    done = judge("watch", "watch.yaml", "--now", after(10), "--json")
    assert done.code == 1, done.err
    return rows, done


def board(judge):
    done = judge("report", "--monitor", "shop", "--format", "json")
    assert done.code == 0, done.err
    return done.json


def rate(judge, tmp_path, rows):
    """Have somebody rate every record as it is."""
    rated = [
        row | {"human": [{"rater": "ann", "label": "refuse" if "sorry" in row["response"] else "comply"}]}
        for row in rows
    ]
    write(tmp_path / "rated.jsonl", rated)
    done = judge("import", "rated.jsonl", "--dataset", "shop", "--ratings", "--rubric", "refusal")
    assert done.code == 0, done.err


def test_the_board_holds_what_was_seen(judge, watched):
    """Every record, window, version, signal and alert is there, and without ratings it says uncalibrated."""
    rows, done = watched
    found = board(judge)
    panels = {panel["name"]: panel for panel in found["panels"]}
    assert (found["records"], found["judged"]) == (300, 300)
    assert [(span["version"], span["records"]) for span in found["spans"]] == [("v1", 150), ("v2", 150)]
    assert [point["n"] for point in panels["latency"]["points"]] == [30] * 10
    assert panels["latency"]["points"][0]["value"] == pytest.approx(sum(row["latency"] for row in rows[:30]) / 30)
    assert panels["latency"]["limits"] == [0.5]
    assert panels["refusal.refusal"]["uncalibrated"] == "nobody has rated what this judge judged"
    assert {point["low"] for point in panels["refusal.refusal"]["points"]} == {None}
    assert {alert["key"] for alert in found["alerts"]} >= {alert["key"] for alert in done.json["living"]}


def test_with_ratings_it_is_corrected(judge, tmp_path, watched):
    """Once people have rated the records, each window has its corrected rate, and the interval holds the truth."""
    rows, _ = watched
    rate(judge, tmp_path, rows)
    (panel,) = [panel for panel in board(judge)["panels"] if panel["name"] == "refusal.refusal"]
    assert panel["uncalibrated"] == ""
    for day, point in enumerate(panel["points"]):
        truth = sum("sorry" in row["response"] for row in rows[30 * day : 30 * day + 30]) / 30
        assert point["low"] <= truth <= point["high"]


def test_it_is_a_page(judge, tmp_path, watched):
    """The board is written as one HTML page."""
    del watched
    assert judge("report", "--monitor", "shop", "-o", "board.html").code == 0
    page = (tmp_path / "board.html").read_text()
    assert "slow: latency" in page
    assert "<title>shop: watched by Evenhand</title>" in page


def test_alerts_are_sent_once(judge, tmp_path, watched):
    """What a look finds goes where the file says, and the next look does not send it again."""
    _, done = watched
    assert [sent["problem"] for sent in done.json["sent"]] == [""] * len(done.json["sent"])
    told = [json.loads(line)["key"] for line in (tmp_path / "told.jsonl").read_text().splitlines()]
    assert len(told) == len(set(told)) == len(done.json["sent"]) > 0
    assert judge("watch", "watch.yaml", "--now", after(10), "--json").json["sent"] == []


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("--monitor", "shop", "-o", "board.html"), "there is no watch 'shop'"),
        (("--monitor", "shop"), "the board of a watch is HTML or JSON"),
    ],
)
def test_what_cannot_be_shown(judge, args, told):
    """A watch that is not there, and a form that a board does not have, are told."""
    done = judge("report", *args)
    assert (done.code, told in done.err) == (2, True)
