"""Other tools at the work of `throughput.py`: a script for the interpreter of an environment of their own.

Run: PYTHON benchmarks/peers.py NAME URL TEXTS.json CONCURRENCY, where PYTHON has autoevals or arize-phoenix-evals; it
prints one JSON object with the version, the seconds of CPU and the number of scores, and imports nothing of Evenhand.
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Ask = Callable[[str], Awaitable[bool]]

CHOICES = {"supported": 1, "unsupported": 0}
MODEL = "gpt-4o-mini"
WARM_UP = 20


def autoevals(url: str) -> Ask:
    """A classifier of autoevals over one asynchronous client."""
    from autoevals import LLMClassifier
    from openai import AsyncOpenAI

    client = AsyncOpenAI(base_url=url, api_key="none", max_retries=0)
    judge = LLMClassifier("supported", "{{{output}}}", CHOICES, model=MODEL, client=client, use_responses_api=False)

    async def ask(text: str) -> bool:
        return (await judge.eval_async(output=text)).score is not None

    return ask


def phoenix(url: str) -> Ask:
    """A classifier of phoenix, its own limit of requests a second out of the way."""
    from phoenix.evals import LLM, create_classifier

    llm = LLM(provider="openai", model=MODEL, base_url=url, api_key="none", initial_per_second_request_rate=1_000_000)
    judge = create_classifier(name="supported", prompt_template="{text}", llm=llm, choices=CHOICES)

    async def ask(text: str) -> bool:
        return (await judge.async_evaluate({"text": text}))[0].label in CHOICES

    return ask


PEERS: dict[str, tuple[str, str, Callable[[str], Ask]]] = {
    "autoevals": ("autoevals", "autoevals", autoevals),
    "phoenix": ("phoenix.evals", "arize-phoenix-evals", phoenix),
}
"""Name -> module, distribution, and what makes its judge."""


async def work(ask: Ask, texts: list[str], concurrency: int) -> int:
    """Ask for every text, so many at once; how many got a score."""
    gate = asyncio.Semaphore(concurrency)

    async def one(text: str) -> bool:
        async with gate:
            return await ask(text)

    return sum(await asyncio.gather(*(one(text) for text in texts)))


def main() -> None:
    """Ask a few to warm up, then all, and print."""
    name, url, path, concurrency = sys.argv[1:5]
    module, distribution, make = PEERS[name]
    if importlib.util.find_spec(module.partition(".")[0]) is None:
        answer(missing=f"{distribution} is not installed in {sys.prefix}")
        return
    texts = json.loads(Path(path).read_text(encoding="utf-8"))

    async def measured() -> tuple[int, float]:
        ask = make(url)
        await work(ask, texts[:WARM_UP], int(concurrency))
        started = time.process_time()
        return await work(ask, texts, int(concurrency)), time.process_time() - started

    scored, seconds = asyncio.run(measured())
    answer(version=version(distribution), seconds=seconds, scored=scored)


def answer(**fields: Any) -> None:
    """Print the one JSON object, last."""
    print(json.dumps(fields))


if __name__ == "__main__":
    main()
