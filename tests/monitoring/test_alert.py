from datetime import UTC, datetime

from judge.monitoring.alert import Advice, Alert, Evidence, Example, Kind, State
from judge.store import datasets, watches

TIME = datetime(2026, 10, 5, tzinfo=UTC)


def make_alert(**changes):
    values = {
        "key": "model:version=v2",
        "kind": Kind.MODEL,
        "level": "alert",
        "title": "Responses of v2 are longer",
        "detail": "They doubled.",
        "number": 3,
        "start": TIME,
        "end": TIME,
        "opened": TIME,
        "updated": TIME,
        "evidence": (Evidence("response_length@version=v2", "430 characters, before 226", 430.0, 226.0),),
        "examples": (Example(1, "r1", "A long answer"),),
        "advice": (Advice("roll_back", "Roll back to v1.", {"version": "v1"}),),
    }
    return Alert(**(values | changes))


def test_an_alert_survives_the_store(db):
    """What is kept of an alert is all of it, and a second write renews it."""
    watch = watches.ensure(db, "w", datasets.ensure(db, "d"), shape="s", config={})
    alert = make_alert()
    with db.write() as connection:
        alert.id = watches.write_alert(connection, alert.to_row() | {"watch_id": watch.id})
        alert.state = State.RESOLVED
        alert.closed = TIME
        assert watches.write_alert(connection, alert.to_row() | {"watch_id": watch.id}) == alert.id
        (row,) = watches.alerts(connection, watch)
        assert watches.alerts(connection, watch, states=["open"]) == []
    assert Alert.from_row(row) == alert
    assert alert.to_json()["start"] == "2026-10-05T00:00:00+00:00"
