from contextlib import suppress
from datetime import UTC, datetime

import pytest
from app_house import make_item
from app_world import RUBRIC, all_saved, painted, sign_in
from playwright.sync_api import Error as PlaywrightError

from judge.labeling.desk import Answer, Entry
from judge.labeling.study import Design
from judge.rubric.schema import Rubric
from judge.scores import Judgement, Quote
from judge.store import datasets, judgements, judges, runs

pytestmark = pytest.mark.browser
SCALE = {"kind": "interval", "min": 0, "max": 1, "good": "high"}
NUMBERS = RUBRIC | {"criteria": [RUBRIC["criteria"][0] | {"scale": SCALE}]}
JUDGE = {
    "model": "planted-model-b7a3",
    "score": "0.73192846",
    "rationale": "planted-rationale-5d1f",
    "quote": "planted-quote-8c20",
}
BEN = {"name": "planted-ben", "score": "0.41370265", "note": "planted-note-f1e9"}


@pytest.fixture
def received(page):
    """All that reaches the page from now on: answers with headers and bodies, frames, storage, cookies and the page."""
    answers, found = [], []
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 - Playwright wants a function
    page.on(
        "websocket",
        lambda socket: socket.on(
            "framereceived", lambda frame: found.append(frame if isinstance(frame, str) else frame.decode("latin-1"))
        ),
    )

    def everything():
        while answers:
            answer = answers.pop()
            found.append(f"{answer.url} {answer.headers}")
            # A redirect has no body; that of a page which was left is gone: the entrance, which is tested by itself.
            with suppress(PlaywrightError):
                found.append(answer.body().decode("utf-8", "replace"))
        found.append(page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])"))
        found.append(page.content())
        found.append(
            page.evaluate("document.querySelector('[data-testid=stBidiComponentIsolated]')?.shadowRoot.innerHTML ?? ''")
        )
        return "\n".join(found)

    return everything


def judged(house, name, records):
    """A run in which a judge gave every record the planted score, reason and quote."""
    rubric = Rubric.model_validate(NUMBERS)
    one = judges.Judge(JUDGE["model"], rubric, {"model": {"model": JUDGE["model"]}})
    dataset = datasets.ensure(house.db, name)
    _, keys = datasets.add(house.db, dataset, records)
    kind = {"identity": name, "kind": runs.JUDGED, "model": JUDGE["model"], "settings": {}}
    run, _ = runs.start(house.db, dataset, **kind, judges_=[one])
    said = {
        "score": float(JUDGE["score"]),
        "rationale": JUDGE["rationale"],
        "evidence": (Quote("response", JUDGE["quote"]),),
    }
    row = {"run_id": run.id, "fingerprint": one.fingerprint, "call": None, "fresh": True}
    with house.db.write() as connection:
        made = (
            judgements.to_row(Judgement(r, rubric.name, "supported", **said), key=k, **row) for r, k in keys.items()
        )
        judgements.write(connection, list(made))
    return runs.end(house.db, run, runs.FINISHED), one.fingerprint


def rate_as_ben(desk):
    """Another annotator rates everything, in words and numbers that can be searched for."""
    desk.seat(BEN["name"])
    moment = datetime.now(UTC)
    for item in desk.desk.lease(desk.person(BEN["name"]), 10, moment):
        said = (Answer("supported", score=float(BEN["score"])),)
        entry = Entry(f"key-{item.id}", item.id, said, note=BEN["note"], flagged=True, seconds=3.0)
        (ack,) = desk.desk.save(desk.person(BEN["name"]), [entry], moment)
        assert ack.saved


def test_what_others_said_stays_out_of_the_browser(house, server, page, received):
    """Neither the judge's score, words, quotes, model and fingerprint nor another annotator's name, score and note.

    Both stand in the database, and the judge has guided the draw; the desk, the list of own work, a correction and a
    reload of the page bring none of it to the annotator.
    """
    records = [make_item(f"i{n}", f"Response number {n}.") for n in range(4)]
    run, fingerprint = judged(house, "blind", records)
    plan = {"runs": [run], "design": Design.STRATIFIED, "floor": 1, "raters": 2}
    desk = house.study("blind", records, NUMBERS, **plan)
    rate_as_ben(desk)
    sign_in(page, server, desk)
    for item in ("i1", "i2"):
        page.keyboard.type("0.5")
        page.keyboard.press("Enter")
        painted(page, desk, item)
    all_saved(page)
    seen = [received()]
    page.get_by_role("link", name="My work").click()
    page.get_by_role("button", name="Open").first.click()
    painted(page, desk, "i1")
    all_saved(page)
    page.reload()
    painted(page, desk, "i2")
    seen.append(received())
    everything = "\n".join(seen)
    planted = [fingerprint, *JUDGE.values(), *BEN.values()]
    stored = b"".join(path.read_bytes() for path in house.folder.glob("house.db*"))
    assert [secret for secret in planted if secret.encode() not in stored] == []
    assert "Response number 3" in everything
    assert [secret for secret in planted if secret in everything] == []
