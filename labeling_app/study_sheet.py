"""The state of a study as a sheet: how far it is, what is still needed, who does what, and what is held."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sheets

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from judge.labeling.leases import Lease
    from judge.labeling.status import Status, Worker
    from judge.labeling.study import Study

    Block = dict[str, Any]

MOST_ROWS = 50


def study_blocks(study: Study, status: Status, leases: Sequence[Lease], now: datetime) -> list[Block]:
    """Everything there is to see of a study."""
    return [
        sheets.heading(f"Study {study.name}"),
        _tiles(study, status),
        _needs(study, status),
        _workers(status.workers),
        *_leases(leases, now),
        *_flags(status),
    ]


def _tiles(study: Study, status: Status) -> Block:
    share = status.filled / status.slots if status.slots else 0.0
    complete = status.complete / status.items if status.items else 0.0
    more = f"{status.more:,}" if status.more else "none"
    return sheets.tiles(
        sheets.tile(study.state.capitalize(), f"{study.rubric.name}, {study.dataset}", f"{study.design['kind']} draw"),
        sheets.tile(f"{status.filled:,} of {status.slots:,}", "ratings given", share=share),
        sheets.tile(f"{status.complete:,} of {status.items:,}", "records complete", share=complete),
        sheets.tile(more, "records still needed", f"for ± {study.half_width:g}"),
        sheets.tile(f"{status.held:,}", "held now", f"{status.stale:,} with a lease that ran out"),
    )


def _needs(study: Study, status: Status) -> Block:
    rows = [
        [
            name,
            f"{need.rated:,}",
            f"about {need.needed:,}",
            f"{need.more:,} more" if need.more else "enough",
            "nothing rated yet" if need.half_width is None else f"± {need.half_width:.3f}",
        ]
        for name, need in status.needs.items()
    ]
    headings = ["criterion", "records rated", "needed", "to go", "interval now"]
    about = (
        f"For ± {study.half_width:g} at {100 * study.level:g} % from people's ratings alone. With a judge that is "
        "any good it takes fewer."
    )
    return sheets.table("Ratings still needed", headings, rows, right=[1, 2, 3, 4]) | {"about": about}


def _workers(workers: Sequence[Worker]) -> Block:
    if not workers:
        return sheets.message("Nobody takes part yet.", "Let somebody in below: each person gets a link of their own.")
    headings = [
        "annotator",
        "done",
        "skipped",
        "held",
        "ran out",
        "flagged",
        "rushed",
        "usual time",
        "last saved (UTC)",
    ]
    rows = [
        [
            worker.name if worker.active else f"{worker.name} (no longer)",
            *(worker.done, worker.skipped, worker.held, worker.stale, worker.flagged, worker.rushed),
            "" if worker.seconds is None else f"{worker.seconds:.1f} s",
            "" if worker.last is None else f"{worker.last:%d %b %H:%M}",
        ]
        for worker in workers
    ]
    return sheets.table("Annotators", headings, rows, right=range(1, 9))


def _leases(leases: Sequence[Lease], now: datetime) -> list[Block]:
    if not leases:
        return []
    rows = [[lease.record, lease.annotator, f"{lease.taken:%d %b %H:%M}", _ends(lease, now)] for lease in leases]
    about = (
        "What ran out goes to whoever asks next. What somebody holds who has left can be given back below; a rating "
        "sent late is kept while its place is free."
    )
    title = "Held" if len(rows) <= MOST_ROWS else f"Held: the oldest {MOST_ROWS} of {len(rows):,}"
    table = sheets.table(title, ["record", "annotator", "since (UTC)", "lease"], rows[:MOST_ROWS])
    return [table | {"about": about}]


def _ends(lease: Lease, now: datetime) -> str:
    seconds = (lease.expires - now).total_seconds()
    if seconds <= 0:
        return f"ran out {-seconds / 60:.0f} min ago"
    return f"{seconds / 60:.0f} min left"


def _flags(status: Status) -> list[Block]:
    rows = [[flag.record, flag.annotator] for flag in status.flags[:MOST_ROWS]]
    return [sheets.table("Flagged for you", ["record", "annotator"], rows)] if rows else []
