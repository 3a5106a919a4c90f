import pytest

from provider.faults import Fault
from provider.server import Provider

SETTINGS = '[endpoints.local]\nbase_url = "{url}"\n[judge]\nattempts = 1\n'


@pytest.mark.parametrize(
    "command", [("run", "log.jsonl"), ("probe", "--source", "log.jsonl")], ids=lambda command: command[0]
)
def test_a_judge_that_never_replies_is_an_error(judge, tmp_path, command):
    """Where no call brought a reply the command says what the last one met, and scripts see it; nothing is made up."""
    (tmp_path / "log.jsonl").write_text('{"id": "1", "response": "For 30 days.", "documents": ["30 days."]}\n')
    (tmp_path / "judge.toml").write_text(SETTINGS.format(url="http://127.0.0.1:9/v1"))
    done = judge(*command, "--rubric", "hallucination", "--judge", "local/m")
    assert done.code == 4
    assert "local/m: no call of 1 brought a reply; the last one met: 127.0.0.1: ConnectionRefused" in done.err
    assert ("1 unreachable" in done.out) == (command[0] == "run")


def test_one_reply_is_enough(judge, tmp_path):
    """A run in which only some records were not answered has its result, and exits with 0."""
    rows = [f'{{"id": "{n}", "response": "For {n} days.", "documents": ["{n} days."]}}\n' for n in range(2)]
    (tmp_path / "log.jsonl").write_text("".join(rows))
    with Provider([Fault("drop", contains="For 1 days")]).in_thread() as provider:
        (tmp_path / "judge.toml").write_text(SETTINGS.format(url=provider.url))
        done = judge("run", "log.jsonl", "--rubric", "hallucination", "--judge", "local/m", "--json")
    counts = done.json["criteria"][0]
    assert (counts["scored"], counts["abstained"]) == (1, {"unreachable": 1})
    assert done.code == 0
