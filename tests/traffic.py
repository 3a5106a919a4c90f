"""Made-up traffic: days of records that are alike, save for what a test changes."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from random import Random

START = datetime(2026, 3, 2, tzinfo=UTC)
TOPICS = ("parcel", "refund", "invoice", "jacket", "voucher", "repair", "address", "size")


def traffic(days, *, a_day=60, seed=1, first=0, change=None):
    """Rows of a log; `change(day, row, rng)` may alter each."""
    rng = Random(seed)  # noqa: S311 - made-up traffic
    rows = []
    for day in range(first, first + days):
        for number in range(a_day):
            topic = rng.choice(TOPICS)
            time = START + timedelta(days=day, seconds=86_000 * number / a_day)
            row = {
                "id": f"d{day}-{number}",
                "time": time.isoformat(),
                "question": f"How about my {topic} number {rng.randrange(100)}?",
                "response": " ".join(
                    rng.choice(("yes", "it", "comes", "soon", "with", topic)) for _ in range(rng.randrange(10, 30))
                ),
                "documents": [f"The {topic} takes {rng.randrange(2, 9)} days."],
                "model_version": "v1",
                "segment": rng.choice(("en", "en", "de")),
                "latency": rng.lognormvariate(0, 0.3),
                "feedback": int(rng.random() < 0.8),
            }
            if change is not None:
                change(day, row, rng)
            rows.append(row)
    return rows


def write(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def after(days):
    return (START + timedelta(days=days, hours=2)).isoformat()
