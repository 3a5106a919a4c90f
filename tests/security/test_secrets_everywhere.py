"""A planted key is in nothing that the longer commands leave behind: litellm, recordings, tuning, watching, intake."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from judge.models.registry import open_model
from judge.settings import load_settings
from provider.questions import question
from provider.server import Provider
from traffic import after, traffic, write
from tuning.loopback import (
    TOML,
    answer,
    tunable,  # noqa: F401 - a fixture
)

KEY = "sk-planted-0123456789abcdefghij"
WATCH = """\
name: shop
dataset: shop
files: logs
judge: local/small
rubrics: [polite.yaml]
sample: {rate: 1}
reference: {windows: 3}
"""


def telling(request):
    """What the tuned judge says, and the key, which a provider may have in its answers."""
    found = json.loads(answer(request))
    for each in found.values():
        if isinstance(each, dict) and "rationale" in each:
            each["rationale"] = f"your key is {KEY}"
    return json.dumps(found)


@pytest.fixture
def planted(judge, monkeypatch, caplog):  # noqa: ARG001 - `judge` takes the keys of the machine away first
    """The key in every variable that a backend reads."""
    caplog.set_level(logging.DEBUG)
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "SHOP_API_KEY"):
        monkeypatch.setenv(name, KEY)


def nowhere(folder, caplog):
    """Assert that no file and no log line has the key."""
    assert KEY not in caplog.text
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert any(path.suffix == ".db" for path in files)
    assert [path.name for path in files if KEY.encode() in path.read_bytes()] == []


def say_nothing(judge, *commands):
    """Run each command, which must say neither the key nor a traceback; gives the exit codes."""
    codes = []
    for command in commands:
        done = judge(*command)
        assert KEY not in done.out + done.err, command
        assert "Traceback" not in done.err, (command, done.err)
        codes.append(done.code)
    return codes


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["unauthorized", "error_500", None])
@pytest.mark.usefixtures("log", "planted")
def test_no_key_through_litellm(judge, tmp_path, monkeypatch, caplog, fault):
    """Litellm logs and chains what it was given; none of it is seen, with an answer, a refusal or a failure."""
    rubric = ("--rubric", "hallucination", "--judge", "litellm/openai/gpt-4o")

    def answered(_):
        return json.dumps({"supported": {"evidence": [], "rationale": f"your key is {KEY}", "score": "supported"}})

    with Provider([fault] if fault else [], answer=answered).in_thread() as provider:
        monkeypatch.setenv("OPENAI_BASE_URL", provider.url)
        (tmp_path / "judge.toml").write_text("[judge]\nattempts = 1\nattempt_timeout = 5\ndeadline = 5\n")
        codes = say_nothing(
            judge,
            ("run", "answers.jsonl", *rubric),
            ("probe", "--source", "answers.jsonl", *rubric, "--family", "override", "--html", "p.html"),
            ("costs", "--json"),
            ("report", "--output", "r.html"),
            ("db", "backup", "copy.db"),
        )
        assert codes == ([4, 4, 0, 0, 0] if fault else [0, 0, 0, 0, 0])
        assert KEY in provider.keys
    nowhere(tmp_path, caplog)


@pytest.mark.slow
@pytest.mark.parametrize("spelling", ["openai/gpt-4o", "litellm/openai/gpt-4o"])
@pytest.mark.usefixtures("log", "planted")
def test_no_key_in_a_recording(judge, tmp_path, monkeypatch, caplog, spelling):
    """What is recorded has the reply with the key taken out, should the provider say it; so has what replays it."""
    path = tmp_path / "replies.jsonl"

    async def record(url):
        monkeypatch.setenv("OPENAI_BASE_URL", url)
        model = open_model(spelling, load_settings(None), record=path)
        await model.ask(question())
        await model.close()

    with Provider(answer=lambda _: json.dumps({"tone": {"rationale": KEY, "score": "polite"}})).in_thread() as provider:
        asyncio.run(record(provider.url))
        assert KEY in provider.keys
    assert "[key]" in path.read_text(encoding="utf-8")
    assert say_nothing(judge, ("run", "answers.jsonl", "--rubric", "hallucination", "--judge", f"replay:{path}")) == [0]
    nowhere(tmp_path, caplog)


@pytest.mark.slow
@pytest.mark.usefixtures("planted")
def test_no_key_through_tuning_watching_and_comparing(tunable, tmp_path, caplog):  # noqa: F811 - imported
    """The commands that ask a judge on their own account keep the key as secret as `judge run` does."""
    judge, _ = tunable
    (tmp_path / "logs").mkdir()
    write(tmp_path / "logs" / "a.jsonl", traffic(4, a_day=10))
    (tmp_path / "watch.yaml").write_text(WATCH)
    with Provider(answer=telling).in_thread() as provider:
        keyed = TOML.format(url=provider.url).replace("base_url", 'key_env = "SHOP_API_KEY"\nbase_url')
        (tmp_path / "judge.toml").write_text(keyed)
        tuned = ("--rubric", "polite.yaml", "--judge", "local/small")
        codes = say_nothing(
            judge,
            ("import", "answers.jsonl", "--dataset", "d", "--ratings", "--rubric", "polite.yaml"),
            ("tune", "d", *tuned, "--markdown", "tuning.md", "--max-cost", "5"),
            ("watch", "watch.yaml", "--now", after(4), "--json"),
            ("run", "d", *tuned, "--limit", "40"),
            ("run", "shop", *tuned, "--limit", "40"),
            ("compare", "d", "shop", "--json"),
            ("calibrate", "--unseen", "--json"),
        )
        assert codes == [0, 0, 0, 0, 0, 0, 0]
        assert KEY in provider.keys
    nowhere(tmp_path, caplog)


def test_no_token_of_an_intake_in_what_it_takes_and_says(tmp_path):
    """A sender shows the token in a header; it is in no log file and in no line of the server."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "judge", "intake", "logs", "--port", str(port), "--token-env", "SHOP_API_KEY"]
    server = subprocess.Popen(  # noqa: S603 - our own command
        command, cwd=tmp_path, env={**os.environ, "SHOP_API_KEY": KEY}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    body = json.dumps({"question": "Q?", "response": "So."}).encode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/v1/records",
        data=body,
        headers={"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"},
    )
    try:
        for _ in range(200):
            try:
                with urllib.request.urlopen(request) as answered:  # noqa: S310 - loopback
                    assert answered.status == 200
                break
            except urllib.error.URLError:
                assert server.poll() is None
                time.sleep(0.1)
        else:
            pytest.fail("the intake never answered")
    finally:
        server.send_signal(signal.SIGINT)
        said, _ = server.communicate(timeout=30)
    assert KEY.encode() not in said
    (kept,) = (tmp_path / "logs").iterdir()
    assert b"So." in kept.read_bytes()
    assert KEY.encode() not in kept.read_bytes()
