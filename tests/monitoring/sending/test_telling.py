"""What is sent of an alert, and when."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from judge.monitoring.alert import Advice, Alert, Evidence, Kind, State
from judge.monitoring.form import Watch
from judge.monitoring.sending.notice import Notice
from judge.monitoring.sending.telling import notice_of, tell
from judge.store import datasets, deliveries, watches

TIME = datetime(2026, 3, 2, tzinfo=UTC)
ALERT = Alert(
    key="threshold:made-up",
    kind=Kind.THRESHOLD,
    level="warn",
    title="At least 6 % of answers are unsupported",
    detail="5 % is allowed.",
    number=9,
    start=TIME,
    end=TIME + timedelta(days=7),
    opened=TIME + timedelta(days=7),
    updated=TIME + timedelta(days=7),
    evidence=(Evidence("hallucination.supported", "9.1 % [6.0 %, 12.9 %]"),),
    advice=(Advice("roll_back", "Roll back to v1."),),
    id=4,
)


def test_a_notice_holds_what_the_alert_says():
    """Title, evidence and advice are there, and programs get all of it; what is kept is what was sent."""
    notice = notice_of(ALERT, "support")
    assert (notice.key, notice.level) == ("support/4/warn", "warn")
    assert notice.text.splitlines() == [
        "At least 6 % of answers are unsupported",
        "  5 % is allowed.",
        "  9.1 % [6.0 %, 12.9 %]",
        "→ Roll back to v1.",
    ]
    assert notice.payload["kind"] == "threshold"
    assert Notice.from_json(notice.to_json()) == notice


def test_it_is_told_again_only_when_it_grows_graver_or_ends():
    """An alert that lasts has the same key; a graver or ended one has another."""
    lasting = replace(ALERT, windows=5, updated=TIME + timedelta(days=35), title="At least 7 %")
    assert notice_of(lasting, "support").key == notice_of(ALERT, "support").key
    graver = notice_of(replace(ALERT, level="alert"), "support")
    ended = notice_of(replace(ALERT, state=State.RESOLVED), "support")
    assert len({notice_of(ALERT, "support").key, graver.key, ended.key}) == 3
    assert ended.title.startswith("Resolved: ")
    assert ended.advice == ()


@pytest.mark.parametrize("state", [State.SNOOZED, State.ACCEPTED])
def test_what_nobody_wants_to_hear(state):
    """A snoozed or accepted alert is not sent."""
    assert notice_of(replace(ALERT, state=state), "support") is None


@pytest.fixture
def kept(db):
    """A watch in the store."""
    return watches.ensure(db, "support", datasets.ensure(db, "support"), shape="x", config={})


def keep(db, kept, alert):
    with db.write() as connection:
        return watches.write_alert(connection, alert.to_row() | {"watch_id": kept.id})


def test_a_round_goes_by_the_store(db, kept, tmp_path):
    """Alerts are told once, their end too; what ended long ago, and what was accepted, is not."""
    watch = Watch(name="support", dataset="support", send=[{"to": "file", "path": str(tmp_path / "told.jsonl")}])
    now = TIME + timedelta(days=30)
    number = keep(db, kept, replace(ALERT, id=None))
    keep(db, kept, replace(ALERT, id=None, state=State.RESOLVED, closed=TIME + timedelta(days=8)))
    keep(db, kept, replace(ALERT, id=None, state=State.ACCEPTED, closed=now))
    assert [sent.title for sent in tell(db, watch, kept, now)] == [ALERT.title]
    assert tell(db, watch, kept, now) == []
    keep(db, kept, replace(ALERT, id=number, state=State.RESOLVED, closed=now))
    assert [sent.title for sent in tell(db, watch, kept, now)] == [f"Resolved: {ALERT.title}"]
    assert len((tmp_path / "told.jsonl").read_text().splitlines()) == 2


def test_nothing_is_kept_for_nobody(db, kept):
    """A watch that sends nothing has an empty outbox."""
    keep(db, kept, replace(ALERT, id=None))
    assert tell(db, Watch(name="support", dataset="support"), kept, TIME) == []
    assert deliveries.listing(db, "support") == []
