from pathlib import Path

import pytest

from judge.errors import SettingsError
from judge.settings import Settings, database_url, load_settings


def write(tmp_path, text):
    path = tmp_path / "judge.toml"
    path.write_text(text)
    return path


def test_defaults_without_a_file(tmp_path, monkeypatch):
    """No judge.toml is no mistake; a file that was named must be there."""
    monkeypatch.chdir(tmp_path)
    assert load_settings() == Settings()
    with pytest.raises(SettingsError, match=r"nowhere.toml: there is no such file"):
        load_settings(Path("nowhere.toml"))


def test_file_in_the_working_folder(tmp_path, monkeypatch):
    """judge.toml in the working folder is read without being named."""
    write(tmp_path, '[judge]\nconcurrency = 3\n[endpoints.local]\nbase_url = "http://127.0.0.1:1/v1"\n')
    monkeypatch.chdir(tmp_path)
    settings = load_settings()
    assert settings.judge.concurrency == 3
    assert settings.endpoints["local"].base_url == "http://127.0.0.1:1/v1"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nonsense", r"judge.toml: not readable as TOML: .*at end of document"),
        ("colour = 1", r"judge.toml: colour: there is no such setting\n.*allowed here: .*judge.*endpoints"),
        ("[judge]\ntemperatur = 1", r"judge.toml: judge.temperatur: there is no such setting\n.*temperature"),
        ("[judge]\ntemperature = 9", r"judge.toml: judge.temperature: .*less than or equal to 2, found 9"),
        ("[endpoints.x]\n", r"judge.toml: endpoints.x.base_url: Field required"),
        ("[endpoints.x]\nurl = 1\nbase_url='b'", r"endpoints.x.url: there is no such setting\n.*base_url"),
        ("[endpoints.'A B']\nbase_url='b'", r"endpoints.A B"),
    ],
)
def test_mistakes_name_file_and_key(tmp_path, text, message):
    """What is wrong is told with the file, the key, what was found and what is allowed."""
    with pytest.raises(SettingsError, match=message):
        load_settings(write(tmp_path, text))


@pytest.mark.parametrize(
    "text", ["[endpoints.x]\nbase_url='b'\nkey_env='{}'", "[endpoints.x]\nbase_url=['{}']", "endpoints='{}'"]
)
def test_a_key_written_here_by_mistake_is_not_repeated(tmp_path, text):
    """The message names the place and keeps what may be a key to itself."""
    key = "sk-planted-0123456789abcdef"
    with pytest.raises(SettingsError, match=r"endpoints.*: ") as caught:
        load_settings(write(tmp_path, text.format(key)))
    assert "planted" not in str(caught.value)


def test_database_precedence(monkeypatch):
    """--db goes before EVENHAND_DB, which goes before judge.toml, which goes before evenhand.db."""
    monkeypatch.delenv("EVENHAND_DB", raising=False)
    assert database_url(None, Settings()) == "evenhand.db"
    assert database_url(None, Settings(db="own.db")) == "own.db"
    monkeypatch.setenv("EVENHAND_DB", "postgresql+psycopg://localhost/x")
    assert database_url(None, Settings(db="own.db")) == "postgresql+psycopg://localhost/x"
    assert database_url("this.db", Settings(db="own.db")) == "this.db"
