"""2,000 real records judged by openai/..., by litellm, and by baseline, through the command line.

The records are those of ../shared/data: RAGTruth and SummEdits (with documents) and the first of DICES (without). The
first two judges ask a loopback OpenAI-compatible server, whose own count is held against the ledger's.

Run: python benchmarks/real_records.py
"""

from __future__ import annotations

import gzip
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "data"
FILES = ("hallucination_ragtruth", "hallucination_summedits", "safety_dices")
RECORDS = 2000
KEY = "planted-key-that-must-appear-nowhere"

sys.path.insert(0, str(ROOT / "tests"))


def write_log(path: Path) -> None:
    """The first 2,000 records of the shared sets, as they are."""
    texts = [gzip.decompress((SHARED / f"{name}.public.jsonl.gz").read_bytes()).decode() for name in FILES]
    lines = itertools.chain.from_iterable(text.splitlines(keepends=True) for text in texts)
    path.write_text("".join(itertools.islice(lines, RECORDS)), encoding="utf-8")


def judge(folder: str, *arguments: str, url: str) -> tuple[dict[str, Any], float]:
    """Run a command; gives its JSON and its seconds."""
    environment = os.environ | {"OPENAI_BASE_URL": url, "OPENAI_API_BASE": url, "OPENAI_API_KEY": KEY}
    started = time.perf_counter()
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "judge", *arguments, "--json"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(done.stderr)
    return json.loads(done.stdout), time.perf_counter() - started


def main() -> None:
    """Run all three judges and print a Markdown table."""
    from provider.server import Provider

    with tempfile.TemporaryDirectory() as folder, Provider().in_thread() as provider:
        write_log(Path(folder) / "real.jsonl")
        judge(folder, "import", "real.jsonl", "--dataset", "real", url=provider.url)
        print("| judge | scored | abstained | calls on the ledger | requests at the server | seconds | ms a record |")
        print("| --- | ---: | --- | ---: | ---: | ---: | ---: |")
        for model in ("openai/gpt-5-mini", "litellm/openai/gpt-5-mini", "baseline"):
            before = provider.count
            arguments = ("run", "real", "--rubric", "hallucination", "--judge", model)
            summary, seconds = judge(folder, *arguments, url=provider.url)
            (criterion,) = summary["criteria"]
            abstained = ", ".join(f"{count} {reason}" for reason, count in criterion["abstained"].items())
            print(
                f"| {model} | {criterion['scored']:,} | {abstained} | {summary['totals']['calls']:,} "
                f"| {provider.count - before:,} | {seconds:.1f} | {seconds / RECORDS * 1000:.2f} |",
                flush=True,
            )
        kept = [path for path in Path(folder).iterdir() if KEY.encode() in path.read_bytes()]
        print(f"\nfiles that hold the key: {len(kept)}")


if __name__ == "__main__":
    main()
