"""The command line as a user has it: arguments in; exit code, output and talk out."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import Any

import pytest

from judge.__main__ import main


@dataclass
class Done:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document it printed."""
        return json.loads(self.out)


@pytest.fixture
def judge(tmp_path, monkeypatch, capfd):
    """Run `judge ARGS` in an empty folder."""
    monkeypatch.chdir(tmp_path)
    for name in ("EVENHAND_DB", "OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)

    def run(*args):
        monkeypatch.setattr(sys, "argv", ["judge", *map(str, args)])
        capfd.readouterr()
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
        out, err = capfd.readouterr()
        return Done(code, out, err)

    return run


@pytest.fixture
def log(tmp_path):
    """A small log with a supported and an unsupported response."""
    path = tmp_path / "answers.jsonl"
    documents = ["Returns are free within 30 days. Refunds take five working days."]
    rows = [
        {"id": "a", "question": "How long?", "answer": "Returns are free within 30 days.", "documents": documents},
        {
            "id": "b",
            "question": "How long?",
            "answer": "Returns cost 9 euros, said Bob.",
            "documents": documents,
        },
        {"id": "c", "question": "How long?", "answer": "Refunds take five working days."},
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path
