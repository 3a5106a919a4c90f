"""Sources: the unpacked bytes of a log file or of standard input."""

from __future__ import annotations

import gzip
import io
import shutil
import sys
import tempfile
import zlib
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from judge.errors import LogError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _typeshed import WriteableBuffer

HEAD_BYTES: Final = 1 << 16
"""How much of a log is looked at to tell what it is."""

STDIN: Final = "-"

_BUFFER: Final = 1 << 18
_GZIP: Final = b"\x1f\x8b"
_PARQUET: Final = b"PAR1"
_BOM: Final = b"\xef\xbb\xbf"
_WIDE_BOMS: Final = {
    b"\xff\xfe\x00\x00": "UTF-32",
    b"\x00\x00\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}


class _Replay(io.RawIOBase):
    """A stream whose first bytes were already read."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head = head
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        target = memoryview(buffer).cast("B")
        if self._head:
            data, self._head = self._head[: len(target)], self._head[len(target) :]
        else:
            data = self._rest.read(len(target))
        target[: len(data)] = data
        return len(data)


class Source:
    """The unpacked bytes of one log.

    Attributes:
        name: The path, or ``-``.
        mark: Bytes of a byte order mark, which are left out.

    Args:
        name: The path, or ``-``.
        stored: The bytes as they are stored.

    Raises:
        LogError: The bytes are damaged gzip data, or text in UTF-16 or UTF-32.
    """

    def __init__(self, name: str, stored: BinaryIO) -> None:
        self.name = name
        self._spooled: BinaryIO | None = None
        with self.guard():
            magic = _fill(stored, b"", len(_GZIP))
            plain = io.BufferedReader(_Replay(magic, stored), _BUFFER)
            self._packed = magic == _GZIP
            self._rest: BinaryIO = gzip.GzipFile(fileobj=plain) if self._packed else plain  # type: ignore[assignment]
            self._head = _fill(self._rest, b"", HEAD_BYTES)
        self._refuse_wide()
        self.mark = len(_BOM) if self._head.startswith(_BOM) else 0
        self._head = self._head.removeprefix(_BOM)

    @property
    def is_parquet(self) -> bool:
        """Whether the bytes begin as a Parquet file does."""
        return self._head.startswith(_PARQUET)

    @property
    def in_file(self) -> bool:
        """Whether the bytes lie in a file of that name just as they are read."""
        return self.name != STDIN and not self._packed

    def head(self, size: int = HEAD_BYTES) -> bytes:
        """The first bytes, at least ``size`` of them unless the log is shorter; reading starts before them."""
        if len(self._head) < size:
            with self.guard():
                self._head = _fill(self._rest, self._head, size)
        return self._head

    def stream(self) -> io.BufferedReader:
        """All the bytes from the start; call it once, after the last look at the head."""
        return io.BufferedReader(_Replay(self._head, self._rest), _BUFFER)

    @contextmanager
    def stream_after(self, size: int) -> Iterator[io.BufferedReader]:
        """The bytes after the first `size`, at once where they lie in a file; with 0, all of them, as `stream`."""
        if not size:
            yield self.stream()
            return
        with Path(self.name).open("rb") as file:
            file.seek(size)
            yield file

    def spool(self) -> BinaryIO:
        """All the bytes in a temporary file, for formats that are not read from front to back."""
        spooled = tempfile.TemporaryFile()  # noqa: SIM115 - the caller reads it
        with self.guard():
            shutil.copyfileobj(self.stream(), spooled, _BUFFER)
        spooled.seek(0)
        self._spooled = spooled
        return spooled

    def close(self) -> None:
        """Give back the temporary file, if there is one."""
        if self._spooled is not None:
            self._spooled.close()

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Turns what a damaged or vanishing file raises into an error that names the file."""
        try:
            yield
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            message = f"the gzip data is damaged or ends early ({error}); what came before it was read"
            raise LogError(message, where=self.name, hint="fetch or write the file again") from error
        except OSError as error:
            raise LogError(f"reading stopped: {error.strerror or error}", where=self.name) from error

    def _refuse_wide(self) -> None:
        found = next((name for bom, name in _WIDE_BOMS.items() if self._head.startswith(bom)), None)
        start = self._head[:200]
        if found is None and not self.is_parquet and start.count(0) > len(start) // 3:
            found = "UTF-16 or another encoding with zero bytes"
        if found is not None:
            hint = f"convert it first: iconv -f {found.split()[0]} -t UTF-8 LOG > LOG.utf8"
            raise LogError(f"the text is in {found}; logs are read in UTF-8", where=self.name, hint=hint)


def _fill(stream: BinaryIO, head: bytes, size: int) -> bytes:
    parts = [head]
    have = len(head)
    while have < size and (part := stream.read(size - have)):
        parts.append(part)
        have += len(part)
    return b"".join(parts)


@contextmanager
def open_source(path: str | Path) -> Iterator[Source]:
    """The unpacked bytes of a file, or of standard input where the path is ``-``.

    Raises:
        LogError: There is no such file, it cannot be opened, or its bytes are not text in UTF-8.
    """
    name = str(path)
    with ExitStack() as stack:
        if name == STDIN:
            source = Source(name, sys.stdin.buffer)
            stack.callback(source.close)
            yield source
            return
        try:
            stored = stack.enter_context(Path(path).open("rb"))
        except FileNotFoundError as error:
            raise LogError("there is no such file", where=name) from error
        except OSError as error:
            raise LogError(f"it cannot be opened: {error.strerror or error}", where=name) from error
        source = Source(name, stored)
        stack.callback(source.close)
        yield source
