"""An importer: logs into one data set, chunk by chunk."""

from __future__ import annotations

from collections import defaultdict
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import orjson

from judge.errors import LogError
from judge.importing.report import ImportReport
from judge.logs import Entry, Feedback, Reject, other_criteria, read_log, to_judgements, to_ratings
from judge.store import datasets, judgements, judges, ratings, runs
from judge.store.ledger import call_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path
    from typing import BinaryIO

    from judge.importing.labels import Labels
    from judge.logs.entry import Label, Output
    from judge.logs.lines import Place
    from judge.rubric.schema import Rubric
    from judge.scores import Judgement, Rating
    from judge.settings import LogTable, Settings
    from judge.store.database import Database
    from judge.store.runs import Run

CHUNK = 500
PROBLEMS_KEPT = 1000
_UNNAMED = "in a form that is known. Say which column does: "


@contextmanager
def _at(file: str, entry: Entry) -> Iterator[None]:
    """Say where in the log a label stands that cannot be used."""
    try:
        yield
    except LogError as error:
        error.where = error.where or f"{file}:{entry.line}"
        raise


class Importer:
    """Imports logs into one data set.

    Args:
        db: The database.
        dataset: The data set's name.
        settings: The operator's settings; ``[logs.NAME]`` says how this data set's logs are read.
        format_: What wrote the logs; ``auto`` looks.
        mapping: Record field -> column or path; goes before what the settings say.
        labels: What to make of labels; None to leave them.
        rejects: Where bad lines are kept.
        strict: Stop at the first bad line.
        source: The file the data set stands for, where it was not named by the user.
    """

    def __init__(
        self,
        db: Database,
        dataset: str,
        *,
        settings: Settings,
        format_: str = "auto",
        mapping: Mapping[str, str] | None = None,
        labels: Labels | None = None,
        rejects: Path | None = None,
        strict: bool = False,
        source: str | None = None,
    ) -> None:
        table: LogTable | None = settings.logs.get(dataset)
        self._db = db
        self._format = format_ if format_ != "auto" or table is None else table.format
        self._mapping = (table.map if table is not None else {}) | dict(mapping or {})
        self._labels = labels
        self._rejects_path = rejects
        self._rejects: BinaryIO | None = None
        self._strict = strict
        self._runs: dict[str, tuple[Run, str]] = {}
        self._feedback: dict[str, float] = {}
        self._labelled = self._answered = False
        self.dataset = datasets.ensure(db, dataset, source=source)
        self.report = ImportReport(self.dataset.name)
        if labels is not None:
            judges.keep_rubric(db, labels.rubric)

    def read(self, file: str, *, after: Place | None = None) -> Place:
        """Import one log.

        Args:
            file: Its path, or ``-``.
            after: How far a plain JSONL file was imported before.

        Returns:
            How far it is imported now; at 0 where that cannot be said.

        Raises:
            LogError: The file cannot be read at all, or a line is bad and the import is strict.
        """
        chunk: list[Entry] = []
        log = read_log(file, format=self._format, mapping=self._mapping, after=after)
        for entry in log:
            if isinstance(entry, Reject):
                self._reject(entry)
                continue
            if isinstance(entry, Feedback):
                self._feedback[entry.record_id] = entry.value
                continue
            chunk.append(entry)
            if len(chunk) >= CHUNK:
                self._store(chunk, file)
                chunk = []
        self._store(chunk, file)
        for counts, kept in ((log.passed, self.report.passed), (log.notes, self.report.notes)):
            for what, count in counts.items():
                kept[what] = kept.get(what, 0) + count
        return log.place

    def finish(self) -> ImportReport:
        """Close what is open, and give records the feedback that came after them.

        Returns:
            What became of it all.
        """
        if self._rejects is not None:
            self._rejects.close()
        if self._feedback:
            # At the end: feedback may stand in a file that sorts before its record's.
            known, changed = datasets.note_feedback(self._db, self.dataset, self._feedback)
            self.report.updated += changed
            if lost := len(self._feedback) - known:
                self.report.passed["feedback on records that are not in the data set"] = lost
        if self._labels is not None and self._labels.ratings and not self._labelled:
            self.report.missed.append(f"No ratings: no line holds a human label {_UNNAMED}--map labels.ann=COLUMN.")
        if self._labels is not None and self._labels.judgements and not self._answered:
            self.report.missed.append(
                f"No judgements: no line holds a judge's output {_UNNAMED}--map outputs.gpt-4=COLUMN."
            )
        for run, _ in self._runs.values():
            runs.end(self._db, run, runs.FINISHED)
        return self.report

    def _reject(self, reject: Reject) -> None:
        if self._strict:
            raise LogError(reject.reason, where=reject.where, hint="without --strict, bad lines are kept aside")
        self.report.rejected += 1
        if len(self.report.problems) < PROBLEMS_KEPT:
            self.report.problems.append(f"{reject.where}: {reject.reason}")
        if self._rejects_path is not None:
            if self._rejects is None:
                self._rejects = self._rejects_path.open("wb")
                self.report.rejects = str(self._rejects_path)
            self._rejects.write(orjson.dumps(asdict(reject), option=orjson.OPT_APPEND_NEWLINE))

    def _store(self, chunk: list[Entry], file: str) -> None:
        if not chunk:
            return
        # Before anything is stored, for a label that cannot be read ends the import.
        rated, judged = self._ratings_of(chunk, file), self._judgements_of(chunk, file)
        added, keys = datasets.add(self._db, self.dataset, [entry.record for entry in chunk])
        self.report.new += added.new
        self.report.unchanged += added.unchanged
        self.report.updated += added.updated
        conflicts = set(added.conflicts)
        for entry in chunk:
            if entry.record.id in conflicts:
                reason = f"record {entry.record.id!r} is in {self.dataset.name} already, with other content"
                self._reject(Reject(file, entry.line, reason, ""))
        if self._labels is not None:
            rubric = self._labels.rubric
            new = [(keys[each.record_id], each) for each in rated if each.record_id not in conflicts]
            self.report.ratings += ratings.add(self._db, rubric, new)
            self._judge([pair for pair in judged if pair[1].record_id not in conflicts], keys, rubric)

    def _ratings_of(self, entries: list[Entry], file: str) -> list[Rating]:
        wanted = self._labels
        found: list[Rating] = []
        if wanted is None or not wanted.ratings:
            return found
        for entry in entries:
            self._labelled = self._labelled or bool(entry.labels)
            with _at(file, entry):
                made = to_ratings(entry.labels, entry.record.id, wanted.rubric, wanted.criterion, wanted.words)
            found += made
            if len(made) < len(entry.labels):
                self._pass_over(entry.labels, wanted, "labels")
        return found

    def _judgements_of(self, entries: list[Entry], file: str) -> list[tuple[str, Judgement]]:
        wanted = self._labels
        found: list[tuple[str, Judgement]] = []
        if wanted is None or not wanted.judgements:
            return found
        for entry in entries:
            self._answered = self._answered or bool(entry.outputs)
            with _at(file, entry):
                made = to_judgements(entry.outputs, entry.record.id, wanted.rubric, wanted.criterion, wanted.words)
            found += made
            if len(made) < len(entry.outputs):
                self._pass_over(entry.outputs, wanted, "judge outputs")
        return found

    def _pass_over(self, marks: Iterable[Label | Output], wanted: Labels, what: str) -> None:
        for name in other_criteria(marks, wanted.rubric, wanted.criterion):
            key = f"{what} of the criterion {name!r}"
            self.report.passed[key] = self.report.passed.get(key, 0) + 1

    def _judge(self, made: list[tuple[str, Judgement]], keys: Mapping[str, int], rubric: Rubric) -> None:
        rows: list[dict[str, Any]] = []
        by_judge: dict[str, list[Judgement]] = defaultdict(list)
        for name, judgement in made:
            by_judge[name].append(judgement)
        for name, found in by_judge.items():
            run, fingerprint = self._run_of(name, rubric)
            rows += [
                judgements.to_row(
                    each, run_id=run.id, key=keys[each.record_id], fingerprint=fingerprint, call=None, fresh=False
                )
                for each in found
            ]
        if rows:
            with self._db.write() as connection:
                judgements.write(connection, rows)
            self.report.judgements += len(rows)

    def _run_of(self, name: str, rubric: Rubric) -> tuple[Run, str]:
        if name not in self._runs:
            judge = judges.Judge(name, rubric, {"model": {"endpoint": "imported", "model": name}})
            identity = call_key({"imported": judge.fingerprint, "dataset": self.dataset.id})
            run, _ = runs.start(
                self._db,
                self.dataset,
                identity=identity,
                kind=runs.IMPORTED,
                model=name,
                settings={},
                judges_=[judge],
                reopen=True,
            )
            self._runs[name] = (run, judge.fingerprint)
            self.report.judges[name] = run.id
        return self._runs[name]
