"""Gathering: the work of a tool that scores one text at a time, so many texts at once."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Ask = Callable[[str], Awaitable[str | None]]
    Work = Callable[[list[str], list[str | None]], Awaitable[None]]
    """Texts, and the list of their results to fill: a choice where the tool hands one back as its result."""

CHOICES = {"supported": 1, "unsupported": 0}
MODEL = "gpt-4o-mini"
QUESTION = "Is every claim of the response supported by the documents?"


def gathered(ask: Ask, concurrency: int) -> Work:
    """Ask for every text; where the tool raises there is no result, and the other texts go on."""

    async def work(texts: list[str], results: list[str | None]) -> None:
        gate = asyncio.Semaphore(concurrency)
        errors: list[Exception] = []

        async def one(place: int, text: str) -> None:
            async with gate:
                try:
                    results[place] = await ask(text)
                except Exception as error:  # noqa: BLE001 - told below; each tool has its own
                    errors.append(error)

        await asyncio.gather(*(one(place, text) for place, text in enumerate(texts)))
        if errors:
            print(f"{len(errors)} errors, the first: {errors[0]!r:.300}", file=sys.stderr)

    return work
