"""Log files: JSON lines in a folder, each file written by one process for one hour."""

from __future__ import annotations

import os
import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

MAX_FILE: Final = 64 * 1024 * 1024
"""Size in bytes past which a new file is begun."""


class LogFile:
    """One file, made when it is opened; only its maker writes to it.

    Args:
        folder: Where it goes; made if it is not there.
        kind: What its name ends in before ``.jsonl``, where a folder has several kinds of lines.

    Raises:
        OSError: The folder or the file cannot be made.
    """

    def __init__(self, folder: Path, kind: str = "") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._hour = _hour()
        name = f"{self._hour}.{os.getpid()}.{secrets.token_hex(4)}{kind}.jsonl"
        self._descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o640)
        self._size = 0

    def fits(self, size: int) -> bool:
        """Whether so many bytes more belong into this file; else it is time for the next one."""
        return self._hour == _hour() and (self._size == 0 or self._size + size <= MAX_FILE)

    def append(self, data: bytes) -> None:
        """Append whole lines.

        Raises:
            OSError: They cannot be written; nothing of them stays.
        """
        start = self._size
        view = memoryview(data)
        try:
            while view:
                written = os.write(self._descriptor, view)
                view = view[written:]
                self._size += written
        except OSError:
            # Half a batch, as on a full disk, is taken back: it will be written again whole.
            os.ftruncate(self._descriptor, start)
            self._size = start
            raise

    def sync(self) -> None:
        """See what was appended to the disk."""
        os.fsync(self._descriptor)

    def close(self) -> None:
        """Give the file back."""
        os.close(self._descriptor)


def _hour() -> str:
    # No colon: not every file system takes one.
    return datetime.now(UTC).strftime("%Y-%m-%dT%H")
