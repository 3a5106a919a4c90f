"""Going on with a run of 1,000,000 records of which all but 500 are done: seconds until the rest is found, and memory.

Every finished record has its call on the ledger with a reply of a kilobyte, as a run leaves it.

Run: python benchmarks/resume.py [--records 1000000]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import tempfile
import time

from sqlalchemy import text

from judge.models.scripted import Scripted
from judge.rubric.load import load_rubric
from judge.run.execute import Execution, Order
from judge.settings import Settings
from judge.store import datasets
from judge.store.database import Database

LEFT = 500

RECORDS = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)
INSERT INTO record (id, dataset_id, record_id, digest, question, response, documents)
SELECT i, :dataset, 'r' || i, 'd' || i, 'How long may I return it?', 'Within ' || i || ' days. ' || hex(zeroblob(200)),
       '[["Returns are free within 30 days.", null, null]]' FROM n
"""
CALLS = """
INSERT INTO call (key, fingerprint, record_id, run_id, state, attempts, reserved, cost, prompt_tokens,
                  completion_tokens, latency, answered_by, reply, sent, settled)
SELECT lower(hex(randomblob(32))), :fingerprint, id, :run, 'answered', 1, 0, 0.0001, 500, 20, 0.5, 'm',
       '{"text": "{}", "mode": "schema", "raw": "' || hex(zeroblob(500)) || '"}',
       '2026-01-01 00:00:00', '2026-01-01 00:00:01' FROM record WHERE id <= :done
"""
JUDGEMENTS = """
INSERT INTO judgement (run_id, record_id, fingerprint, rubric, criterion, repeat, score, call_key, fresh)
SELECT :run, record_id, :fingerprint, 'hallucination', :criterion, 0, 'supported', key, 1 FROM call
"""


def main() -> None:
    """Fill a database in SQL, go on with its run, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    count = parser.parse_args().records
    rubric = load_rubric("hallucination")
    criterion = rubric.criteria[0].name
    with tempfile.TemporaryDirectory() as folder, Database(f"sqlite:///{folder}/resume.db") as db:
        dataset = datasets.ensure(db, "log")
        model = Scripted(scores={criterion: "supported"})
        order = Order(dataset, [rubric])
        begun = Execution(db, order, model, Settings())
        with db.write() as connection:
            connection.execute(text(RECORDS), {"count": count, "dataset": dataset.id})
            whose = {"run": begun.run.id, "fingerprint": begun.run.fingerprints[0]}
            connection.execute(text(CALLS), whose | {"done": count - LEFT})
            connection.execute(text(JUDGEMENTS), whose | {"criterion": criterion})
        started, busy = time.monotonic(), time.process_time()
        first = []
        ask = model.ask

        async def timed(request: object) -> object:
            first.append((time.monotonic() - started, time.process_time() - busy))
            return await ask(request)  # type: ignore[arg-type]

        model.ask = timed  # type: ignore[assignment, method-assign]
        again = Execution(db, order, model, Settings())
        asyncio.run(again.work())
        assert again.resumed
        assert again.progress.done == count, again.progress
        assert model.calls == LEFT
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print("| records | done | seconds to the first call | of CPU | seconds to the end | peak memory, MiB | load |")
        print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
        end, (seconds, cpu), load = time.monotonic() - started, first[0], os.getloadavg()[0]
        print(f"| {count:,} | {count - LEFT:,} | {seconds:.1f} | {cpu:.1f} | {end:.1f} | {peak:.0f} | {load:.1f} |")


if __name__ == "__main__":
    main()
