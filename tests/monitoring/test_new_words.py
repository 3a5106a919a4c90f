import asyncio
from datetime import timedelta
from random import Random

from judge.monitoring.alert import Kind
from judge.monitoring.watch_file import parse_watch
from judge.monitoring.watching import Watching
from judge.settings import Settings
from traffic import START, traffic, write

WATCH = "name: shop\ndataset: shop\nfiles: {folder}\nwindows: {{every: 1d, wait: 1h}}\nreference: {{windows: 3}}\n"


def alerts_of(db, folder, rows):
    folder.mkdir()
    write(folder / "log.jsonl", rows)
    watch, rubrics = parse_watch(WATCH.format(folder=folder).encode(), "watch.yaml")
    watching = Watching(db, watch, rubrics, Settings(), None)
    return watching, asyncio.run(watching.tick(START + timedelta(days=30))).alerts


def launch(since, share):
    rng = Random(5)  # noqa: S311 - made-up traffic

    def change(day, row, _):
        if day >= since and rng.random() < share:
            row["question"] = row["question"].replace("my", "my Aurora", 1)

    return change


def test_a_new_product_is_named_with_questions_about_it(db, tmp_path):
    """A product that one question of twelve names from one day on is named as new, with records, as concept."""
    _, alerts = alerts_of(db, tmp_path / "logs", traffic(9, a_day=100, change=launch(5, 1 / 12)))
    assert [(alert.kind, alert.key) for alert in alerts] == [(Kind.CONCEPT, "concept:words")]
    (alert,) = alerts
    assert "“aurora”" in alert.title
    assert alert.evidence[0].value > 0.03
    assert alert.examples
    assert all("Aurora" in example.text for example in alert.examples)


def test_what_is_accepted_is_no_news(db, tmp_path):
    """Once its owner calls the new word normal, its alert is over and does not come back."""
    rows = traffic(12, a_day=100, change=launch(5, 1 / 12))
    watching, alerts = alerts_of(db, tmp_path / "logs", [row for row in rows if row["id"] < "d9"])
    assert [alert.key for alert in alerts] == ["concept:words"]
    watching.accept("concept:words", START + timedelta(days=30))
    write(tmp_path / "logs" / "more.jsonl", [row for row in rows if row["id"] >= "d9"])
    assert asyncio.run(watching.tick(START + timedelta(days=31))).living == []


def test_numbers_and_old_words_are_no_new_words(db, tmp_path):
    """Order numbers that are new in every question, and words as common as ever, raise nothing."""
    rows = traffic(9, a_day=100, change=lambda _, row, rng: row.update(question=f"Where is {rng.randrange(10**9)}?"))
    _, alerts = alerts_of(db, tmp_path / "logs", rows)
    assert alerts == []
