"""autorubric: its `evaluate` over a rubric of one criterion, which keeps a checkpoint of every item."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING

from autorubric import Criterion, DataItem, LLMConfig, Rubric, RubricDataset
from autorubric.eval import evaluate
from autorubric.graders import CriterionGrader
from gathered import MODEL, QUESTION

if TYPE_CHECKING:
    from pathlib import Path

    from gathered import Work

_VERDICTS = {"MET": "supported", "UNMET": "unsupported"}


def make(url: str, concurrency: int, folder: Path | None) -> Work:
    """Its own retries, its own checkpoint; a new start with the same folder goes on."""
    grader = CriterionGrader(
        judge_model_config=LLMConfig(
            model=f"openai/{MODEL}", api_base=url, api_key="none", max_parallel_requests=concurrency
        )
    )
    rubric = Rubric([Criterion(name="supported", requirement=QUESTION)])

    async def work(texts: list[str], results: list[str | None]) -> None:
        items = [DataItem(submission=text, description=str(place)) for place, text in enumerate(texts)]
        found = await evaluate(
            RubricDataset(prompt=QUESTION, rubric=rubric, items=items),
            grader,
            show_progress=False,
            max_concurrent_items=concurrency,
            experiment_name="supported",
            experiments_dir=folder or tempfile.mkdtemp(),
        )
        for item in found.item_results:
            results[item.item_idx] = _choice(item)

    return work


def _choice(item: object) -> str | None:
    if item.error or item.report.error:
        return None
    (criterion,) = item.report.report
    return _VERDICTS.get(str(criterion.final_verdict.value))
