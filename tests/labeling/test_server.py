import subprocess
import sys

import pytest

from judge.errors import UsageError
from judge.labeling.server import COOKIE_SECRET, DATABASE, is_loopback, plan_server

EVERYWHERE = "0.0.0.0"  # noqa: S104 - what is refused


def test_the_defaults_are_safe():
    """Loopback, no usage statistics, no error details, both protections on, and the names it answers to."""
    plan = plan_server("sqlite:///x.db", environment={})
    flags = set(plan.command)
    assert plan.url == "http://127.0.0.1:8501"
    assert flags >= {
        "--server.address=127.0.0.1",
        "--server.enableCORS=true",
        "--server.enableXsrfProtection=true",
        "--server.allowedHosts=127.0.0.1",
        "--server.allowedHosts=localhost",
        "--browser.gatherUsageStats=false",
        "--client.showErrorDetails=none",
        "--runner.fastReruns=false",
        "--server.maxUploadSize=20",
    }


def test_every_flag_is_one_that_streamlit_knows():
    """A setting that Streamlit renames would be refused at the start, not passed over."""
    plan = plan_server("sqlite:///x.db", environment={})
    names = [flag[2:].split("=")[0] for flag in plan.command if flag.startswith("--") and "." in flag]
    script = "import sys, streamlit.config as c; [c.get_option(name) for name in sys.argv[1:]]"
    subprocess.run([sys.executable, "-c", script, *names], check=True, capture_output=True)  # noqa: S603 - our own names


def test_secrets_stand_in_the_environment_only():
    """The cookie secret is no part of the command line; one that is set already is kept."""
    fresh = plan_server("postgresql://u:pw@h/db", environment={})
    kept = plan_server("sqlite://", environment={COOKIE_SECRET: "s" * 64})
    assert len(fresh.cookie_secret) == 64
    assert fresh.cookie_secret not in " ".join(fresh.command)
    assert "pw" not in " ".join(fresh.command)
    assert fresh.environment[DATABASE] == "postgresql://u:pw@h/db"
    assert kept.cookie_secret == "s" * 64


def test_a_public_address_needs_sign_in():
    """Nobody serves a study to the network without knowing who rates."""
    with pytest.raises(UsageError, match=r"0\.0\.0\.0 is open to the network.*\n.*judge study annotators add"):
        plan_server("sqlite://", host=EVERYWHERE, environment={})


def test_a_public_address_needs_its_names():
    """A server on the network says under which names it may be asked for."""
    with pytest.raises(UsageError, match=r"(?s)must know its own names.*--allow-host rating\.example\.org"):
        plan_server("sqlite://", host="::", sign_in=True, environment={})


def test_a_public_address_with_both_is_served():
    """With sign-in and a name it starts, and answers to that name only."""
    plan = plan_server("sqlite://", host=EVERYWHERE, sign_in=True, hosts=("rating.example.org",), environment={})
    assert [flag for flag in plan.command if "allowedHosts" in flag] == ["--server.allowedHosts=rating.example.org"]
    assert plan.url == "http://127.0.0.1:8501"


@pytest.mark.parametrize(
    ("host", "here"),
    [("127.0.0.1", True), ("localhost", True), ("::1", True), ("10.0.0.1", False)],
)
def test_loopback_is_told_from_the_network(host, here):
    """Only addresses of this machine count as loopback; a name that is not known counts as open."""
    assert is_loopback(host) is here
    assert not is_loopback("rating.example.org")
