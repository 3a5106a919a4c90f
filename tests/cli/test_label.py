import re
import socket
import sys

import pytest

from judge.cli import label
from judge.errors import BrokenError

EVERYWHERE = "0.0.0.0"  # noqa: S104 - what is refused


@pytest.fixture
def imported(judge, log):
    """The small log, imported."""
    assert judge("import", str(log), "--dataset", "log").code == 0
    return judge


def test_a_study_on_the_spot(imported):
    """One command makes the study, lets whoever sits here in, and names the address."""
    done = imported("label", "--rubric", "relevance", "--from", "log", "--n", 2, "--raters", 2, "--dry-run")
    assert done.code == 0, done.err
    assert "Study relevance: 2 of 3 records of log" in done.err
    assert re.search(r"Study relevance: http://127\.0\.0\.1:8501/enter/\S{32,}", done.err)
    again = imported("label", "--rubric", "relevance", "--from", "log", "--dry-run", "--json", "--port", 8600).json
    assert (again["study"], again["host"], again["port"]) == ("relevance-2", "127.0.0.1", 8600)
    newest = imported("label", "--dry-run", "--json").json
    assert newest["study"] == "relevance-2"
    (me,) = imported("study", "annotators", "list", "--json").json
    assert (me["name"], me["roles"]) == ("me", ["adjudicator", "annotator", "owner"])


def test_from_last_is_what_the_last_run_judged(imported):
    """`--from last` draws among the records of the newest run."""
    imported("run", "log", "--rubric", "relevance", "--judge", "baseline", "--limit", 2)
    done = imported("label", "--rubric", "hallucination", "--from", "last", "--n", 5, "--dry-run")
    assert "of 2 records of log" in done.err


def test_a_public_bind_needs_sign_in_and_names(imported):
    """Serving the network is refused until somebody is registered and the server's names are given."""
    make = ("label", "--rubric", "relevance", "--from", "log", "--dry-run", "--host", EVERYWHERE)
    refused = imported(*make)
    assert (refused.code, "nobody has to sign in" in refused.err) == (2, True)
    assert imported("study", "list", "--json").json == []
    imported("study", "annotators", "add", "ann")
    unnamed = imported(*make)
    assert "--allow-host rating.example.org" in unnamed.err
    served = imported(*make, "--allow-host", "rate.example.org")
    assert served.code == 0, served.err
    assert "/enter/" not in served.err


def test_a_taken_port(imported):
    """A port that somebody else listens on is told before anything is made."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = imported("label", "--rubric", "relevance", "--from", "log", "--port", port)
    assert done.code == 2
    assert f"cannot listen on 127.0.0.1:{port}" in done.err
    assert f"such as --port {port + 1}" in done.err
    assert imported("study", "list", "--json").json == []


def test_there_is_no_study(imported):
    """Without a study and without a rubric the message says how to make one."""
    done = imported("label", "--dry-run")
    assert done.code == 2
    assert "judge study create NAME --rubric R" in done.err


SERVER = """
import http.server, threading
class Health(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
        if self.path == "/quit": threading.Thread(target=server.shutdown).start()
    def log_message(self, *args): pass
server = http.server.HTTPServer(("127.0.0.1", {port}), Health)
server.serve_forever()
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_the_browser_opens_once_the_server_answers(monkeypatch):
    """The link is opened where there is a browser, and only when the server is up; its exit code is passed on."""
    import urllib.request
    import webbrowser

    port = free_port()
    opened = []

    def open_it(link):
        opened.append(link)
        urllib.request.urlopen(f"http://127.0.0.1:{port}/quit").close()

    monkeypatch.setattr(webbrowser, "open", open_it)
    monkeypatch.setattr(label, "has_browser", lambda: True)
    command = [sys.executable, "-c", SERVER.format(port=port)]
    assert label.serve(command, {}, f"http://127.0.0.1:{port}", "http://there/enter/x") == 0
    assert opened == ["http://there/enter/x"]


def test_a_server_that_dies_is_told():
    """A server that ends before it answers is an error with its exit code."""
    command = [sys.executable, "-c", "raise SystemExit(3)"]
    with pytest.raises(BrokenError, match=r"did not start \(exit code 3\)"):
        label.serve(command, {}, f"http://127.0.0.1:{free_port()}", None)


def test_a_browser_needs_a_screen_and_a_person(monkeypatch):
    """Without a display, or where output goes to a file, no browser is opened."""
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("DISPLAY", ":0")
    assert label.has_browser()
    monkeypatch.delenv("DISPLAY")
    assert not label.has_browser()
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: False)
    assert not label.has_browser()
