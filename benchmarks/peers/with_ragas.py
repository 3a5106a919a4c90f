"""ragas: a `discrete_metric` over one asynchronous client, its disk cache on where a folder is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from gathered import CHOICES, MODEL, gathered
from openai import AsyncOpenAI
from pydantic import BaseModel
from ragas.cache import DiskCacheBackend
from ragas.llms import llm_factory
from ragas.metrics import MetricResult, discrete_metric

if TYPE_CHECKING:
    from pathlib import Path

    from gathered import Work


class Reply(BaseModel):
    """A class of our own: the cache cannot pickle the one that a `DiscreteMetric` makes itself."""

    reason: str
    value: Literal["supported", "unsupported"]


def make(url: str, concurrency: int, folder: Path | None) -> Work:
    """It retries as the OpenAI client and instructor do."""
    client = AsyncOpenAI(base_url=url, api_key="none")
    cache = None if folder is None else DiskCacheBackend(cache_dir=str(folder / "cache"))
    llm = llm_factory(MODEL, client=client, cache=cache)

    @discrete_metric(name="supported", allowed_values=list(CHOICES))
    async def judge(text: str) -> MetricResult:
        reply = await llm.agenerate(text, response_model=Reply)
        return MetricResult(value=reply.value, reason=reply.reason)

    async def ask(text: str) -> str | None:
        return (await judge.ascore(text=text)).value

    return gathered(ask, concurrency)
