"""A study's status as text for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from judge.reports.table import table

if TYPE_CHECKING:
    from rich.console import RenderableType

    from judge.labeling.status import Status, Worker
    from judge.labeling.study import Study

SHOWN_FLAGS = 5


def render(study: Study, status: Status) -> list[RenderableType]:
    """The parts of the report, in order."""
    share = 100 * status.filled / status.slots if status.slots else 0
    kept = f"{status.complete:,} of {status.items:,} records complete"
    parts: list[RenderableType] = [
        f"Study {study.name} ({study.state}): {status.filled:,} of {status.slots:,} ratings ({share:.0f} %), {kept}.",
    ]
    if status.stale:
        parts.append(f"{status.stale:,} leases have run out; those items go to whoever asks next.")
    parts += ["", _needs(study, status)]
    if status.workers:
        parts += ["", _workers(status.workers)]
    else:
        parts.append(f"Nobody takes part yet: judge study annotators add NAME --study {study.name!r}")
    if status.flags:
        some = ", ".join(f"{flag.record} ({flag.annotator})" for flag in status.flags[:SHOWN_FLAGS])
        rest = len(status.flags) - SHOWN_FLAGS
        parts += ["", f"Flagged: {some}{f' and {rest} more' if rest > 0 else ''}."]
    return parts


def _needs(study: Study, status: Status) -> str:
    lines = [f"For an interval of ± {study.half_width:g} at {100 * study.level:g} % from people's ratings alone:"]
    for name, need in status.needs.items():
        now = f"now ± {need.half_width:.3f}" if need.half_width is not None else "nothing rated yet"
        rest = f"{need.more:,} more" if need.more else "enough"
        lines.append(f"  {name}: {need.rated:,} of about {need.needed:,} records rated, {rest} ({now})")
    drawn = status.items
    beyond = max((need.needed for need in status.needs.values()), default=0) - drawn
    if beyond > 0:
        lines.append(f"  The study has {drawn:,} records: {beyond:,} fewer than that takes.")
    return "\n".join(lines)


def _workers(workers: tuple[Worker, ...]) -> RenderableType:
    headings = ["annotator", "done", "skipped", "held", "stale", "flagged", "rushed", "median s", "last saved (UTC)"]
    rows = [
        [
            f"{worker.name}{'' if worker.active else ' (no longer)'}",
            *(
                f"{n:,}"
                for n in (worker.done, worker.skipped, worker.held, worker.stale, worker.flagged, worker.rushed)
            ),
            "" if worker.seconds is None else f"{worker.seconds:.1f}",
            "" if worker.last is None else f"{worker.last:%Y-%m-%d %H:%M}",
        ]
        for worker in workers
    ]
    return table(headings, rows, right=range(1, 8))
