"""The application's side of the log."""

import json
import logging
import os
import subprocess
import sys
import threading

import pytest

import judge
from judge.logbook import Logbook


def lines(folder):
    return [json.loads(line) for path in sorted(folder.iterdir()) for line in path.read_text().splitlines()]


def test_what_is_logged_can_be_imported(tmp_path):
    """A response with its fields comes back as a record, with what is no field as metadata."""
    with Logbook(tmp_path / "log") as log:
        name = log(
            question="Do you ship to Norway?",
            response="Yes.",
            documents=["We ship to Norway."],
            latency=0.4,
            shop="north",
        )
    (path,) = (tmp_path / "log").iterdir()
    (entry,) = judge.read_log(path)
    record = entry.record
    assert (record.id, record.response, record.latency) == (name, "Yes.", 0.4)
    assert record.documents[0].text == "We ship to Norway."
    assert record.metadata == {"shop": "north"}
    assert record.time is not None


def test_nothing_is_lost_or_mixed_by_threads(tmp_path):
    """Lines of many threads are whole, and each is there once."""
    log = Logbook(tmp_path, backlog=10**6)

    def work(thread):
        for number in range(500):
            log(id=f"{thread}/{number}", response="x" * 300)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log.close()
    assert sorted(row["id"] for row in lines(tmp_path)) == sorted(f"{t}/{n}" for t in range(8) for n in range(500))
    assert log.lost == 0


def test_the_end_of_the_program_waits(tmp_path):
    """What was logged just before the program ended is in the file."""
    code = f"import judge\nlog = judge.Logbook({str(tmp_path)!r})\nfor n in range(1000): log(id=str(n), response='x')"
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603 - our own code
    assert len(lines(tmp_path)) == 1000


def test_a_folder_that_cannot_be_written(tmp_path, caplog):
    """An application whose log cannot be written goes on, and is told once."""
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    log = Logbook(blocked)
    with caplog.at_level(logging.WARNING, "judge.logbook"):
        log(response="one")
        log(response="two")
        assert not log.flush(0.2)
        log.close(0.1)
    assert log.lost == 2
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "cannot be written and is tried again" in caplog.text


def test_a_disk_that_comes_back(tmp_path):
    """What waited while the folder could not be made is written once it can."""
    blocked = tmp_path / "log"
    blocked.write_text("in the way")
    log = Logbook(blocked)
    log(id="1", response="one")
    assert not log.flush(0.1)
    blocked.unlink()
    assert log.flush(10)
    assert [row["id"] for row in lines(blocked)] == ["1"]
    assert log.lost == 0
    log.close()


def test_a_full_backlog_is_counted(tmp_path):
    """Where the disk does not keep up, new lines are counted as lost, and none waits without bound."""
    blocked = tmp_path / "file"
    blocked.write_text("")
    log = Logbook(blocked, backlog=3)
    for _ in range(10):
        log(response="x")
    assert log.lost == 7
    log.close(0.05)
    assert log.lost == 10


@pytest.mark.parametrize(
    "odd", [{"response": "\ud83d"}, {"response": "x", "thing": object()}, {"response": "x", "thing": {1: {2, 3}}}]
)
def test_odd_values_are_kept(tmp_path, odd):
    """What JSON has no word for is written as text; nothing is raised into the application."""
    with Logbook(tmp_path) as log:
        log(**odd)
    assert len(lines(tmp_path)) == 1
    assert log.lost == 0


def test_what_cannot_be_written_at_all(tmp_path):
    """A value that contains itself is lost, counted, and raises nothing."""
    loop = []
    loop.append(loop)
    with Logbook(tmp_path) as log:
        log(response="x", thing=loop)
    assert log.lost == 1


def test_feedback_follows(tmp_path):
    """Feedback names the record it is about."""
    with Logbook(tmp_path) as log:
        name = log(response="x")
        log.feedback(name, value=True)
    assert [row.get("feedback_for") for row in lines(tmp_path)] == [None, name]
    assert lines(tmp_path)[1]["feedback"] == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_child_logs_too(tmp_path):
    """A child writes to a file of its own, and nothing of the parent twice."""
    code = (
        "import os, judge\n"
        f"log = judge.Logbook({str(tmp_path)!r})\n"
        "log(id='parent', response='x'); log.flush()\n"
        "pid = os.fork()\n"
        "log(id=f'after-{\"parent\" if pid else \"child\"}', response='x')\n"
        "log.close()\n"
        "if pid == 0: os._exit(0)\n"
        "os.waitpid(pid, 0)"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True)  # noqa: S603 - our own code
    assert sorted(row["id"] for row in lines(tmp_path)) == ["after-child", "after-parent", "parent"]
