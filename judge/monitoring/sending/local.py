"""Local channels: a file of JSON lines, and a command of the owner's own."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING

from judge.monitoring.sending.failed import FailedError

if TYPE_CHECKING:
    from judge.monitoring.sending.channels import FileChannel, HookChannel
    from judge.monitoring.sending.notice import Notice

_MAX_SAID = 200


def append(channel: FileChannel, notice: Notice) -> None:
    """Append a notice as one line, and see it to the disk.

    Raises:
        FailedError: The file cannot be written.
    """
    line = json.dumps(notice.to_json(), ensure_ascii=True, default=str) + "\n"
    try:
        with open(channel.path, "ab", buffering=0) as file:  # noqa: PTH123 - unbuffered: one line is one write
            file.write(line.encode())
            os.fsync(file.fileno())
    except OSError as error:
        raise FailedError(f"{channel.path} cannot be written: {error.strerror or error}", again=True) from error


def run_hook(channel: HookChannel, notice: Notice) -> None:
    """Run the owner's command with the notice as JSON on standard input.

    Raises:
        FailedError: It cannot be run, takes too long, or its exit code is not 0. It is not run again: nobody knows how
            far it came.
    """
    value = json.dumps(notice.to_json(), ensure_ascii=False, default=str).encode("utf-8", "replace")
    try:
        done = subprocess.run(  # noqa: S603 - the owner wrote it, and no shell sees it
            channel.command, input=value, capture_output=True, timeout=channel.timeout, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise FailedError(f"{channel.command[0]} took longer than {channel.timeout:g} s", again=False) from error
    except OSError as error:
        raise FailedError(f"{channel.command[0]} cannot be run: {error.strerror or error}", again=False) from error
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip()[-_MAX_SAID:]
        raise FailedError(f"{channel.command[0]} ended with {done.returncode}: {said}", again=False)
