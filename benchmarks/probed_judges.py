"""Whether a probe tells judges apart: one honest judge, five with a planted weakness each, side by side.

    python benchmarks/probed_judges.py [--records 40]

The judges are those of `tests/planted.py`: functions whose weakness is known. Each is probed as `judge probe` does, by
every family; docs/explanation/attacks.md shows the table.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from judge.probing.probe import ProbeOrder, Prober
from judge.reports.probe_build import concluded, told
from judge.run.selection import Selection
from judge.settings import Settings
from judge.stats.intervals import Estimate
from judge.store import datasets
from judge.store.database import Database
from planted import JUDGES, RUBRIC, planted, records

if TYPE_CHECKING:
    from judge.probing.outcomes import FamilyResult
    from judge.probing.probe import Probe


def probed(name: str, number: int) -> Probe:
    """The probe of a planted judge, in a database of its own."""
    with tempfile.TemporaryDirectory() as folder, Database(f"sqlite:///{folder}/probe.db") as db:
        dataset = datasets.ensure(db, "parcels")
        datasets.add(db, dataset, records(number))
        order = ProbeOrder(dataset=dataset, rubric=RUBRIC, selection=Selection(), records=number)
        return asyncio.run(Prober(db, order, planted(name), Settings()).probe())


def cell(result: FamilyResult) -> str:
    """A rate in whole per cent, with its interval; a dash where the family says nothing of this judge."""
    rate = result.rate
    return told(rate).replace(".0 %", " %") if isinstance(rate, Estimate) else "–"


def main() -> None:
    """Probe them all, and print one row a family."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=40)
    number = parser.parse_args().records
    probes = {name: probed(name, number) for name in JUDGES}
    families = [each.family for each in next(iter(probes.values())).results]
    print(f"| family | {' | '.join(probes)} |\n|---|{'---|' * len(probes)}")
    for place, family in enumerate(families):
        print(f"| {family} | {' | '.join(cell(probe.results[place]) for probe in probes.values())} |")
    noise = [
        next(each.noise for each in probe.results if isinstance(each.noise, Estimate)) for probe in probes.values()
    ]
    print(f"| *repeats alone* | {' | '.join(told(each).replace('.0 %', ' %') for each in noise)} |")
    print("\n| judge | what its report says first |\n|---|---|")
    for name, probe in probes.items():
        print(f"| {name} | {concluded(probe, 'supported')} |")


if __name__ == "__main__":
    main()
