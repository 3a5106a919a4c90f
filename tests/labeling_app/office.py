"""A study at work for the pages beside the desk: training, raters who differ, a judge with a view of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from app_house import make_item
from sqlalchemy import select

from judge.labeling import links, people, studies
from judge.labeling.desk import Answer, Entry, Mark
from judge.rubric.schema import Rubric
from judge.scores import Judgement, Quote, Rating
from judge.store import datasets, judgements, judges, ratings, runs
from judge.store.labeling_tables import ITEM
from judge.store.tables import RECORD

if TYPE_CHECKING:
    from app_house import House, HouseStudy
    from app_world import Server
    from playwright.sync_api import Page

    from judge.records import Document, Record

CLAIM = "Taking a bicycle costs £5 each way"
PASSAGE = "Bicycles travel free of charge"
JUDGE_WHY = "The response charges for bicycles, but the timetable lets them travel free."
NOTES = {"supported": "", "unsupported": "The price of a bicycle stands nowhere; the timetable says free."}
EXAMPLE: dict[str, Any] = {
    "question": "When does the ferry sail in summer?",
    "documents": ["In summer the ferry sails three times a day."],
    "response": "It sails twice a day.",
    "answers": {
        "supported": {
            "score": "unsupported",
            "rationale": "The document says three times a day, not twice.",
            "evidence": [
                {"source": "response", "quote": "twice a day"},
                {"source": "documents", "quote": "three times a day"},
            ],
        }
    },
}


def ferry(count: int, documents: tuple[Document, ...], responses: tuple[str, ...]) -> list[Record]:
    """Records about a ferry, the responses in turn."""
    question = "How often does the ferry to Orkney sail, and what does it cost to take a bicycle along?"
    return [
        replace(make_item(f"r{n:03}", responses[n % len(responses)], documents), question=question)
        for n in range(count)
    ]


def teach(house: House, rubric: dict[str, Any], name: str, items: list[Record], gold: int = 0) -> None:
    """Give the last so many of these records a gold rating, so that a study can train on some of them."""
    dataset = datasets.ensure(house.db, name)
    datasets.add(house.db, dataset, items)
    loaded = Rubric.model_validate(rubric)
    judges.keep_rubric(house.db, loaded)
    keys = record_keys(house, name)
    settled = [
        (keys[record.id], Rating(record.id, loaded.name, "supported", "boss", score="supported", gold=True))
        for record in items[len(items) - gold :]
    ]
    if settled:
        ratings.add(house.db, loaded, settled)


def record_keys(house: House, dataset: str) -> dict[str, int]:
    """Id of a record -> its row key."""
    found = datasets.find(house.db, dataset)
    with house.db.read() as connection:
        rows = connection.execute(select(RECORD.c.record_id, RECORD.c.id).where(RECORD.c.dataset_id == found.id))
        return {row[0]: row[1] for row in rows}


def judge_all(house: House, made: HouseStudy, scores: dict[str, str], rationale: str | None = None) -> None:
    """Have a judge score the records of a study; what it calls unsupported with a rationale and quotes."""
    study = studies.find(house.db, made.name)
    judge = judges.Judge("careful-judge", study.rubric, {"model": {"model": "careful-judge"}})
    dataset = datasets.find(house.db, study.dataset)
    run, _ = runs.start(
        house.db, dataset, identity="careful", kind=runs.JUDGED, model="careful-judge", settings={}, judges_=[judge]
    )
    keys = record_keys(house, study.dataset)
    name = study.rubric.criteria[0].name
    rows = [
        judgements.to_row(
            Judgement(record, study.rubric.name, name, score=score, **_view(score, rationale)),
            run_id=run.id,
            key=keys[record],
            fingerprint=judge.fingerprint,
            call=None,
            fresh=True,
        )
        for record, score in scores.items()
    ]
    with house.db.write() as connection:
        judgements.write(connection, rows)
    runs.end(house.db, run, runs.FINISHED)


def _view(score: str, rationale: str | None) -> dict[str, Any]:
    if score == "supported":
        return {"rationale": rationale or "Every claim stands in the documents."}
    quotes = (Quote("response", CLAIM, role="claim"), Quote("documents[0]", PASSAGE, role="passage"))
    return {"rationale": rationale or JUDGE_WHY, "evidence": quotes}


def rate_all(made: HouseStudy, name: str, said: dict[str, str], *, notes: bool = False, late: float = 0) -> None:
    """Have somebody rate every record of a study that they are given, as these say."""
    person, moment = made.person(name), datetime.now(UTC) + timedelta(seconds=late)
    records = _records(made)
    while items := made.desk.lease(person, 4, moment):
        for item in items:
            score = said[records[item.id]]
            marks = _marks(item.passages) if notes and score == "unsupported" else ()
            answer = Answer(made.desk.rubric.criteria[0].name, score=score, marks=marks)
            seconds = 6.0 + len(records[item.id] + name) + int(records[item.id][1:4]) % 7
            entry = Entry(f"key-{name}-{item.id}", item.id, (answer,), NOTES[score] if notes else "", seconds=seconds)
            (ack,) = made.desk.save(person, [entry], moment)
            assert ack.saved, ack.reason


def _records(made: HouseStudy) -> dict[str, str]:
    """Code of an item, or of its repeat -> the record's id."""
    query = select(ITEM.c.code, ITEM.c.again, RECORD.c.record_id).join(RECORD, RECORD.c.id == ITEM.c.record_id)
    with made.db.read() as connection:
        rows = connection.execute(query.where(ITEM.c.study_id == studies.find(made.db, made.name).id)).all()
    return {code: record for *codes, record in rows for code in codes}


def _marks(passages: Any) -> tuple[Mark, ...]:
    text = next(passage.text for passage in passages if passage.source == "response")
    at = text.find(CLAIM)
    return () if at < 0 else (Mark("response", at, at + len(CLAIM)),)


def let_in(made: HouseStudy, name: str, *roles: people.Role) -> str:
    """Register somebody who does not rate, and give their one-time link's code."""
    people.add(made.db, made.person(name), roles=roles)
    if people.Role.OWNER not in roles:
        people.assign(made.db, studies.find(made.db, made.name), made.person(name))
    return links.invite(made.db, made.person(name), datetime.now(UTC))


def open_page(page: Page, server: Server, code: str, name: str, *, wait: str | None = "[data-painted]") -> None:
    """Sign in through a link, open a page by its address, and wait for what is to be there."""
    page.goto(f"{server.url}/enter/{code}")
    page.get_by_role("button", name="Start as").click()
    page.locator("[data-testid=stApp]").wait_for()
    page.goto(f"{server.url}/{name}")
    if wait is not None:
        page.locator(wait).first.wait_for()


def phone_width(page: Page) -> None:
    """Make the window as narrow as a phone."""
    page.set_viewport_size({"width": 390, "height": 844})
