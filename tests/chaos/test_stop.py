"""Stopping a run of each backend; `benchmarks/stopping.py` does every scene by every signal and takes the time."""

import pytest

from chaos.stopping import CONCURRENCY, SCENES, SIGNALS, stop

STORED = {"replies that take 2 s", "the writer"}
"""Where all that is in flight comes within the grace; in the other scenes only the first request is answered."""

GIVEN_UP = {"replies that take 30 s", "silence"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("scene", "backend", "signals"),
    [
        *((scene, "openai", "Ctrl-C") for scene in SCENES if scene != "silence"),
        ("silence", "openai", "SIGTERM"),
        ("replies that take 2 s", "openai", "Ctrl-C twice"),
        ("an open circuit", "openai", "Ctrl-C twice"),
        ("replies that take 30 s", "litellm", "Ctrl-C"),
        ("silence", "litellm", "SIGTERM"),
        ("replies that take 2 s", "litellm", "Ctrl-C twice"),
    ],
)
def test_a_stopped_run_keeps_what_comes_and_tells_what_does_not(tmp_path, scene, backend, signals):
    """Whatever the run waits for: exit code 130, what comes within the grace is stored, the rest stands as orphans.

    Nothing is sent after the signal, and no call in flight is forgotten. After a second signal nothing is awaited.
    Another process that holds the database for good is awaited no longer: one line says what could not be stored.
    """
    ended = stop(tmp_path, SCENES[scene], backend, SIGNALS[signals])
    lost = SCENES[scene].held is None
    given_up = lost or scene in GIVEN_UP or (scene in STORED and signals == "Ctrl-C twice")
    assert ended.code == 130
    assert ended.attempts == ended.requests
    assert ended.orphans == (CONCURRENCY if given_up else 0)
    assert ("another process holds the database; replies that had come and are not stored: 8" in ended.talk) is lost
    assert "Traceback" not in ended.talk
    if scene in STORED:
        assert ended.scored == ended.requests - ended.orphans
        assert ended.requests > CONCURRENCY
    else:
        assert ended.scored == 1
