"""Make the example reports: real responses, real ratings, real judges.

    python tools/example_reports.py [--out FOLDER] [--data FOLDER]

The responses of XSTest (Mistral's alone) and PandaLM come from examples/; LLMBar's come from a folder with
pairwise_llmbar.public.jsonl.gz. For XSTest 120 of the 418 responses count as rated, drawn with seed 1, as they would be
in a project of one's own; the other ratings are kept back to see whether the interval holds the truth.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from judge.calibration.calibrate import calibrate
from judge.calibration.compare import Mixing, compare
from judge.importing import Importer, Labels
from judge.reports import comparison_html, comparison_markdown, mixture
from judge.reports.build import build
from judge.reports.calibration_html import render_html
from judge.reports.calibration_markdown import render_markdown
from judge.settings import Settings
from judge.store import runs
from judge.store.database import Database

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
RATED = 120
SEED = 1
SHOWN = 40
MIXED = 0.8

Row = dict[str, Any]


def main() -> None:
    """Write the reports."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "examples")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    options = parser.parse_args()
    examples = ROOT / "examples"
    xstest = _rated_in_part(_read(examples / "xstest_mistral_slice.jsonl.gz"))
    write(options.out, "xstest-gpt-4", xstest, "refusal", "gpt-4", by=("model",))
    write_comparison(options.out, "xstest-judges", _read(examples / "xstest_mistral_slice.jsonl.gz"))
    pandalm = _read(examples / "pandalm_slice.jsonl.gz")
    write(options.out, "pandalm-gpt-3.5", pandalm, "preference", "gpt-3.5-turbo")
    llmbar = options.data / "pairwise_llmbar.public.jsonl.gz"
    if llmbar.exists():
        write(options.out, "llmbar-gpt-4", _read(llmbar), "preference", "GPT-4/Vanilla ab")
    else:
        sys.stderr.write(f"left out: {llmbar} is not there\n")


def write(out: Path, name: str, rows: list[Row], rubric: str, model: str, *, by: tuple[str, ...] = ()) -> None:
    """Import records with their labels, calibrate one judge, and write the report as HTML and Markdown."""
    limits = Settings().calibration
    with _imported(name.partition("-")[0], rows, rubric) as (db, judges):
        run = runs.find(db, str(judges[model]))
        report = build(db, calibrate(db, run, limits, by=by), limits, items=SHOWN)
    (out / f"{name}.html").write_text(render_html(report), encoding="utf-8")
    (out / f"{name}.md").write_text(render_markdown(report), encoding="utf-8")
    sys.stdout.write(f"{report.criteria[0].sentence}\n")


def write_comparison(out: Path, name: str, rows: list[Row]) -> None:
    """Import records with their labels, compare two judges, and write the comparison as HTML and Markdown."""
    with _imported(name.partition("-")[0], rows, "refusal") as (db, _):
        limits = Settings().calibration
        found = compare(db, ["string-match", "gpt-4"], limits, mixing=Mixing(target=MIXED))
    (out / f"{name}.html").write_text(comparison_html.render_html(found), encoding="utf-8")
    (out / f"{name}.md").write_text(comparison_markdown.render_markdown(found), encoding="utf-8")
    sys.stdout.write(f"{mixture.sentence(found[0], found[0].mixtures[0])}\n")


@contextmanager
def _imported(dataset: str, rows: list[Row], rubric: str) -> Iterator[tuple[Database, dict[str, int]]]:
    """A database with the records, people's labels and the judges' outputs, and the run of each judge."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log.jsonl"
        log.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        with Database(f"sqlite:///{folder}/examples.db") as db:
            labels = Labels.parse(rubric, {}, ratings=True, judgements=True)
            importer = Importer(db, dataset, settings=Settings(), labels=labels)
            importer.read(str(log))
            yield db, importer.finish().judges


def _read(path: Path) -> list[Row]:
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        return [json.loads(line) for line in stream]


def _rated_in_part(rows: list[Row]) -> list[Row]:
    drawn = set(random.Random(SEED).sample(range(len(rows)), RATED))  # noqa: S311 - a draw, not a secret
    return [row if place in drawn else row | {"human": []} for place, row in enumerate(rows)]


if __name__ == "__main__":
    main()
