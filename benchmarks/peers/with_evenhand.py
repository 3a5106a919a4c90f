"""Evenhand: `ajudge_records`, whose ledger is in the folder that is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gathered import QUESTION

from judge import ajudge_records
from judge.rubric.schema import Rubric
from judge.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from gathered import Work

_RUBRIC = Rubric.model_validate(
    {
        "name": "support",
        "version": 1,
        "title": QUESTION,
        "reads": ["response"],
        "criteria": [
            {
                "name": "supported",
                "question": QUESTION,
                "scale": {"kind": "binary", "values": {"supported": "yes", "unsupported": "no"}, "good": "supported"},
            }
        ],
    }
)


def make(url: str, concurrency: int, folder: Path | None, spelling: str = "local/m") -> Work:
    """Its own retries, its own ledger."""
    settings = Settings.model_validate(
        {"endpoints": {"local": {"base_url": url}}, "judge": {"concurrency": concurrency, "logprobs": False}}
    )

    async def work(texts: list[str], results: list[str | None]) -> None:
        judged = await ajudge_records(
            [{"id": str(place), "response": text} for place, text in enumerate(texts)],
            _RUBRIC,
            model=spelling,
            db=None if folder is None else str(folder / "evenhand.db"),
            settings=settings,
        )
        for judgement in judged.judgements:
            results[int(judgement.record_id)] = judgement.score

    return work
