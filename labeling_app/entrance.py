"""The entrance: one-time links, the session's cookie, the health of the server, and the headers of every answer."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from visitor import COOKIE

from judge.errors import EvenhandError
from judge.labeling.opening import front_desk
from judge.labeling.server import is_loopback

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    from starlette.requests import Request

    Message = MutableMapping[str, Any]
    Asgi = Callable[[Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]]

ENTER = "/enter"
LEAVE = "/leave"
MAX_FORM = 2048
SESSION_DAYS = 30


def _script_hashes() -> str:
    # The page that Streamlit serves has a line of script of its own; nothing else inline may run.
    page = (Path(st.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    scripts = re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL)
    digests = (base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts)
    return " ".join(f"'sha256-{digest}'" for digest in digests)


CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        f"script-src 'self' blob: {_script_hashes()}",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


class SafeHeaders:
    """Sets the headers on every answer, whoever made it."""

    def __init__(self, app: Asgi) -> None:
        self.app = app

    async def __call__(self, scope: Message, receive: Any, send: Any) -> None:
        """Answer as the app behind does, with our headers in place of its own."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                names = {name.encode() for name in HEADERS}
                kept = [(name, value) for name, value in message.get("headers", ()) if name.lower() not in names]
                message["headers"] = kept + [(name.encode(), value.encode()) for name, value in HEADERS.items()]
            await send(message)

        await self.app(scope, receive, with_headers)


class OwnPagesOnly:
    """Refuses a websocket that a page of another server opens, were it one on this machine.

    Streamlit lets in every port of localhost, and to a browser all ports of one name are one site, which sends the
    session's cookie along. For a name it does not know, Streamlit asks a server on the internet for its own address.
    """

    def __init__(self, app: Asgi) -> None:
        self.app = app

    async def __call__(self, scope: Message, receive: Any, send: Any) -> None:
        """Answer as the app behind does, or close the websocket before it is open."""
        if scope["type"] == "websocket":
            headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
            origin = headers.get(b"origin")
            if origin is not None and not _is_own(origin.partition("://")[2], headers.get(b"host", "")):
                await send({"type": "websocket.close", "code": 1008})
                return
        await self.app(scope, receive, send)


def _is_own(origin: str, host: str) -> bool:
    # A proxy in front may take the port off the name; on this machine there is none, and the port tells servers apart.
    name = urlsplit(f"//{origin}").hostname
    return origin == host or (name == urlsplit(f"//{host}").hostname and name is not None and not is_loopback(name))


def has_identity_provider() -> bool:
    """Whether `[auth]` is set up for this server."""
    return "is_logged_in" in st.user.to_dict()


def _now() -> datetime:
    return datetime.now(UTC)


_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Evenhand</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>
:root {{ color-scheme: light dark; }}
body {{ font: 1.05rem/1.5 system-ui, sans-serif; max-width: 32rem; margin: 18vh auto 0; padding: 0 1.25rem; }}
button {{ font: inherit; padding: .7rem 1.4rem; border: 0; border-radius: .5rem; background: #1f6f5c; color: #fff; }}
</style></head><body><main><h1>{title}</h1><p>{text}</p>{form}</main></body></html>"""


def _page(title: str, text: str, form: str = "", status: int = 200) -> HTMLResponse:
    body = _PAGE.format(title=html.escape(title), text=html.escape(text), form=form)
    return HTMLResponse(body, status_code=status, headers={"cache-control": "no-store"})


_GONE = "This link has been used already, or is out of date. Ask the study's owner for a new one."


async def _enter(request: Request) -> Response:
    """Shows whom the link is for. It is used up by the button only: mail scanners open links, too."""
    code = request.path_params["code"]
    person = await run_in_threadpool(front_desk().peek, code, _now())
    if person is None:
        return _page("This link does not work", _GONE, status=404)
    form = f'<form method="post"><button autofocus>Start as {html.escape(person.name)}</button></form>'
    return _page("Welcome", "This link signs you in once; this browser then stays signed in.", form)


async def _redeem(request: Request) -> Response:
    secret = await run_in_threadpool(front_desk().redeem, request.path_params["code"], _now())
    if secret is None:
        return _page("This link does not work", _GONE, status=404)
    answer = RedirectResponse("../", status_code=303)
    secure = request.url.scheme == "https"
    seconds = SESSION_DAYS * 24 * 3600
    answer.set_cookie(COOKIE, secret, max_age=seconds, httponly=True, samesite="strict", secure=secure)
    return answer


async def _leave(request: Request) -> Response:
    if request.method == "GET":
        form = '<form method="post"><button autofocus>Sign out</button></form>'
        return _page("Sign out", "Ratings that are not sent yet stay in this browser until you sign in again.", form)
    secret = request.cookies.get(COOKIE)
    if secret:
        await run_in_threadpool(front_desk().leave, secret)
    answer = _page("Signed out", "You can close this page.")
    answer.delete_cookie(COOKIE)
    return answer


async def _health(_request: Request) -> Response:
    try:
        await run_in_threadpool(front_desk().peek, "health", _now())
    except EvenhandError:
        return JSONResponse({"status": "the database does not answer"}, status_code=503)
    return JSONResponse({"status": "ok"})


ROUTES = [
    Route(ENTER + "/{code}", _enter, methods=["GET"]),
    Route(ENTER + "/{code}", _redeem, methods=["POST"]),
    Route(LEAVE, _leave, methods=["GET", "POST"]),
    Route("/health", _health, methods=["GET"]),
]
MIDDLEWARE = [Middleware(SafeHeaders), Middleware(OwnPagesOnly)]
