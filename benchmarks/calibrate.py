"""Time and memory of ``judge calibrate`` on a million judgements and 20,000 ratings.

    python benchmarks/calibrate.py [--judgements 1000000] [--ratings 20000] [--seed 0]

The store is filled first (minutes); only the command is measured, in a process of its own.
"""

from __future__ import annotations

import argparse
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from judge.records import Record
from judge.rubric.load import load_rubric
from judge.scores import Judgement, Rating
from judge.store import datasets, judgements, judges, ratings, runs
from judge.store.database import Database

CHUNK = 10_000


def main() -> None:
    """Fill, calibrate, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--judgements", type=int, default=1_000_000)
    parser.add_argument("--ratings", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.db"
        fill(path, options.judgements, options.ratings // 2, random.Random(options.seed))  # noqa: S311 - a simulation
        begun = time.perf_counter()
        command = [sys.executable, "-m", "judge", "calibrate", "--db", str(path)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - our own command
        seconds = time.perf_counter() - begun
        memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(done.stdout.splitlines()[0])
    print(f"{options.judgements:,} judgements, {options.ratings:,} ratings: {seconds:.1f} s, {memory:.0f} MB")


def fill(path: Path, count: int, rated: int, draw: random.Random) -> None:
    """Records with a judgement each: a tenth is unsupported, a tenth misjudged; some are rated by two people."""
    rubric = load_rubric("hallucination")
    chosen = set(draw.sample(range(count), rated))
    with Database(f"sqlite:///{path}") as db:
        dataset = datasets.ensure(db, "large")
        judge = judges.Judge("simulated", rubric, {"model": {"endpoint": "imported", "model": "simulated"}})
        run, _ = runs.start(
            db, dataset, identity="large", kind=runs.IMPORTED, model=judge.model, settings={}, judges_=[judge]
        )
        for start in range(0, count, CHUNK):
            numbers = range(start, min(start + CHUNK, count))
            _, keys = datasets.add(db, dataset, [Record(id=f"r{n}", question="Q?", response=f"R {n}") for n in numbers])
            rows, given = [], []
            for n in numbers:
                key, bad = keys[f"r{n}"], draw.random() < 0.1
                said = Judgement(f"r{n}", rubric.name, "supported", score=_value(bad, draw, 0.1))
                rows.append(
                    judgements.to_row(
                        said, run_id=run.id, key=key, fingerprint=judge.fingerprint, call=None, fresh=False
                    )
                )
                for who in ("ann", "bob") if n in chosen else ():
                    rating = Rating(f"r{n}", rubric.name, "supported", who, score=_value(bad, draw, 0.05))
                    given.append((key, rating))
            with db.write() as connection:
                judgements.write(connection, rows)
            if given:
                ratings.add(db, rubric, given)
        runs.end(db, run, runs.FINISHED)


def _value(bad: bool, draw: random.Random, wrong: float) -> str:  # noqa: FBT001 - one truth
    return "unsupported" if bad != (draw.random() < wrong) else "supported"


if __name__ == "__main__":
    main()
