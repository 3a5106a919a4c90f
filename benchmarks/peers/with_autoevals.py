"""autoevals: an `LLMClassifier` with a chain of thought over one asynchronous client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoevals import LLMClassifier
from gathered import CHOICES, MODEL, gathered
from openai import AsyncOpenAI

if TYPE_CHECKING:
    from pathlib import Path

    from gathered import Work


def make(url: str, concurrency: int, _: Path | None) -> Work:
    """It retries as the OpenAI client does."""
    client = AsyncOpenAI(base_url=url, api_key="none")
    judge = LLMClassifier("supported", "{{{output}}}", CHOICES, model=MODEL, client=client, use_responses_api=False)

    async def ask(text: str) -> str | None:
        score = await judge.eval_async(output=text)
        return None if score.score is None else score.metadata["choice"]

    return gathered(ask, concurrency)
