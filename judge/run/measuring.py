"""Measuring: metrics over records, kept beside the judgements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from judge.metrics.metric import open_metric
from judge.scores import Abstention
from judge.store import measures, workers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from judge.run.selection import Chunk
    from judge.store.writer import Writer

MEASURES = {"measure": measures.write, "beat": workers.write_beats}
"""What a writer commits for metrics."""


def measure(chunk: Chunk, names: Sequence[str], *, run_id: int, writer: Writer) -> None:
    """Compute metrics of records and keep them.

    Raises:
        UsageError: There is no such metric.
    """
    for name in names:
        metric = open_metric(name)
        for key, record in chunk:
            scored = metric.score(record)
            for row in _rows([each.name for each in metric.metrics], scored):
                writer.put("measure", row | {"run_id": run_id, "record_id": key})


def _rows(names: Sequence[str], scored: dict[str, float] | Abstention) -> list[dict[str, Any]]:
    if isinstance(scored, Abstention):
        reason, detail = str(scored.reason), scored.detail
        return [{"metric": name, "value": None, "reason": reason, "detail": detail} for name in names]
    return [{"metric": name, "value": scored[name], "reason": None, "detail": None} for name in names]
