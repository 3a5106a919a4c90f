"""Stopping a command that would never end by itself; `tests/chaos/test_stop.py` stops whole runs."""

import subprocess
import sys

import pytest

NEVER_ENDING = {
    "the loop stands still": "time.sleep(1000)",
    "work goes on": "await asyncio.sleep(1000)",
    "something is left over": "await asyncio.sleep(0.1); atexit.register(time.sleep, 1000); return",
    "a thread is left over": "threading.Thread(target=time.sleep, args=[1000]).start(); await asyncio.sleep(0.1)",
}

COMMAND = """
import asyncio, atexit, os, signal, threading, time
from judge.cli.stopping import interruptible

async def work():
    with interruptible(lambda: None, seconds=(0.3, 0.3)):
        os.kill(os.getpid(), signal.{signal})
        {waiting}

asyncio.run(work())
"""


def ran(code):
    """A Python process that runs this code, to its end."""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)  # noqa: S603 - our own code


@pytest.mark.parametrize("signal", ["SIGINT", "SIGTERM"])
@pytest.mark.parametrize("waiting", NEVER_ENDING)
def test_whatever_a_command_waits_for_a_signal_ends_it(waiting, signal):
    """Nothing that is stuck, also after the work itself, outlives a signal; the exit code is 130."""
    code = COMMAND.format(signal=signal, waiting=NEVER_ENDING[waiting])
    ended = ran(code)
    assert ended.returncode == 130, ended.stderr
    assert "calls that were in flight stand as orphans" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_command_without_a_signal_goes_on_for_as_long_as_it_likes():
    """Without a signal nothing is ended, during the work or after it."""
    code = COMMAND.replace("os.kill(os.getpid(), signal.{signal})", "pass").format(waiting="await asyncio.sleep(0.6)")
    code += "\ntime.sleep(0.6); print('done', [each.name for each in threading.enumerate()])"
    ended = ran(code)
    assert (ended.returncode, ended.stdout) == (0, "done ['MainThread']\n"), ended.stderr
