"""A planted key is nowhere, and nothing is sent by looking at the program."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from provider.server import Provider

KEY = "sk-planted-0123456789abcdefghij"
ROOT = Path(__file__).parents[2]
MODEL = "openai/gpt-5-mini"
RUN = ("run", "answers.jsonl", "--rubric", "hallucination", "--judge", MODEL)
COMMANDS = (
    RUN,
    (*RUN, "--json"),
    ("runs", "--json"),
    ("calibrate", "--json"),
    ("report", "--output", "report.html"),
    ("report", "--output", "report.md"),
    ("agreement", "--json"),
    ("export", "judgements", "--format", "jsonl", "--output", "judgements.jsonl"),
    ("export", "records", "--format", "csv", "--output", "records.csv"),
    ("reparse",),
    ("gate", "--max-rate", "hallucination:0.5"),
    ("study", "create", "s", "--rubric", "hallucination", "--n", "2"),
    ("study", "status", "s", "--json"),
    ("study", "export", "s", "--output", "ratings.csv"),
    (
        "run",
        "answers.jsonl",
        "--rubric",
        "hallucination",
        "--judge",
        f"{MODEL}",
        "--repeat",
        "2",
        "--where",
        "nonsense",
    ),
    ("run", "nowhere.jsonl", "--rubric", "hallucination", "--judge", MODEL),
    (
        *("probe", "--source", "answers.jsonl", "--rubric", "hallucination", "--judge", MODEL, "--family", "override"),
        *("--html", "probe.html", "--markdown", "probe.md", "--json"),
    ),
)


@pytest.mark.parametrize("fault", ["unauthorized", "bad_request", None])
@pytest.mark.usefixtures("log")
def test_a_planted_key_is_in_no_output_and_no_file(judge, tmp_path, monkeypatch, caplog, fault):
    """Every command, with a server that repeats the key in its error or its reply: no output, log, file or database."""
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)

    def answer(_):
        return json.dumps({"supported": {"evidence": [], "rationale": f"your key is {KEY}", "score": "supported"}})

    with Provider([fault] if fault else [], answer=answer).in_thread() as provider:
        monkeypatch.setenv("OPENAI_BASE_URL", provider.url)
        (tmp_path / "judge.toml").write_text("[judge]\nattempts = 1\nattempt_timeout = 5\ndeadline = 5\n")
        for command in COMMANDS:
            done = judge(*command)
            assert KEY not in done.out + done.err, command
            assert "Traceback" not in done.err, (command, done.err)
        assert KEY in provider.keys
    assert KEY not in caplog.text
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(path.suffix == ".db" for path in files)
    assert [path.name for path in files if KEY.encode() in path.read_bytes()] == []


@pytest.mark.parametrize("command", ["", "run", "probe", "label", "calibrate"])
def test_help_opens_no_connection(command, tmp_path):
    """With every way to the network blocked, help is given as ever."""
    block = (
        "import socket, sys\n"
        "def refuse(*a, **k): raise OSError('no network here')\n"
        "socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = socket.create_connection = refuse\n"
        f"sys.argv = ['judge', *{command.split()!r}, '--help']\n"
        "from judge.__main__ import main\n"
        "main()"
    )
    environment = {**os.environ, "OPENAI_API_KEY": KEY}
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", block], cwd=tmp_path, capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 0, done.stderr
    assert "Usage" in done.stdout
    assert KEY not in done.stdout + done.stderr


def test_no_module_opens_a_connection_when_it_is_imported(tmp_path):
    """With every way to the network blocked, each module of the package can be imported, SDKs' own modules left out."""
    block = (
        "import importlib, pkgutil, socket\n"
        "def refuse(*a, **k): raise OSError('no network here')\n"
        "socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = socket.create_connection = refuse\n"
        "import judge\n"
        "names = [each.name for each in pkgutil.walk_packages(judge.__path__, 'judge.')]\n"
        "names = [each for each in names if not each.endswith(('__main__', 'migrations.env'))]\n"
        "for name in names: importlib.import_module(name)\n"
        "print(len(names))"
    )
    done = subprocess.run(  # noqa: S603 - our own package
        [sys.executable, "-c", block], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 200
