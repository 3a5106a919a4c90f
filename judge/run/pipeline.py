"""The pipeline: records are read, asked about, and kept, many at once, in bounded memory."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from judge.errors import EvenhandError
from judge.models.request import Failure
from judge.models.waits import StoppedError
from judge.rubric.pairs import is_pairwise, is_turned
from judge.rubric.reask import format_error, reask_messages
from judge.run.asking import TakenError
from judge.run.plan import PlannedCall, Unasked
from judge.run.reading import read
from judge.scores import Abstention, Judgement
from judge.store import judgements, ledger, workers

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection

    from judge.models.places import Place
    from judge.run.asking import Asker
    from judge.run.plan import Planner
    from judge.run.progress import Progress
    from judge.run.selection import Chunk
    from judge.store.database import Database
    from judge.store.runs import Run

    Readings = Sequence[Judgement]


def _write_sent(connection: Connection, rows: list[dict[str, Any]]) -> list[bool]:
    workers.check(connection, rows[0]["worker"])
    return ledger.write_sent(connection, rows)


STATEMENTS = {
    "sent": _write_sent,
    "settled": ledger.write_settled,
    "judgement": judgements.write,
    "beat": workers.write_beats,
}
"""What a writer commits for a pipeline, in this order within one commit."""

GRACE = 3.0
"""Seconds that a stopped run waits for what is in flight: whoever pressed Ctrl-C wants the terminal back."""

LOOK_AGAIN = 1.0
"""Seconds between two looks at what another worker makes of a question that it is asking."""


class Pipeline:
    """One pass of a run over its records.

    Args:
        db: The database.
        run: The run.
        planner: What is asked of a record.
        asker: How it is asked; its writer was opened with `STATEMENTS`.
        progress: Counted up as it goes.
    """

    def __init__(self, db: Database, run: Run, *, planner: Planner, asker: Asker, progress: Progress) -> None:
        self._db = db
        self._run = run
        self._planner = planner
        self._asker = asker
        self._writer = asker.writer
        self._progress = progress
        self._same: dict[str, list[PlannedCall]] = {}
        self._recent: dict[str, tuple[str, Readings]] = {}
        self._elsewhere: list[PlannedCall] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self.halted: EvenhandError | None = None
        self.stopping = False

    def stop(self) -> None:
        """Send nothing more; what is in flight is awaited for `GRACE` seconds and kept."""
        self.stopping = True
        self._asker.transport.stop()
        asyncio.get_running_loop().call_later(GRACE, self.cancel)

    def cancel(self) -> None:
        """Give up what is in flight too; each such call stays on the ledger as an orphan."""
        self.stopping = True
        for task in self._tasks:
            task.cancel()

    async def work(self, chunks: Iterable[Chunk], *, resumed: bool) -> None:
        """Judge all records, or as many as can be until something halts or stops the run.

        What another worker is asking just then is not asked again: its answer is waited for.

        Raises:
            EvenhandError: What halted it, after everything in flight was kept.
        """
        if resumed:
            self._progress.scored, self._progress.abstained = judgements.count_done(self._db, self._run)
            self._progress.found = self._progress.done
        try:
            for chunk in chunks:
                # What finishes from here on is remembered until the ledger can be asked for it.
                self._recent.clear()
                await self._writer.barrier()
                await self._enter(chunk, resumed=resumed)
                if self.stopping:
                    break
            await self._settle()
            while self._elsewhere and not self.stopping:
                await asyncio.sleep(LOOK_AGAIN)
                await self._look_again()
                await self._settle()
        except EvenhandError as error:
            self._halt(error)
        await self._settle()
        if self.halted is not None:
            raise self.halted

    async def _settle(self) -> None:
        while self._tasks:
            results = await asyncio.gather(*self._tasks, return_exceptions=True)
            for result in results:
                if isinstance(result, Exception):
                    raise result

    def _halt(self, error: EvenhandError) -> None:
        if not isinstance(error, StoppedError):
            self.halted = self.halted or error
        self.stopping = True

    async def _enter(self, chunk: Chunk, *, resumed: bool) -> None:
        done = judgements.done(self._db, self._run, [key for key, _ in chunk]) if resumed else set()
        counts = Counter(place[0] for place in done)
        chunk = [(key, record) for key, record in chunk if counts[key] < self._planner.items]
        calls = [call for key, record in chunk for call in self._planner.calls(key, record) if not _is_done(call, done)]
        known = ledger.answered(self._db, [call.key for call in calls if isinstance(call, PlannedCall)])
        for call in calls:
            if self.stopping:
                return
            if isinstance(call, Unasked):
                self._keep(call.judgements, call, key=None, fresh=True)
            elif call.key in known:
                await self._found(call, known[call.key])
            elif call.key in self._recent:
                self._keep_twin(call, *self._recent[call.key])
            elif call.key in self._same:
                self._same[call.key].append(call)
            else:
                self._same[call.key] = []
                await self._begin(call)

    async def _found(self, call: PlannedCall, answer: ledger.Call) -> None:
        read_ = self._read(call, answer.reply)
        again = self._reask(call, answer.reply, read_)
        if again is not None:
            known = ledger.answered(self._db, [again.key])
            if again.key not in known:
                await self._begin(again)
                return
            call, read_ = again, self._read(again, known[again.key].reply)
        self._progress.found += len(read_)
        self._finish(call, read_, key=call.key, fresh=False)

    async def _look_again(self) -> None:
        """Take the answers that other workers have found meanwhile, and try to ask what they have not answered."""
        calls, self._elsewhere = self._elsewhere, []
        await self._writer.barrier()
        known = ledger.answered(self._db, [call.key for call in calls])
        for call in calls:
            if call.key in known:
                await self._found(call, known[call.key])
            else:
                await self._begin(call)

    async def _begin(self, call: PlannedCall) -> None:
        place = await self._asker.transport.place()
        task = asyncio.create_task(self._judge(call, place))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _judge(self, call: PlannedCall, place: Place) -> None:
        with place:
            if self.stopping:
                return
            try:
                await self._ask(call, place)
            except TakenError:
                self._elsewhere.append(call)
            except EvenhandError as error:
                self._halt(error)

    async def _ask(self, call: PlannedCall, place: Place) -> None:
        stored = await self._asker.ask(call, place)
        self._count_call()
        if isinstance(stored, Failure):
            abstention = Abstention(stored.reason, stored.detail)
            self._finish(call, [_abstain(call, name, abstention) for name in call.request.criteria], key=call.key)
            return
        read_, key = self._read(call, stored), call.key
        again = self._reask(call, stored, read_)
        if again is not None:
            stored_again = await self._asker.ask(again, place)
            self._count_call()
            if not isinstance(stored_again, Failure):
                read_, key = self._read(again, stored_again), again.key
        self._finish(call, read_, key=key)

    def _read(self, call: PlannedCall, stored: Any) -> tuple[Judgement, ...]:
        request = call.request
        return read(
            stored,
            rubric=request.rubric,
            record=request.record,
            criteria=request.criteria,
            repeat=request.repeat,
            was_turned=is_pairwise(request.rubric) and is_turned(request.repeat),
        )

    def _reask(self, call: PlannedCall, stored: Any, read_: Readings) -> PlannedCall | None:
        problem = None if call.reask_of or stored.get("problem") else format_error(read_)
        if problem is None:
            return None
        return self._planner.reask(call, reask_messages(call.request.messages, stored.get("text"), problem))

    def _finish(self, call: PlannedCall, read_: Readings, *, key: str, fresh: bool = True) -> None:
        self._keep(read_, call, key=key, fresh=fresh)
        asked = call.reask_of or call.key
        self._recent[asked] = (key, read_)
        for twin in self._same.pop(asked, ()):
            self._keep_twin(twin, key, read_)

    def _keep_twin(self, twin: PlannedCall, key: str, read_: Readings) -> None:
        mine = [replace(judgement, record_id=twin.request.record.id) for judgement in read_]
        self._progress.found += len(mine)
        self._keep(mine, twin, key=key, fresh=False)

    def _keep(self, read_: Readings, call: PlannedCall | Unasked, *, key: str | None, fresh: bool) -> None:
        run_id, record_key, fingerprint = self._run.id, call.record_key, call.fingerprint
        for judgement in read_:
            row = judgements.to_row(
                judgement, run_id=run_id, key=record_key, fingerprint=fingerprint, call=key, fresh=fresh
            )
            self._writer.put("judgement", row)
            self._progress.count(scored=judgement.score is not None)

    def _count_call(self) -> None:
        self._progress.calls += 1
        self._progress.cost = self._asker.budget.spent


def _is_done(call: PlannedCall | Unasked, done: set[judgements.Place]) -> bool:
    if not done:
        return False
    if isinstance(call, Unasked):
        items = [(judgement.criterion, judgement.repeat) for judgement in call.judgements]
    else:
        items = [(name, call.request.repeat) for name in call.request.criteria]
    return all((call.record_key, call.fingerprint, *item) in done for item in items)


def _abstain(call: PlannedCall, criterion: str, abstention: Abstention) -> Judgement:
    request = call.request
    return Judgement(request.record.id, request.rubric.name, criterion, abstention=abstention, repeat=request.repeat)
