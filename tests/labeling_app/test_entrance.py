import http.client
import re
from datetime import UTC, datetime
from http.cookies import SimpleCookie
from urllib.parse import urlsplit

import pytest
from app_world import RUBRIC
from entrance import CONTENT_SECURITY_POLICY, COOKIE, _is_own

from judge.labeling import links


@pytest.fixture(scope="module")
def entrance(house):
    """A study to be let into."""
    return house.study("entrance", 1, RUBRIC)


def ask(server, method, path, headers=None):
    """Status, headers and text of one answer, without following redirects."""
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=20)
    connection.request(method, path, headers=headers or {})
    answer = connection.getresponse()
    found = answer.status, answer.headers, answer.read().decode()
    connection.close()
    return found


def test_opening_a_link_shows_whom_it_is_for_and_signs_nobody_in(server, entrance):
    """Mail scanners open links: only the button on the page uses a link up."""
    code = entrance.seat("ana")
    for _scan in range(2):
        status, headers, text = ask(server, "GET", f"/enter/{code}")
        assert (status, headers["set-cookie"], headers["cache-control"]) == (200, None, "no-store")
        assert "Start as ana of entrance" in text


def test_the_button_signs_in_once(server, entrance):
    """The cookie is for the server only and for this site only, the desk is next, and the link is used up."""
    code = entrance.seat("ben")
    status, headers, _ = ask(server, "POST", f"/enter/{code}")
    assert (status, headers["location"]) == (303, "../")
    cookie = headers["set-cookie"]
    assert re.match(rf"{COOKIE}=[\w-]{{32}};", cookie)
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    status, headers, _ = ask(server, "POST", f"/enter/{code}")
    assert (status, headers["set-cookie"]) == (404, None)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_link_that_does_not_work_says_what_to_do(server, method):
    """A used or unknown link is answered with words, whether it is opened or pressed."""
    status, headers, text = ask(server, method, "/enter/nonsense")
    assert (status, headers["set-cookie"]) == (404, None)
    assert "Ask the study&#x27;s owner for a new one" in text


def test_names_are_text_on_the_page(server, entrance):
    """Whatever a person is called, it is no markup."""
    _, _, text = ask(server, "GET", f"/enter/{entrance.seat('<script>eve')}")
    assert "<script>" not in text
    assert "&lt;script&gt;eve" in text


def test_signing_out_ends_the_session_and_takes_the_cookie_back(server, entrance, house):
    """Leaving asks first; then the cookie is forgotten, and whoever kept a copy of it is nobody."""
    _, headers, _ = ask(server, "POST", f"/enter/{entrance.seat('cas')}")
    secret = SimpleCookie(headers["set-cookie"])[COOKIE].value
    assert links.who(house.db, secret, datetime.now(UTC)).name == "cas of entrance"
    status, _, text = ask(server, "GET", "/leave")
    assert (status, "Sign out" in text) == (200, True)
    status, headers, text = ask(server, "POST", "/leave", {"cookie": f"{COOKIE}={secret}"})
    assert (status, "Signed out" in text) == (200, True)
    assert headers["set-cookie"].startswith(f'{COOKIE}=""')
    assert links.who(house.db, secret, datetime.now(UTC)) is None


def test_health_tells_whether_the_database_answers(server):
    """Whoever watches the server gets a plain answer."""
    status, headers, text = ask(server, "GET", "/health")
    assert (status, text) == (200, '{"status":"ok"}')
    assert headers["content-security-policy"] == CONTENT_SECURITY_POLICY


def test_the_policy_names_no_other_place():
    """Nothing may be fetched, framed or sent to anywhere but here, and no inline script runs but the known one."""
    directives = dict(part.split(" ", 1) for part in CONTENT_SECURITY_POLICY.split("; "))
    assert directives["default-src"] == "'none'"
    assert directives["connect-src"] == directives["form-action"] == "'self'"
    assert "unsafe" not in directives["script-src"]
    assert "http" not in CONTENT_SECURITY_POLICY
    assert "*" not in CONTENT_SECURITY_POLICY


@pytest.mark.parametrize(
    ("origin", "host", "own"),
    [
        ("127.0.0.1:8501", "127.0.0.1:8501", True),
        ("127.0.0.1:8502", "127.0.0.1:8501", False),
        ("localhost", "localhost:8501", False),
        ("rate.example.org:8443", "rate.example.org", True),
        ("rate.example.org.evil.example", "rate.example.org", False),
        ("evil.example", "127.0.0.1:8501", False),
        ("", "127.0.0.1:8501", False),
        ("0.0.0.0:8501", "127.0.0.1:8501", False),
    ],
)
def test_whose_page_it_is(origin, host, own):
    """A page is ours by name, and on this machine by name and port."""
    assert _is_own(origin, host) is own
