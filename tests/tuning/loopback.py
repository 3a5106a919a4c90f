"""A log with ratings, and a loopback provider whose judge learns from what its prompt shows, as a user meets them."""

from __future__ import annotations

import json

import pytest

from judge.models.answer import answer_to
from judge.rubric.writing import write_rubric
from making import make_rubric
from provider.answers import schema_in
from provider.server import Provider
from tuning.conftest import response_of, truth_of

TOML = """
[endpoints.local]
base_url = "{url}"

[prices."local/small"]
prompt = 1.0
completion = 2.0
"""


def answer(request):
    """Takes sarcasm for politeness until an example or the guidance shows that people do not."""
    system, user = (message["content"] for message in request["messages"])
    schema = schema_in(request)
    if "guidance" in schema["properties"]:
        return json.dumps({"guidance": "Sarcasm counts as rude."})
    shown = "brilliant" in system or "Sarcasm" in system
    rude = "Go away" in user or (shown and "brilliant" in user)
    return json.dumps(answer_to(schema, {"tone": "rude" if rude else "polite"}))


@pytest.fixture
def tunable(judge, tmp_path):
    """A log with people's labels, a rubric file, and a provider in judge.toml; `judge` runs beside them."""
    (tmp_path / "polite.yaml").write_text(write_rubric(make_rubric()))
    rows = [
        {"id": f"r{n}", "question": "Q?", "answer": response_of(n), "human": [{"rater": "ann", "label": truth_of(n)}]}
        for n in range(1, 241)
    ]
    (tmp_path / "answers.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    with Provider(answer=answer).in_thread() as provider:
        (tmp_path / "judge.toml").write_text(TOML.format(url=provider.url))
        yield judge, provider
