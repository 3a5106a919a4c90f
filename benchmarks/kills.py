"""Kill -9 at 20 random points of a run of 500 records, with both backends; counted by the server.

Run: python benchmarks/kills.py [--records 500] [--kills 20]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from chaos.killing import SPELLINGS, survive


def main() -> None:
    """Run both backends and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=500)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(
        "| backend | kills | items scored | requests at the server | repeated | orphans on the ledger | unexplained |"
    )
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for backend in SPELLINGS:
        with tempfile.TemporaryDirectory() as folder:
            found = survive(Path(folder), backend, records=options.records, kills=options.kills, seed=options.seed)
        assert found.judgements == found.items == options.records, found
        cells = [found.kills, found.items, found.requests, found.repeated, found.orphans, found.unexplained]
        print(f"| {backend} | " + " | ".join(f"{cell:,}" for cell in cells) + " |", flush=True)


if __name__ == "__main__":
    main()
