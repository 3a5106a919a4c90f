import asyncio
from datetime import timedelta
from random import Random

import pytest

from judge.models.baseline import BaselineModel
from judge.monitoring.alert import Kind
from judge.monitoring.topics import OTHER, Topics, find_topics
from judge.monitoring.watch_file import parse_watch
from judge.monitoring.watching import Watching
from judge.settings import Settings
from traffic import START, TOPICS, write

WATCH = """
name: shop
dataset: shop
files: {folder}
judge: baseline
rubrics: [hallucination]
windows: {{every: 1d, wait: 1h}}
reference: {{windows: 4}}
topics: {topics}
"""
ASKED = {
    "parcel": "When does my parcel arrive at the door?",
    "refund": "How long until my refund?",
    "invoice": "Where is the invoice for the taxes?",
    "repair": "Can you repair the zip of it?",
}


def shop(days, *, failing=None, since=99, a_day=80, seed=3):
    """The same mix of questions every day; the answers to one kind contradict their document from one day on."""
    rng, rows = Random(seed), []  # noqa: S311 - made-up traffic
    for day in range(days):
        for number in range(a_day):
            topic = tuple(ASKED)[number % len(ASKED)]
            takes = rng.randrange(2, 9)
            said = takes + 10 if (topic == failing and day >= since) or rng.random() < 0.1 else takes
            rows.append(
                {
                    "id": f"s{day}-{number}",
                    "time": (START + timedelta(days=day, seconds=80_000 * number / a_day)).isoformat(),
                    "question": ASKED[topic],
                    "response": f"The {topic} takes {said} days.",
                    "documents": [f"The {topic} takes {takes} days."],
                    "model_version": "v1",
                    "metadata": {"topic": topic},
                }
            )
    return rows


def alerts_of(db, folder, rows, topics):
    folder.mkdir()
    write(folder / "log.jsonl", rows)
    watch, rubrics = parse_watch(WATCH.format(folder=folder, topics=topics).encode(), "watch.yaml")
    watching = Watching(db, watch, rubrics, Settings(), BaselineModel())
    tick = asyncio.run(watching.tick(START + timedelta(days=30)))
    assert len(tick.analysed) == len({row["time"][:10] for row in rows})
    return tick.alerts


@pytest.mark.parametrize("topics", ["{most: 4}", "{by: metadata.topic}"])
def test_one_topic_that_fails_is_named_while_the_mix_of_questions_stays(db, tmp_path, topics):
    """Where the answers to one kind of question fail, that kind is named with its figures and records, as concept."""
    alerts = alerts_of(db, tmp_path / "logs", shop(9, failing="refund", since=6), topics)
    assert [(alert.kind, alert.key) for alert in alerts] == [(Kind.CONCEPT, "concept:hallucination.supported")]
    (alert,) = alerts
    told = [one for one in alert.evidence if "#" in one.series]
    assert "refund" in told[0].text
    assert not any("parcel" in one.text for one in told)
    assert told[0].value > 0.5 > told[0].before
    assert alert.examples
    assert all("refund" in example.text and "→" in example.text for example in alert.examples)


def test_topics_without_change_stay_quiet(db, tmp_path):
    """Where nothing changes, no topic of any window is an alert."""
    assert alerts_of(db, tmp_path / "logs", shop(10), "{most: 4}") == []


def test_topics_are_the_kinds_of_question():
    """Questions of one kind come into one topic, those of different kinds into different ones, the same every time."""
    questions = [f"{ASKED[topic]} {number}" for number in range(60) for topic in ASKED]
    found = find_topics(questions, 4, seed=1)
    named = {topic: found.of(asked) for topic, asked in ASKED.items()}
    assert len(set(named.values())) == 4
    assert find_topics(questions, 4, seed=1) == found
    assert Topics.from_json(found.to_json()) == found
    assert found.of("12345 ?") == OTHER


def test_too_few_or_alike_questions_have_no_topics():
    """Under 100 questions, or where all are the same, no topics are made up."""
    assert find_topics([ASKED["parcel"], ASKED["refund"]] * 40, 4) is None
    assert find_topics(["How is it?"] * 300, 4) is None
    assert len(TOPICS) == 8
