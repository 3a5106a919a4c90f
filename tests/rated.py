"""A set with made-up scores of a judge and of people, written to a database as an import would write it."""

from __future__ import annotations

import pytest

from judge.records import Record
from judge.scores import Abstention, Judgement, Rating, Reason
from judge.store import datasets, judgements, judges, ratings, runs


@pytest.fixture
def stored(db):
    """Store records with what a judge and people said of them, and give the judge's run."""

    def store(rubric, rows, *, name="d", model="m", kind=runs.IMPORTED, source=ratings.IMPORT):
        """Each row: record id, what the judge said, {annotator: value}, and optionally more of rating and record."""
        dataset = datasets.ensure(db, name)
        criterion = rubric.criteria[0].name
        judges.keep_rubric(db, rubric)
        made = [
            Record(**{"id": row[0], "question": "Q?", "response": f"R {row[0]}"} | _of(row, "record")) for row in rows
        ]
        _, keys = datasets.add(db, dataset, made)
        judge = judges.Judge(model, rubric, {"model": {"endpoint": "imported", "model": model}})
        run, _ = runs.start(
            db,
            dataset,
            identity=f"{name}:{judge.fingerprint}",
            kind=kind,
            model=model,
            settings={},
            judges_=[judge],
            reopen=True,
        )
        with db.write() as connection:
            judgements.write(
                connection,
                [
                    judgements.to_row(
                        _judgement(row[0], rubric.name, criterion, row[1], _of(row, "judgement")),
                        run_id=run.id,
                        key=keys[row[0]],
                        fingerprint=judge.fingerprint,
                        call=None,
                        fresh=False,
                    )
                    for row in rows
                    if row[1] is not None
                ],
            )
        given = [
            (keys[row[0]], _rating(row[0], rubric.name, criterion, (who, value), _of(row, "rating")))
            for row in rows
            for who, value in row[2].items()
        ]
        ratings.add(db, rubric, given, source=source)
        return runs.end(db, run, runs.FINISHED)

    return store


def rows_of(cells, *, start=0):
    """(judge, people, how many) -> rows rated by one annotator; None for people leaves them unrated."""
    rows = []
    for said, truth, count in cells:
        for _ in range(count):
            rows.append((f"r{start + len(rows):04}", said, {} if truth is None else {"ann": truth}))
    return rows


def _of(row, what):
    return row[3].get(what, {}) if len(row) > 3 else {}


def _judgement(record, rubric, criterion, said, more):
    outcome = {"abstention": Abstention(said)} if isinstance(said, Reason) else {"score": said}
    return Judgement(record, rubric, criterion, **outcome, **more)


def _rating(record, rubric, criterion, said, more):
    who, value = said
    outcome = {"abstention": Abstention(value)} if isinstance(value, Reason) else {"score": value}
    return Rating(record, rubric, criterion, who, gold=who == "gold", **outcome, **more)
