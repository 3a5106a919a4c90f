"""deepeval: `evaluate` with a strict `GEval`, which gives 1 or 0 and a reason; a cache where a folder is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deepeval import evaluate
from deepeval.evaluate.configs import AsyncConfig, CacheConfig, DisplayConfig, ErrorConfig
from deepeval.metrics import GEval
from deepeval.models import GPTModel
from deepeval.test_case import LLMTestCase, SingleTurnParams
from gathered import MODEL, QUESTION

if TYPE_CHECKING:
    from pathlib import Path

    from gathered import Work

_CHOICES = {1: "supported", 0: "unsupported"}


def make(url: str, concurrency: int, folder: Path | None) -> Work:
    """An error does not end the evaluation (by default it does); its own retries."""
    judge = GEval(
        name="supported",
        evaluation_steps=[QUESTION],
        evaluation_params=[SingleTurnParams.ACTUAL_OUTPUT],
        model=GPTModel(model=MODEL, base_url=url, api_key="none"),
        strict_mode=True,
    )

    async def work(texts: list[str], results: list[str | None]) -> None:
        found = evaluate(
            test_cases=[LLMTestCase(input=QUESTION, actual_output=text) for text in texts],
            metrics=[judge],
            async_config=AsyncConfig(max_concurrent=concurrency),
            display_config=DisplayConfig(show_indicator=False, print_results=False, inspect_after_run=False),
            cache_config=CacheConfig(write_cache=folder is not None, use_cache=folder is not None),
            error_config=ErrorConfig(ignore_errors=True),
        )
        for result in found.test_results:
            (metric,) = result.metrics_data
            if not metric.error and metric.score is not None:
                results[result.index] = _CHOICES.get(metric.score, str(metric.score))

    return work
