"""The progress bar of a run."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from judge.cli.console import is_terminal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from judge.run.progress import Progress

REFRESH_SECONDS = 0.1


@asynccontextmanager
async def drawn(progress: Progress) -> AsyncIterator[None]:
    """Draw a run's progress on standard error for as long as the block lasts; nothing where nobody looks."""
    if not is_terminal():
        yield
        return
    columns = (
        SpinnerColumn(),
        TextColumn("judging"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rest]}"),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, rest="")

        def refresh() -> None:
            rest = f"{progress.abstained} abstained · ${progress.cost:.4f}"
            if bar.tasks[0].speed:
                rest += f" · {bar.tasks[0].speed:.0f}/s"
            bar.update(task, total=progress.items or None, completed=progress.done, rest=rest)

        async def keep() -> None:
            while True:
                refresh()
                await asyncio.sleep(REFRESH_SECONDS)

        keeper = asyncio.create_task(keep())
        try:
            yield
        finally:
            keeper.cancel()
            refresh()
