"""Connections: none is used again on which a server has said more than it was asked for."""

from __future__ import annotations

from functools import cache
from typing import Any


@cache
def drop_what_says_too_much() -> None:
    """Make aiohttp, through which both SDKs ask, close an idle connection on which something came unasked.

    It would take that for the answer to the next request: a server or a proxy that answers one request twice would
    have every later record on the connection judged by the reply to the one before.
    """
    from aiohttp.connector import BaseConnector  # noqa: PLC0415 - loaded by the first request only

    take = getattr(BaseConnector, "_get", None)  # there is no other place between the pool and the next request
    if take is None:
        return  # another release of aiohttp, whose own behaviour stands; our tests would say so

    async def take_clean(connector: BaseConnector, *args: Any, **kwargs: Any) -> Any:
        while (connection := await take(connector, *args, **kwargs)) is not None:
            if connection.protocol is not None and not connection.protocol.should_close:
                return connection
            connection.close()
        return None

    BaseConnector._get = take_clean  # type: ignore[method-assign, assignment]  # noqa: SLF001 - as above
