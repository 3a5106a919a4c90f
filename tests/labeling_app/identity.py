"""A small OpenID Connect provider on loopback: discovery, a page to choose an account on, tokens and their keys."""

from __future__ import annotations

import base64
import html
import http.server
import json
import secrets
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

if TYPE_CHECKING:
    from collections.abc import Iterator

CLIENT = ("evenhand", "client-secret-for-tests")


class Provider(http.server.ThreadingHTTPServer):
    """Serves OpenID Connect (Core 1.0, the authorization code flow) for a few accounts.

    It is asked for as localhost while the app is at 127.0.0.1: two sites, as a provider and an app are.

    Args:
        accounts: E-mail address -> claims that the provider makes of whoever chooses it.
    """

    def __init__(self, accounts: dict[str, dict[str, Any]]) -> None:
        super().__init__(("127.0.0.1", 0), _Pages)
        self.url = f"http://localhost:{self.server_port}"
        self.accounts = accounts
        self.key = RSAKey.generate_key(2048, parameters={"kid": "one"})
        self.codes: dict[str, dict[str, Any]] = {}

    def identity_token(self, claims: dict[str, Any]) -> str:
        """The signed claims."""
        now = int(time.time())
        times = {"iss": self.url, "aud": CLIENT[0], "iat": now, "exp": now + 300}
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims | times, self.key)


class _Pages(http.server.BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path == "/.well-known/openid-configuration":
            self._json(_discovery(self.server.url))
        elif parts.path == "/jwks":
            self._json({"keys": [self.server.key.as_dict(private=False)]})
        elif parts.path == "/authorize" and asked["client_id"] == CLIENT[0]:
            links = (
                f'<p><a href="/choose?{html.escape(urlencode(asked | {"account": email}))}">{email}</a></p>'
                for email in self.server.accounts
            )
            self._answer(200, "text/html", "".join(links))
        elif parts.path == "/choose":
            self._choose(asked)
        else:
            self._answer(404, "text/plain", "nothing here")

    def _choose(self, asked: dict[str, str]) -> None:
        code = secrets.token_urlsafe()
        email = asked["account"]
        claims = {"sub": email, "email": email, "nonce": asked["nonce"]} | self.server.accounts[email]
        self.server.codes[code] = claims
        self.send_response(303)
        self.send_header("location", f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}")
        self.end_headers()

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
        sent = self.headers.get("authorization", "").removeprefix("Basic ")
        claims = self.server.codes.pop(form["code"][0], None)
        if base64.b64decode(sent).decode() != ":".join(CLIENT) or claims is None:
            self._answer(400, "application/json", '{"error": "invalid_grant"}')
            return
        token = self.server.identity_token(claims)
        self._json({"access_token": "a", "token_type": "Bearer", "expires_in": 300, "id_token": token})

    def _json(self, content: Any) -> None:
        self._answer(200, "application/json", json.dumps(content))

    def _answer(self, status: int, kind: str, text: str) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_args: Any) -> None:
        pass


def _discovery(url: str) -> dict[str, Any]:
    return {
        "issuer": url,
        "authorization_endpoint": f"{url}/authorize",
        "token_endpoint": f"{url}/token",
        "jwks_uri": f"{url}/jwks",
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
    }


@contextmanager
def provider(accounts: dict[str, dict[str, Any]]) -> Iterator[Provider]:
    """A provider that runs while it is needed."""
    one = Provider(accounts)
    thread = threading.Thread(target=one.serve_forever)
    thread.start()
    try:
        yield one
    finally:
        one.shutdown()
        one.server_close()
        thread.join()
