from __future__ import annotations

import json

import pytest

from provider.server import Provider

TAIL = "The last words of a long document."
LONG = "word " * 5_000 + TAIL


@pytest.mark.parametrize("model", ["openai/gpt-4o", "local/m", "litellm/openai/gpt-4o", "baseline"])
def test_what_is_too_long_is_an_abstention_and_never_cut(judge, tmp_path, monkeypatch, model):
    """With every backend: the long record is not sent, neither whole nor in part, and the short one is judged."""
    rows = [
        {"id": "short", "documents": ["It is blue."], "answer": "It is blue."},
        {"id": "long", "documents": [LONG], "answer": "It is blue."},
    ]
    (tmp_path / "answers.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    monkeypatch.setenv("OPENAI_API_KEY", "sk-none")
    with Provider().in_thread() as provider:
        monkeypatch.setenv("OPENAI_BASE_URL", provider.url)
        toml = f'[judge]\nmax_prompt_chars = 8000\n[endpoints.local]\nbase_url = "{provider.url}"\n'
        (tmp_path / "judge.toml").write_text(toml)
        done = judge("run", "answers.jsonl", "--rubric", "hallucination", "--judge", model)
        assert done.code == 0, done.err
        assert provider.count == (model != "baseline")
        assert "word word" not in json.dumps(list(provider.bodies))
    rows = [json.loads(line) for line in judge("export", "judgements", "--format", "jsonl").out.splitlines()]
    assert {row["record_id"]: row["reason"] for row in rows} == {"short": None, "long": "too_long"}


@pytest.mark.parametrize("model", ["openai/gpt-4o", "local/m", "litellm/openai/gpt-4o"])
@pytest.mark.usefixtures("log")
def test_what_a_provider_finds_too_long_is_an_abstention(judge, tmp_path, monkeypatch, model):
    """A prompt past the model's own context is asked once, not cut and asked again, and has the same reason."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-none")
    with Provider(["too_long"]).in_thread() as provider:
        monkeypatch.setenv("OPENAI_BASE_URL", provider.url)
        (tmp_path / "judge.toml").write_text(f'[endpoints.local]\nbase_url = "{provider.url}"\n')
        done = judge("run", "answers.jsonl", "--rubric", "hallucination", "--judge", model, "--limit", 2)
        assert done.code == 0, done.err
        assert provider.count == 2
    rows = [json.loads(line) for line in judge("export", "judgements", "--format", "jsonl").out.splitlines()]
    assert [row["reason"] for row in rows] == ["too_long", "too_long"]
