import subprocess
import sys

import pytest

HEAVY = ("openai", "litellm", "streamlit", "pandas", "pyarrow", "sqlalchemy", "sqlmodel", "scipy", "sklearn", "alembic")


def loaded(code):
    """The modules that a fresh interpreter has loaded after some code."""
    code += "\nimport sys; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "code",
    [
        "import judge",
        "import judge.__main__",
        "import sys; sys.argv[1:] = ['--help']\nfrom judge.__main__ import main\ntry: main()\nexcept SystemExit: 0",
    ],
    ids=["import", "main", "help"],
)
def test_starting_is_light(code):
    """Importing the package and asking for help load no SDK, no database, no data frames."""
    assert not loaded(code).intersection(HEAVY)


def test_importing_opens_no_connection():
    """Nothing is sent anywhere by importing: a socket that cannot be opened is not missed."""
    code = (
        "import socket\n"
        "def refuse(*a, **k): raise OSError('no network here')\n"
        "socket.socket.connect = refuse\n"
        "socket.getaddrinfo = refuse\n"
        "import judge\n"
        "[getattr(judge, name) for name in judge.__all__]"
    )
    assert "judge.judging" in loaded(code)


def test_every_public_name_is_there():
    """Each name of the public list can be had, and the list is sorted and without doubles."""
    import judge

    assert sorted(set(judge.__all__)) == list(judge.__all__)
    assert set(judge.__all__) == set(judge._MODULE_OF)
    for name in judge.__all__:
        assert getattr(judge, name) is not None


def test_unknown_name():
    """A misspelt name is an AttributeError as for any module."""
    import judge

    with pytest.raises(AttributeError, match="module 'judge' has no attribute 'eval'"):
        judge.eval  # noqa: B018
