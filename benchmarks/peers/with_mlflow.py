"""mlflow: `mlflow.genai.evaluate` with a judge of `make_judge`, its tracking in SQLite, its own rate limit off."""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING, Literal

from gathered import CHOICES, MODEL, QUESTION

if TYPE_CHECKING:
    from pathlib import Path

    from gathered import Work


def make(url: str, concurrency: int, folder: Path | None) -> Work:
    """Its workers are set by the environment, before it is imported."""
    os.environ |= {
        "MLFLOW_GENAI_EVAL_MAX_WORKERS": str(concurrency),
        "MLFLOW_GENAI_EVAL_SCORER_RATE_LIMIT": "0",
        # With the five connections that it opens by itself, 16 workers wait 30 s for one and lose traces.
        "MLFLOW_SQLALCHEMYSTORE_POOL_SIZE": str(concurrency),
        "OPENAI_API_KEY": "none",
    }
    import mlflow
    from mlflow.genai.judges import make_judge

    place = folder or tempfile.mkdtemp()
    mlflow.set_tracking_uri(f"sqlite:///{place}/mlflow.db")
    judge = make_judge(
        name="supported",
        instructions=f"{QUESTION}\n{{{{ outputs }}}}",
        model=f"openai:/{MODEL}",
        base_url=f"{url}/chat/completions",
        feedback_value_type=Literal[tuple(CHOICES)],
    )

    async def work(texts: list[str], results: list[str | None]) -> None:
        rows = [{"inputs": {"question": QUESTION, "place": place}, "outputs": text} for place, text in enumerate(texts)]
        found = mlflow.genai.evaluate(data=rows, scorers=[judge])
        for row in found.result_df.to_dict("records"):
            if row["supported/value"] in CHOICES:
                results[row["request"]["place"]] = row["supported/value"]

    return work
