"""promptfoo: `promptfoo eval` over an echo of each text with the assertion `llm-rubric`, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gathered import MODEL, QUESTION

if TYPE_CHECKING:
    from gathered import Work


def make(url: str, concurrency: int, folder: Path | None) -> Work:
    """Its cache on disk is on, as it ships; a new start with the same folder resumes the last evaluation."""

    async def work(texts: list[str], results: list[str | None]) -> None:
        place = folder or Path(tempfile.mkdtemp())
        config, out = place / "config.json", place / "out.json"
        again = ["--resume"] if (place / "promptfoo.db").exists() else ["--config", str(config)]
        config.write_text(json.dumps(_config(url, texts)), encoding="utf-8")
        quiet = ["--output", str(out), "--no-table", "--no-progress-bar", "--no-share"]
        subprocess.run(  # noqa: ASYNC221, S603 - the program named on the command line; nothing else to do meanwhile
            [os.environ["PROMPTFOO"], "eval", "--max-concurrency", str(concurrency), *again, *quiet],
            env=os.environ | {"PROMPTFOO_CONFIG_DIR": str(place)},
            stdout=subprocess.DEVNULL,
            check=False,  # 100 where a test failed, which is a result
        )
        for row in json.loads(out.read_text(encoding="utf-8"))["results"]["results"]:
            results[row["testIdx"]] = _choice(row)

    return work


def _config(url: str, texts: list[str]) -> dict[str, Any]:
    grader = {"id": f"openai:chat:{MODEL}", "config": {"apiBaseUrl": url, "apiKey": "none"}}
    return {
        "prompts": ["{{text}}"],
        "providers": ["echo"],
        "defaultTest": {"options": {"provider": grader}, "assert": [{"type": "llm-rubric", "value": QUESTION}]},
        "tests": [{"vars": {"text": text}} for text in texts],
    }


def _choice(row: dict[str, Any]) -> str | None:
    graded = row.get("gradingResult")
    # A reply that it could not read fails the test like a bad one; only this tells the two apart.
    if graded is None or any((part.get("metadata") or {}).get("graderError") for part in graded["componentResults"]):
        return None
    return "supported" if graded["pass"] else "unsupported"
