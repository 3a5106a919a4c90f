"""Watching: one look at a system: what is new is taken, judged, folded into windows, and closed windows analysed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from judge.errors import NotFoundError, WatchError
from judge.monitoring import taking
from judge.monitoring.alert import Alert, State
from judge.monitoring.alerting import LIVING, Ledger
from judge.monitoring.analysing import Analysing, accept_series
from judge.monitoring.anchors import Anchors, JudgeShift, another_judge
from judge.monitoring.folding import Drawn, Folding, Said, draw
from judge.monitoring.sending import telling
from judge.monitoring.sending.telling import tell
from judge.rubric.pairs import ORDERS
from judge.run.execute import Execution, Order, plan
from judge.run.selection import Selection
from judge.store import datasets, watches
from judge.store.orders import PLACE, both_ways, first_of_each
from judge.store.tables import JUDGEMENT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from judge.models.request import Model
    from judge.monitoring.form import Watch
    from judge.monitoring.sending.outbox import Sent
    from judge.rubric.schema import Rubric
    from judge.scales import Scale
    from judge.settings import Settings
    from judge.store.database import Database
    from judge.store.runs import Run

LATE_FEEDBACK: Final = timedelta(days=30)
"""How long after its answer negative feedback still gets a record judged: each look searches that far back."""

DIGITS = 8
"""Digits of a fingerprint in the name of a judged series."""


@dataclass(slots=True)
class Tick:
    """What one look found.

    Attributes:
        taken: Records that were new.
        judged: Records that were judged for it.
        late: Records that came after their window was analysed.
        analysed: Numbers of the windows that were analysed.
        alerts: Alerts that are new or renewed.
        living: All alerts that are not over.
    """

    taken: int = 0
    judged: int = 0
    late: int = 0
    analysed: list[int] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)
    living: list[Alert] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """For machines."""
        same = {name: getattr(self, name) for name in ("taken", "judged", "late", "analysed")}
        told = {name: [alert.to_json() for alert in getattr(self, name)] for name in ("alerts", "living")}
        return same | told


class Watching:
    """A watch at work.

    Args:
        db: The database.
        watch: What is watched.
        rubrics: The rubrics it judges by.
        settings: The operator's settings.
        model: The judge model; None where only signals are watched.

    Raises:
        WatchError: Its windows were folded in another way before.
    """

    def __init__(
        self, db: Database, watch: Watch, rubrics: Sequence[Rubric], settings: Settings, model: Model | None
    ) -> None:
        self._db = db
        self._watch = watch
        self._rubrics = rubrics
        self._settings = settings
        self._model = model
        self.dataset = datasets.ensure(db, watch.dataset)
        config = watch.model_dump(mode="json")
        self.kept = watches.ensure(db, watch.name, self.dataset, shape=watch.shape(), config=config)
        if self.kept.shape != watch.shape():
            raise WatchError(
                f"the watch {watch.name!r} has folded records by other windows, rates or segments before",
                where="windows, sample, segment or dataset",
                hint="give the watch another `name:`; it then begins again, and what was judged is not paid for again",
            )
        self.scales: dict[str, Scale] = {}

    async def tick(
        self,
        now: datetime,
        *,
        more: Sequence[str] = (),
        tell: Callable[[str], None] = lambda _: None,
        on_lot: Callable[[int], None] = lambda _: None,
    ) -> Tick:
        """Take what is new and say what it shows.

        Everything is kept lot by lot: a tick that dies goes on where it stopped, and pays for nothing twice.

        Args:
            now: The present: windows that ended long enough before it are analysed.
            more: Further files, or ``-`` for standard input.
            tell: Called with what a person should see.
            on_lot: Called with the number of records of each lot once it is folded.

        Raises:
            EvenhandError: What halted it; everything done until then is kept.
        """
        done = Tick()
        taking.take_files(self._db, self._watch, self.kept, self._settings, more=more, tell=tell)
        self._learn_series()
        folding = Folding(self._watch, self.kept, self._settings, self.scales, now)
        while lot := taking.next_lot(self._db, self.dataset, int(self.kept.state.get("after", 0))):
            drawn = [draw(self._watch, key, record) for key, record in lot]
            said = await self._judge(drawn, done)
            with self._db.write() as connection:
                done.late += folding.fold(connection, drawn, said)
                self.kept.state["after"] = lot[-1][0]
                self._note_newest(drawn, now)
                watches.save_state(connection, self.kept)
            done.taken += len(lot)
            on_lot(len(lot))
        await self._judge_disliked(done)
        shift = await self._look_at_judge(now, tell)
        self._analyse(now, done, shift)
        return done

    def _note_newest(self, drawn: Sequence[Drawn], now: datetime) -> None:
        times = [one.record.time or now for one in drawn]
        before = self.kept.state.get("newest")
        self.kept.state["newest"] = max(
            [*(time.astimezone(UTC).isoformat() for time in times), *([before] if before else [])]
        )

    def _learn_series(self) -> None:
        """The judged series there are, of this judge and of those before it."""
        known: dict[str, str] = self.kept.state.setdefault("judges", {})
        if self._model is not None:
            planner = plan(self._db, self._rubrics, self._model, self._settings)
            for judge in planner.judges:
                known[judge.rubric.name] = judge.fingerprint
        self.scales = {
            f"{rubric.name}.{criterion.name}@{known[rubric.name][:DIGITS]}": criterion.scale
            for rubric in self._rubrics
            for criterion in rubric.criteria
        }

    async def _judge(self, drawn: Sequence[Drawn], done: Tick) -> Said:
        chosen = frozenset(one.key for one in drawn if one.judged)
        if self._model is None or not chosen:
            return {}
        run = await self._run(chosen)
        done.judged += len(chosen)
        return self._said(run, chosen)

    async def _judge_disliked(self, done: Tick) -> None:
        """Judge what got its negative feedback only after it was folded; as no fair draw it enters no rate."""
        newest = self.kept.state.get("newest")
        if self._model is None or newest is None or not self._watch.sample.negative_feedback:
            return
        judges = list(self.kept.state["judges"].values())
        since = datetime.fromisoformat(newest) - LATE_FEEDBACK
        lot = taking.next_disliked(self._db, self.kept, judges, since)
        await self._judge([draw(self._watch, key, record) for key, record in lot], done)

    async def _run(self, chosen: frozenset[int]) -> Run:
        if self._model is None:
            raise WatchError("there is no judge", where="judge")
        order = Order(
            dataset=self.dataset,
            rubrics=self._rubrics,
            selection=Selection(only=chosen),
            max_cost=self._watch.max_cost,
            name=f"watch {self._watch.name}",
        )
        return await Execution(self._db, order, self._model, self._settings).work()

    def _said(self, run: Run, chosen: frozenset[int]) -> Said:
        said: Said = defaultdict(list)
        place = tuple(JUDGEMENT.c[name] for name in PLACE)
        query = (
            select(*place, JUDGEMENT.c.repeat, JUDGEMENT.c.rubric, JUDGEMENT.c.score, JUDGEMENT.c.reason)
            .where(JUDGEMENT.c.run_id == run.id, JUDGEMENT.c.repeat < len(ORDERS), JUDGEMENT.c.record_id.in_(chosen))
            .order_by(*place, JUDGEMENT.c.repeat)
        )
        with self._db.read() as connection:
            for row in first_of_each(connection.execute(query).mappings(), both_ways(connection)):
                series = f"{row['rubric']}.{row['criterion']}@{row['fingerprint'][:DIGITS]}"
                said[row["record_id"]].append((series, row["score"], row["reason"]))
        return said

    async def _look_at_judge(self, now: datetime, tell: Callable[[str], None]) -> JudgeShift | None:
        """See whether the judge is another one, or answers otherwise about its anchors."""
        judges: dict[str, str] = self.kept.state["judges"]
        before = self.kept.state.get("judges_before")
        self.kept.state["judges_before"] = dict(judges)
        shift = None
        if self._watch.anchors is not None and self._model is not None:
            form, rubrics = self._watch.anchors, self._rubrics
            anchors = Anchors(self._db, form, self.dataset, rubrics, self.kept, settings=self._settings)
            shift = await anchors.look(self._model, judges, now, tell)
        if shift is None and before is not None and before != judges:
            shift = another_judge()
        with self._db.write() as connection:
            watches.save_state(connection, self.kept)
        return shift

    def _analyse(self, now: datetime, done: Tick, shift: JudgeShift | None) -> None:
        ledger = self.ledger()
        analysing = Analysing(self._db, self._watch, self.kept, self.scales, ledger, settings=self._settings)
        done.analysed = analysing.work(now, shift)
        done.alerts = ledger.changed
        done.living = list(self.ledger().living.values())

    def accept(self, key: str, now: datetime) -> None:
        """Call what an alert tells the new normal: its series are held against what they have been since then.

        Raises:
            NotFoundError: No alert of that key is open.
        """
        alert = self._living(key)
        alert.state, alert.closed, alert.updated = State.ACCEPTED, now, now
        moved = {one.series for one in alert.evidence}
        with self._db.write() as connection:
            accept_series(connection, self.kept, moved)
            watches.save_state(connection, self.kept)
            watches.write_alert(connection, alert.to_row() | {"watch_id": self.kept.id})

    def snooze(self, key: str, until: datetime, now: datetime) -> None:
        """Hear nothing of an alert until then.

        Raises:
            NotFoundError: No alert of that key is open.
        """
        alert = self._living(key)
        alert.state, alert.snoozed_until, alert.updated = State.SNOOZED, until, now
        with self._db.write() as connection:
            watches.write_alert(connection, alert.to_row() | {"watch_id": self.kept.id})

    def _living(self, key: str) -> Alert:
        living = self.ledger().living
        if key not in living:
            there = f"there are: {', '.join(living)}" if living else "none is open"
            raise NotFoundError(f"no alert {key!r} is open", hint=there)
        return living[key]

    def send(self, now: datetime) -> None:
        """Send what is to be told to where the watch file says, and what could not be sent before."""
        telling.tell(self._db, self._watch, self.kept, now)

    def tell(self, now: datetime) -> list[Sent]:
        """Send what is to be told of the alerts, and what an earlier look could not send."""
        return tell(self._db, self._watch, self.kept, now)

    async def close(self) -> None:
        """Give back the judge model's connections."""
        if self._model is not None:
            await self._model.close()

    def ledger(self) -> Ledger:
        """The alerts that are not over."""
        with self._db.read() as connection:
            rows = watches.alerts(connection, self.kept, states=[str(state) for state in LIVING])
        found = [Alert.from_row(row) for row in rows if row["closed"] is None]
        return Ledger({alert.key: alert for alert in found})
