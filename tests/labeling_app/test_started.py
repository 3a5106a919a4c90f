"""The settings, asked of the running server rather than of its command line."""

from __future__ import annotations

import http.client
import socket
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
from app_house import House
from app_world import RUBRIC, Server
from crowd import first_message

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
MEGABYTE = 1_000_000


def ask(server, method, path, body=None, **headers):
    """Status and headers of one answer."""
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=20)
    connection.request(method, path, body=body, headers={name.replace("_", "-"): v for name, v in headers.items()})
    answer = connection.getresponse()
    connection.close()
    return answer.status, answer.headers


def socket_status(server, **headers):
    """What the server answers to somebody who would open a websocket."""
    upgrade = {"connection": "Upgrade", "upgrade": "websocket", "sec_websocket_version": "13", "sec_websocket_key": KEY}
    return ask(server, "GET", "/_stcore/stream", **upgrade, **headers)[0]


def test_it_listens_on_loopback_only(server):
    """Another address of this machine, even another loopback one, answers nothing."""
    port = urlsplit(server.url).port
    socket.create_connection(("127.0.0.1", port), timeout=5).close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", port), timeout=5)


def test_a_websocket_from_another_site_is_refused(server):
    """A page of another site that the annotator visits cannot speak for them; one of ours can."""
    assert socket_status(server, origin=server.url) == 101
    for other in ("http://evil.example", "http://127.0.0.1.evil.example", "null"):
        assert socket_status(server, origin=other) == 403, other


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "[::1]"])
def test_a_websocket_from_another_server_of_this_machine_is_refused(server, name):
    """Cookies do not tell ports apart, so the server does: another page on loopback cannot speak for the annotator."""
    port = urlsplit(server.url).port
    assert socket_status(server, origin=f"http://{name}:{port + 1}") == 403
    assert socket_status(server, origin=f"http://{name}") == 403
    assert socket_status(server, origin=f"http://{name}:{port}", host=f"{name}:{port}") == 101


def test_another_name_is_refused(server):
    """A name that was pointed at this machine from outside (DNS rebinding) opens nothing."""
    assert socket_status(server, host="evil.example", origin="http://evil.example") == 403
    assert ask(server, "GET", "/_stcore/health", origin="http://evil.example")[1]["access-control-allow-origin"] is None


def test_uploads_are_protected_and_small(server):
    """A file without the token of this page is refused, whatever its size."""
    status, _ = ask(server, "PUT", "/_stcore/upload_file/session/file", body=b"x" * MEGABYTE, origin=server.url)
    assert status in {400, 403}


def test_what_the_page_is_told(server):
    """No usage statistics, no links to the web's search for an error, no developer's toolbar."""
    with ThreadPoolExecutor(1) as thread:
        config = thread.submit(first_message, server).result().new_session.config
    assert not config.gather_usage_stats
    assert (
        config.DESCRIPTOR.fields_by_name["toolbar_mode"].enum_type.values_by_number[config.toolbar_mode].name
        == "MINIMAL"
    )
    assert config.show_error_links != 1


def test_the_cookie_secret_outlives_a_restart(tmp_path):
    """A secret that is set is the one cookies are signed with, after a restart and on every replica."""
    house = House(tmp_path)
    house.study("restart", 1, RUBRIC)
    server = Server(house)
    assert len(server.plan.cookie_secret) == 64
    assert server.environment["STREAMLIT_SERVER_COOKIE_SECRET"] == server.plan.cookie_secret
    house.close()
