"""One annotator in a process of their own: waits for the word, then leases and saves until nothing is left."""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from house import at, press

from judge.labeling.stored import StoredDesk, StoredFrontDesk
from judge.store.database import Database

url, study, name, what = sys.argv[1:]
with Database(url) as db:
    desk = StoredDesk(db, study)
    print("ready", flush=True)  # noqa: T201 - how the parent knows
    word = json.loads(sys.stdin.readline())
    saved: list[str] = []
    if what == "rate":
        while items := desk.lease(name, 4, at(1)):
            entries = [press(item.id, key=f"{name}-{item.id}") for item in items[:2]]
            saved += [ack.key for ack in desk.save(name, entries, at(2)) if ack.saved]
    elif what == "replay":
        entries = [press(item, key=f"replay-{item}") for item in word]
        saved = [f"{ack.key}/{ack.version}" for ack in desk.save(name, entries, at(3)) if ack.saved]
    elif what == "redeem":
        saved = [secret for secret in [StoredFrontDesk(db).redeem(word[0], at(1))] if secret]
    print(json.dumps(saved), flush=True)  # noqa: T201 - its answer
