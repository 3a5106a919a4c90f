"""inspect: a task whose model's answer is the text, scored by `model_graded_qa`; a new start retries its last log."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from gathered import MODEL, QUESTION
from inspect_ai import Task, eval_async, eval_retry_async, task
from inspect_ai.dataset import Sample
from inspect_ai.log import list_eval_logs
from inspect_ai.model import ModelOutput
from inspect_ai.scorer import model_graded_qa
from inspect_ai.solver import Generate, Solver, TaskState, solver

if TYPE_CHECKING:
    from gathered import Work
    from inspect_ai.log import EvalSample

_GRADES = {"C": "supported", "I": "unsupported"}


@solver
def answered() -> Solver:
    """The answer is there already: nobody is asked for it."""

    async def solve(state: TaskState, _: Generate) -> TaskState:
        state.output = ModelOutput.from_content(model=MODEL, content=state.metadata["text"])
        return state

    return solve


@task
def supported(path: str) -> Task:
    """One sample a text of the file."""
    samples = [
        Sample(id=place + 1, input=QUESTION, target="Every claim is supported.", metadata={"text": text})
        for place, text in enumerate(json.loads(Path(path).read_text(encoding="utf-8")))
    ]
    return Task(dataset=samples, solver=answered(), scorer=model_graded_qa())


def make(url: str, concurrency: int, folder: Path | None) -> Work:
    """A sample's error does not end the task (by default it does); its own retries."""

    async def work(texts: list[str], results: list[str | None]) -> None:
        place = folder or Path(tempfile.mkdtemp())
        kept = place / "samples.json"
        settings = {"max_samples": concurrency, "max_connections": concurrency, "fail_on_error": False}
        logs = list_eval_logs(str(place))
        if logs:
            (log,) = await eval_retry_async(logs[0], log_dir=str(place), **settings)
        else:
            kept.write_text(json.dumps(texts), encoding="utf-8")
            (log,) = await eval_async(
                supported(str(kept)),
                model=f"openai/{MODEL}",
                model_base_url=url,
                model_args={"api_key": "none", "responses_api": False},
                log_dir=str(place),
                **settings,
            )
        for sample in log.samples or ():
            results[sample.id - 1] = _choice(sample)

    return work


def _choice(sample: EvalSample) -> str | None:
    scores = list((sample.scores or {}).values())
    return _GRADES.get(str(scores[0].value)) if scores else None
