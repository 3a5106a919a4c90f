"""Bodies: what a provider sends is read up to a bound, on the wire and inflated, so that no reply fills the memory."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any, Final

import httpx

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

MOST_BYTES: Final = 8 * 2**20
"""No reply of a judge is so long, not even with the log-probabilities of thousands of tokens."""

_INFLATED: Final = frozenset({"gzip", "x-gzip", "deflate"})
_GZIP_OR_ZLIB: Final = 32 + zlib.MAX_WBITS


class BodyError(httpx.ReadError):
    """A body that is not read to its end."""


def bound(client: httpx.AsyncClient) -> None:
    """Let a client read no body beyond `MOST_BYTES`.

    Nothing compressed is asked for: a thousandth of the bound could inflate to all of it. What comes compressed all the
    same is inflated here, up to the bound.
    """
    hooks = client.event_hooks
    if _guard not in hooks["response"]:
        client.event_hooks = {"request": [*hooks["request"], _ask_plain], "response": [*hooks["response"], _guard]}


async def _ask_plain(request: httpx.Request) -> None:
    request.headers["Accept-Encoding"] = "identity"


async def _guard(response: httpx.Response) -> None:
    coding = response.headers.pop("Content-Encoding", "identity").strip().lower()
    if coding not in {"identity", "", *_INFLATED}:
        raise BodyError(f"the body is compressed by {coding[:20]!r}, which was not asked for")
    inflate = zlib.decompressobj(_GZIP_OR_ZLIB) if coding in _INFLATED else None
    response.stream = _Bounded(response.stream, inflate)


class _Bounded(httpx.AsyncByteStream):
    """A stream that ends with a `BodyError` where it grows beyond the bound."""

    def __init__(self, stream: Any, inflate: Any) -> None:
        self._stream = stream
        self._inflate = inflate

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = MOST_BYTES
        async for part in self._stream:
            whole = part if self._inflate is None else self._inflated(part, left + 1)
            left -= len(whole)
            if left < 0:
                raise BodyError(f"the body is longer than {MOST_BYTES:,} bytes")
            yield whole

    async def aclose(self) -> None:
        await self._stream.aclose()

    def _inflated(self, part: bytes, most: int) -> bytes:
        try:
            return bytes(self._inflate.decompress(part, most))
        except zlib.error as error:
            raise BodyError(f"the body is compressed wrongly: {error}") from None
