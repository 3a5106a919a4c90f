import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from judge.monitoring.watch_file import parse_watch
from traffic import after, traffic, write

WATCH = "name: shop\ndataset: shop\nfiles: logs\nreference: {windows: 3}\n"


@pytest.fixture
def logs(tmp_path):
    (tmp_path / "logs").mkdir()
    (tmp_path / "watch.yaml").write_text(WATCH)
    return tmp_path / "logs"


def longer(day, row, _rng):
    if day >= 8:
        row["model_version"] = "v2"
        row["response"] += " and much more besides it all is said again and again"


def test_quiet_days_are_quiet(judge, logs):
    """Where nothing moves nothing is told, and the exit code is 0."""
    write(logs / "a.jsonl", traffic(14))
    done = judge("watch", "watch.yaml", "--now", after(14), "--json")
    assert (done.code, done.json["taken"], len(done.json["analysed"]), done.json["alerts"]) == (0, 840, 14, [])


def test_a_version_that_answers_longer(judge, logs):
    """A new version with longer responses is named as model drift of that version on its first day, with advice."""
    write(logs / "a.jsonl", traffic(9, change=longer))
    done = judge("watch", "watch.yaml", "--now", after(9))
    assert done.code == 1
    assert "ALERT · model · Version v2 answers differently" in done.out
    assert "model:version=v2 · 2026-03-10 00:00 to 2026-03-11 00:00" in done.out
    assert "No version before v2 is known to be better" in done.out
    assert "v1: no judged rate is watched" in done.out


def test_it_goes_on_where_it_stopped(judge, logs):
    """Day by day, with files that grow, duplicates and late records, comes to the same alert as all at once."""
    rows = traffic(9, change=longer)
    for days in range(1, 10):
        write(logs / "a.jsonl", [row for row in rows if row["id"].startswith(tuple(f"d{d}-" for d in range(days)))])
        done = judge("watch", "watch.yaml", "--now", after(days), "--json")
        assert (done.json["taken"], len(done.json["analysed"])) == (60, 1)
        assert done.code == (1 if days == 9 else 0)
    (alert,) = done.json["alerts"]
    assert alert["key"] == "model:version=v2"
    again = judge("watch", "watch.yaml", "--now", after(9), "--json").json
    assert (again["taken"], again["analysed"], again["alerts"]) == (0, [], [])
    assert [one["key"] for one in again["living"]] == ["model:version=v2"]
    write(logs / "late.jsonl", [rows[0] | {"id": "late"}])
    assert judge("watch", "watch.yaml", "--now", after(9), "--json").json["late"] == 1


def test_accepting_the_new_normal(judge, logs):
    """What was accepted is what later days are held against; an alert that is not open cannot be accepted."""
    rows = traffic(13, change=longer)
    write(logs / "a.jsonl", rows[: 60 * 9])
    judge("watch", "watch.yaml", "--now", after(9))
    assert "none is open" not in judge("watch", "watch.yaml", "--now", after(9), "--snooze", "model:version=v2").err
    write(logs / "a.jsonl", rows)
    done = judge("watch", "watch.yaml", "--now", after(13), "--accept", "model:version=v2", "--json")
    assert (done.code, done.json["alerts"], done.json["living"]) == (0, [], [])
    done = judge("watch", "watch.yaml", "--accept", "model:version=v2")
    assert (done.code, "no alert 'model:version=v2' is open" in done.err) == (2, True)


def test_new_questions_are_data_drift(judge, logs):
    """A product nobody asked about before is named, with its name and the records."""

    def new(day, row, rng):
        if day >= 6 and rng.random() < 0.8:
            row["question"] = f"Does the Polarfox tent hold in wind {rng.randrange(9)}?"

    write(logs / "a.jsonl", traffic(7, change=new))
    done = judge("watch", "watch.yaml", "--now", after(7), "--json")
    (alert,) = done.json["alerts"]
    assert (alert["key"], alert["kind"]) == ("data:questions", "data")
    assert "polarfox" in alert["evidence"][0]["text"]
    assert "Polarfox" in alert["examples"][0]["text"]


