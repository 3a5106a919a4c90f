"""Fifty annotators at once on one server: the first page of each, every rating until all is rated, and what is stored.

    python benchmarks/desk_crowd.py [ANNOTATORS] [RATINGS_EACH] [SECONDS_A_RECORD]

They speak the websocket's protocol to the server that `judge label` starts, over a SQLite file. First all come at one
moment, the worst there is, and rate as fast as they are answered; with SECONDS_A_RECORD they take that long on average,
exponentially distributed. Every record wants two raters, so that the last ones compete for what is left.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests" / "labeling_app")]

from app_house import House  # noqa: E402 - found only now
from app_world import RUBRIC, Server  # noqa: E402 - as above
from crowd import crowd, lost, over_assigned  # noqa: E402 - as above

RATERS = 2


def told(what: str, seconds: list[float]) -> str:
    """Quantiles in milliseconds."""
    p50, p95 = statistics.median(seconds), statistics.quantiles(seconds, n=20)[18]
    return f"{what:26} p50 {1000 * p50:7.0f} ms   p95 {1000 * p95:7.0f} ms   most {1000 * max(seconds):7.0f} ms"


def main() -> None:
    """Measure and print."""
    people = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    each = int(sys.argv[2]) if len(sys.argv) > 2 else 10
    pace = float(sys.argv[3]) if len(sys.argv) > 3 else 0.0
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder))
        study = house.study("crowd", people * each // RATERS, RUBRIC, raters=RATERS, clusters=False)
        server = Server(house)
        server.start()
        try:
            result = crowd(server, study, [f"p{n}" for n in range(people)], pace=pace)
            stored, saved = len(study.ratings()), len(result.said)
            wrong = f"lost {len(lost(study, result))}, over-assigned {len(over_assigned(study, RATERS))}"
            print(f"{people} annotators, {len(study.codes)} records x {RATERS}, {pace:g} s a record on average")
            print(told("first record on the page", result.first))
            print(told("rating sent to saved", result.saves))
            print(f"{saved} acknowledged in {result.seconds:.0f} s, {saved / result.seconds:.1f}/s")
            print(f"stored {stored}, {wrong}")
        finally:
            server.kill()
            house.close()


if __name__ == "__main__":
    main()
