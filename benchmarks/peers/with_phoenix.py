"""phoenix: a classifier of `phoenix.evals`, its own limit of requests a second out of the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gathered import CHOICES, MODEL, gathered
from phoenix.evals import LLM, create_classifier

if TYPE_CHECKING:
    from pathlib import Path

    from gathered import Work


def make(url: str, concurrency: int, _: Path | None) -> Work:
    """It lowers its own rate at each 429."""
    llm = LLM(provider="openai", model=MODEL, base_url=url, api_key="none", initial_per_second_request_rate=1_000_000)
    judge = create_classifier(name="supported", prompt_template="{text}", llm=llm, choices=CHOICES)

    async def ask(text: str) -> str | None:
        return (await judge.async_evaluate({"text": text}))[0].label

    return gathered(ask, concurrency)
