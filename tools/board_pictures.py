"""Make docs/images/board-*.png: the board of the demo log, in which part of the records is rated by their known truth.

python tools/board_pictures.py
"""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from zlib import crc32

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
WATCH = """name: support
dataset: support
judge: baseline
rubrics: [hallucination, relevance]
windows: {every: 7d}
alerts:
  - {name: made-up, watch: hallucination.supported, above: 0.3}
"""
VIEWS = {"light": (1100, 1050, "light"), "dark": (1100, 1050, "dark"), "phone": (390, 1100, "light")}
SHARE = 40


def rated(folder: Path) -> Path:
    """The demo log with a part of its truth as ratings."""
    with gzip.open(EXAMPLES / "support_truth.jsonl.gz", "rt", encoding="utf-8") as file:
        truth = {row["id"]: row["criteria"].get("hallucination.supported") for row in map(json.loads, file)}
    path = folder / "rated.jsonl"
    with gzip.open(EXAMPLES / "support.jsonl.gz", "rt", encoding="utf-8") as file, path.open("w") as out:
        for row in map(json.loads, file):
            if truth.get(row["id"]) and crc32(row["id"].encode()) % 100 < SHARE:
                human = [{"rater": "ann", "label": truth[row["id"]]}]
                out.write(json.dumps(row | {"human": human}) + "\n")
    return path


def main() -> None:
    """Watch, rate, draw."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only this script needs it

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "watch.yaml").write_text(WATCH)
        log, ratings = str(EXAMPLES / "support.jsonl.gz"), str(rated(folder))
        for command in (
            ("import", log, "--dataset", "support"),
            ("import", ratings, "--dataset", "support", "--ratings", "--rubric", "hallucination"),
            ("watch", "watch.yaml"),
            ("report", "--monitor", "support", "-o", "board.html"),
        ):
            subprocess.run([sys.executable, "-m", "judge", *command], cwd=folder, check=command[0] != "watch")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
            for view, (width, height, scheme) in VIEWS.items():
                page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
                page.goto((folder / "board.html").as_uri())
                page.screenshot(path=ROOT / "docs" / "images" / f"board-{view}.png")
            browser.close()


if __name__ == "__main__":
    main()