@pytest.mark.usefixtures("logs")
def test_counted_windows(judge, tmp_path):
    """Windows may be so many records, and a log may come once by name."""
    (tmp_path / "watch.yaml").write_text(WATCH.replace("files: logs", "windows: {count: 100}"))
    path = write(tmp_path / "more.jsonl", traffic(5))
    done = judge("watch", "watch.yaml", path, "--json").json
    assert (done["taken"], done["analysed"]) == (300, [0, 1, 2])


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["--every", "5x"], "--every: found '5x', where a length of time"),
        (["--every", "5m", "--now", "2026-01-01"], "--now sets another"),
        (["--now", "soon"], "'soon' is no time"),
        (["--snooze", "x"], "no alert 'x' is open"),
    ],
)
def test_mistakes(judge, logs, args, told):
    """What cannot be meant is told."""
    assert logs.is_dir()
    done = judge("watch", "watch.yaml", *args)
    assert (done.code, told in done.err) == (2, True)


def test_a_watch_keeps_its_windows(judge, logs, tmp_path):
    """A watch whose windows are changed says to begin again under another name."""
    write(logs / "a.jsonl", traffic(1))
    assert judge("watch", "watch.yaml", "--now", after(1)).code == 0
    (tmp_path / "watch.yaml").write_text(WATCH + "windows: {every: 7d}\n")
    done = judge("watch", "watch.yaml")
    assert (done.code, "give the watch another `name:`" in done.err) == (2, True)


def test_late_negative_feedback_is_judged(judge, logs, tmp_path):
    """A record that was folded unjudged is judged once when its negative feedback comes, and no rate counts it."""
    judging = "judge: baseline\nrubrics: refusal\nsample: {rate: 0.1}\nsignals: [feedback]\ntexts: []\n"
    (tmp_path / "watch.yaml").write_text(WATCH + judging)
    rows = [row | {"feedback": None} for row in traffic(3)]
    write(logs / "a.jsonl", rows)
    assert judge("watch", "watch.yaml", "--now", after(3), "--json").json["judged"] < 60
    rates = judge("report", "--monitor", "shop", "--format", "json").json["panels"][0]["points"]
    write(logs / "a.jsonl", [row | {"feedback": 0 if row["id"].startswith("d1-") else 1} for row in rows])
    done = judge("watch", "watch.yaml", "--now", after(3), "--json").json
    assert (done["taken"], 40 < done["judged"] <= 60) == (0, True)
    assert judge("report", "--monitor", "shop", "--format", "json").json["panels"][0]["points"] == rates
    assert judge("watch", "watch.yaml", "--now", after(3), "--json").json["judged"] == 0


def test_the_page_has_a_watch_file_that_can_be_read():
    """The YAML of the how-to is a whole watch file, rubrics and all."""
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "watch.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"```yaml title=\"watch.yaml\"\n(.*?)```", page, re.DOTALL)
    watch, rubrics = parse_watch(text.encode(), "watch.yaml")
    assert (watch.name, watch.files, watch.sample.rates) == ("support", ("logs",), {"de": 0.5})
    assert [rubric.name for rubric in rubrics] == ["hallucination", "relevance"]
    assert [rule.name for rule in watch.alerts] == ["made-up", "surely-made-up", "slow", "worse-liked", "silence"]


@pytest.mark.parametrize(("rule", "code"), [("", 0), ("alerts: [{name: slow, watch: latency, above: 0.1}]\n", 1)])
def test_a_watch_left_running(judge, logs, tmp_path, rule, code):
    """Left running it takes what comes between two looks; SIGTERM ends it with its exit code, and its state is kept."""
    (tmp_path / "watch.yaml").write_text(WATCH + "texts: []\n" + rule)
    write(logs / "a.jsonl", traffic(2))
    command = [sys.executable, "-m", "judge", "watch", "watch.yaml", "--every", "1s"]
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True, env=environment) as process:  # noqa: S603 - our own command
        try:
            assert process.stdout is not None
            assert "120 records" in process.stdout.readline()
            write(logs / "b.jsonl", traffic(1, first=2))
            assert any("60 records" in line for line in process.stdout)
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == code
    again = judge("watch", "watch.yaml", "--json").json
    assert (again["taken"], again["analysed"]) == (0, [])
