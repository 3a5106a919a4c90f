"""Seconds from a signal to the end of a run, with both backends, whatever the run is waiting for.

Run: python benchmarks/stopping.py
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from chaos.stopping import SCENES, SIGNALS, SPELLINGS, stop


def main() -> None:
    """Stop a run of each backend in each scene by each signal, and print a Markdown table."""
    print("| the run waits for | backend | " + " | ".join(SIGNALS) + " | calls in flight given up, stored |")
    print("| --- | --- |" + " ---: |" * len(SIGNALS) + " ---: |")
    for name, scene in SCENES.items():
        for backend in SPELLINGS:
            ended = []
            for signals in SIGNALS.values():
                with tempfile.TemporaryDirectory() as folder:
                    ended.append(stop(Path(folder), scene, backend, signals))
            assert {each.code for each in ended} == {130}, ended
            seconds = " | ".join(f"{each.seconds:.1f}" for each in ended)
            kept = "; ".join(f"{each.orphans}, {each.scored}" for each in ended)
            print(f"| {name} | {backend} | {seconds} | {kept} |", flush=True)


if __name__ == "__main__":
    main()
