"""Adjudicating: items on which annotators differ are settled, blind to who said what and to the judge."""

from __future__ import annotations

from dataclasses import dataclass
from operator import itemgetter
from string import ascii_uppercase
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select

from judge.errors import UsageError
from judge.labeling import events, people, studies
from judge.labeling.cases import case_of, cases_of, decisions_of, item_of, letters, said_of
from judge.labeling.passages import quotes_of
from judge.labeling.people import ADJUDICATED, Role
from judge.rubric.pairs import ORDERS
from judge.scores import Rating
from judge.store import ratings
from judge.store.judgements import quotes_from_json, score_from_text
from judge.store.labeling_tables import ADJUDICATION
from judge.store.orders import PLACE, both_ways, first_of_each
from judge.store.tables import JUDGE, JUDGEMENT, RATING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection, RowMapping

    from judge.labeling.cases import Case
    from judge.labeling.desk import Answer
    from judge.labeling.study import Study
    from judge.scales import Score
    from judge.scores import Quote
    from judge.store.database import Database


@dataclass(frozen=True, slots=True)
class JudgeOpinion:
    """What a judge said; shown only once the criterion is decided."""

    model: str
    run: int
    score: Score | None
    reason: str
    rationale: str
    evidence: tuple[Quote, ...]


class Adjudication:
    """The adjudication of a study; every method refuses (`UsageError`) whoever is no adjudicator.

    Args:
        db: The database.
        study: The study's name.

    Raises:
        NotFoundError: There is no such study.
    """

    def __init__(self, db: Database, study: str) -> None:
        self._db = db
        self._study = studies.find(db, study)

    @property
    def study(self) -> Study:
        """The study."""
        return self._study

    def queue(self, person: str, *, everything: bool = False) -> list[str]:
        """Codes of the items on which raters differ and nobody has decided, or of all that have two ratings."""
        with self._db.read() as connection:
            people.require(connection, person, Role.ADJUDICATOR)
            cases = cases_of(connection, self._study)
        return [case.item for case in cases if everything or case.open]

    def case(self, person: str, code: str) -> Case:
        """An item with what its raters said.

        Raises:
            UsageError: Too few have rated it, or the person is no adjudicator.
        """
        with self._db.read() as connection:
            people.require(connection, person, Role.ADJUDICATOR)
            return case_of(connection, self._study, code)

    def decide(
        self,
        person: str,
        code: str,
        answers: Sequence[Answer],
        now: datetime,
        *,
        note: str = "",
        seen: str | None = None,
    ) -> Case:
        """Settle criteria of an item: each decision becomes the gold rating, and what was seen is kept with it.

        Args:
            person: Who decides.
            code: The item's code.
            answers: One for each criterion to settle.
            now: The moment.
            note: Why.
            seen: `Case.seen` of what the person had before them; whatever stands there now if left out.

        Raises:
            UsageError: A value is not on the scale, there is none, somebody has changed an answer since, or the person
                is no adjudicator.
        """
        with self._db.write() as connection:
            who = people.require(connection, person, Role.ADJUDICATOR)
            case = case_of(connection, self._study, code)
            if seen is not None and seen != case.seen:
                raise UsageError("what was said of this item has changed since you opened it; it is shown anew")
            item = item_of(connection, self._study, code)
            for answer in answers:
                self._settle(connection, item, case, answer, who=who, note=note, now=now)
            return case_of(connection, self._study, code)

    def judge_said(self, person: str, code: str) -> dict[str, tuple[JudgeOpinion, ...]]:
        """Criterion -> what judges said, the newest run first; only of criteria that are decided."""
        with self._db.read() as connection:
            people.require(connection, person, Role.ADJUDICATOR)
            item = item_of(connection, self._study, code)
            decided = decisions_of(connection, self._study).get(item["id"], {})
            return {name: _opinions(connection, self._study, item, name) for name in decided}

    def _settle(
        self,
        connection: Connection,
        item: RowMapping,
        case: Case,
        answer: Answer,
        *,
        who: int,
        note: str,
        now: datetime,
    ) -> None:
        criterion = self._study.rubric.criterion(answer.criterion)
        score = criterion.scale.read(answer.score)
        if score is None:
            raise UsageError(
                f"{answer.score!r} is not on the scale of {criterion.name}", hint="a decision is one value of the scale"
            )
        rating = Rating(
            record_id=case.item,
            rubric=self._study.rubric.name,
            criterion=criterion.name,
            annotator=ADJUDICATED,
            score=score,
            evidence=quotes_of(answer.marks, case.passages, criterion),
            note=note,
            inclusion_probability=item["inclusion_probability"],
            gold=True,
            time=now,
        )
        row = ratings.to_row(item["record_id"], rating, self._study.rubric, self._study.name)
        place = [
            RATING.c[name] == row[name] for name in ("record_id", "rubric_hash", "criterion", "annotator", "source")
        ]
        before = connection.scalar(select(func.max(RATING.c.version)).where(*place)) or 0
        key = connection.execute(insert(RATING), row | {"version": before + 1}).inserted_primary_key[0]  # type: ignore[index]
        decided: dict[str, Any] = {
            "study_id": self._study.id,
            "item_id": item["id"],
            "criterion": criterion.name,
            "version": before + 1,
            "annotator_id": who,
            "rating_id": key,
            "seen": _seen(connection, self._study, item, criterion.name),
            "note": note or None,
            "decided": now,
        }
        connection.execute(insert(ADJUDICATION), decided)
        detail = {"criterion": criterion.name, "score": str(score), "version": before + 1}
        events.add(connection, "decided", now, study=self._study.id, annotator=who, item=item["id"], detail=detail)


def _seen(connection: Connection, study: Study, item: RowMapping, criterion: str) -> list[dict[str, Any]]:
    """What the adjudicator had before them, with the names behind the letters: for the audit trail only."""
    raters = said_of(connection, study, [item["record_id"]]).get(item["record_id"], {})
    order = letters(study, item["record_id"], list(raters))
    return [
        {"rater": ascii_uppercase[number % 26], "annotator": name}
        | {key: raters[name][criterion][key] for key in ("id", "version", "score", "reason")}
        for number, name in enumerate(order)
        if criterion in raters[name]
    ]


def _opinions(connection: Connection, study: Study, item: RowMapping, criterion: str) -> tuple[JudgeOpinion, ...]:
    query = (
        select(JUDGEMENT, JUDGE.c.model)
        .join(JUDGE, JUDGE.c.fingerprint == JUDGEMENT.c.fingerprint)
        .where(
            JUDGEMENT.c.record_id == item["record_id"],
            JUDGEMENT.c.rubric == study.rubric.name,
            JUDGEMENT.c.criterion == criterion,
            JUDGEMENT.c.repeat.in_(range(len(ORDERS))),
        )
        .order_by(*(JUDGEMENT.c[name] for name in PLACE), JUDGEMENT.c.repeat)
    )
    scale = study.rubric.criterion(criterion).scale
    found = first_of_each(connection.execute(query).mappings(), both_ways(connection))
    return tuple(
        JudgeOpinion(
            model=row["model"],
            run=row["run_id"],
            score=score_from_text(row["score"], scale),
            reason=row["reason"] or "",
            rationale=row["rationale"] or "",
            evidence=quotes_from_json(row["evidence"]),
        )
        for row in sorted(found, key=itemgetter("run_id"), reverse=True)
    )
