import subprocess
import sys
from pathlib import Path

import pytest

from judge.errors import ModelError, SettingsError, UsageError
from judge.models.registry import open_model
from judge.models.replay import Recorder, Replay
from judge.models.request import Price
from judge.settings import Settings

KEY = "sk-planted-0123456789"
ENVIRON = {"OPENAI_API_KEY": KEY, "LOCAL_KEY": "local-key-123"}
LOCAL = Settings.model_validate(
    {
        "endpoints": {"local": {"base_url": "http://127.0.0.1:9/v1"}},
        "prices": {"local/qwen": {"prompt": 0, "completion": 0}},
    }
)


def test_openai_by_name():
    """openai/MODEL is that model at OpenAI, with its price."""
    model = open_model("openai/gpt-5-mini", Settings(), environ=ENVIRON)
    assert (model.name, model.identity) == ("openai/gpt-5-mini", {"endpoint": "openai", "model": "gpt-5-mini"})
    assert model.price == Price(0.25, 2.0)
    assert KEY not in repr(model) + str(vars(model))


def test_an_endpoint_by_name():
    """NAME/MODEL is a model at [endpoints.NAME]; the rest of the spelling is the model, slashes included."""
    model = open_model("local/org/qwen", LOCAL, environ={})
    assert model.identity == {"endpoint": "local", "model": "org/qwen"}
    assert model.price is None
    assert open_model("local/qwen", LOCAL, environ={}).price == Price(0, 0)


def test_a_recording_by_file(tmp_path):
    """replay:FILE is a recording, and any model can be recorded."""
    path = tmp_path / "r.jsonl"
    path.write_text("", encoding="utf-8")
    assert isinstance(open_model(f"replay:{path}", Settings()), Replay)
    recorder = open_model("openai/gpt-5-mini", Settings(), environ=ENVIRON, record=tmp_path / "out.jsonl")
    assert isinstance(recorder, Recorder)
    assert (recorder.name, recorder.adaptations) == ("openai/gpt-5-mini", ())


@pytest.mark.parametrize("spelling", ["", "gpt-5-mini", "openai/", "/gpt", "openai/ ", "nobody"])
def test_what_is_no_spelling_is_explained(spelling):
    """A name without a place is refused with everything that is allowed."""
    with pytest.raises(UsageError, match="is no judge model") as caught:
        open_model(spelling, LOCAL, environ=ENVIRON)
    assert "baseline, openai/MODEL, NAME/MODEL with [endpoints.NAME]" in str(caught.value)


def test_an_unknown_place_is_explained():
    """A place that neither judge.toml nor litellm knows is named, with the endpoints there are."""
    with pytest.raises(UsageError, match=r"'nowhere' is neither an endpoint of judge\.toml") as caught:
        open_model("nowhere/model", LOCAL, environ=ENVIRON)
    assert "local/MODEL" in str(caught.value)


def test_a_missing_key_is_named():
    """No key, no model: the variable is named before anything is sent."""
    with pytest.raises(ModelError, match="OPENAI_API_KEY"):
        open_model("openai/gpt-5-mini", Settings(), environ={})


def test_a_reserved_endpoint_name_is_refused():
    """An endpoint called openai would hide OpenAI and its key rules."""
    settings = Settings.model_validate({"endpoints": {"openai": {"base_url": "https://evil.example/v1"}}})
    with pytest.raises(UsageError, match=r"\[endpoints.openai\] has a reserved name"):
        open_model("openai/gpt-5-mini", settings, environ=ENVIRON)


def test_a_bad_endpoint_is_explained():
    """An endpoint that is no place for a key is refused when it is opened."""
    settings = Settings.model_validate(
        {"endpoints": {"lan": {"base_url": "http://10.0.0.1/v1", "key_env": "LOCAL_KEY"}}}
    )
    with pytest.raises(SettingsError, match="unencrypted"):
        open_model("lan/m", settings, environ=ENVIRON)


def test_no_module_loads_an_sdk():
    """Importing every module of judge.models loads neither SDK; `bodies` is left out: only making a client loads it."""
    folder = Path(__file__).parents[2] / "judge" / "models"
    names = [f"judge.models.{path.stem}" for path in folder.glob("*.py") if path.stem not in {"__init__", "bodies"}]
    code = (
        f"import importlib, sys; [importlib.import_module(name) for name in {names!r}]\n"
        "print([name for name in ('openai', 'litellm', 'aiohttp', 'httpx', 'numpy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert len(names) > 20
    assert done.stdout.strip() == "[]"
