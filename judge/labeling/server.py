"""The server: how the labelling app is started, with settings that are safe by default."""

from __future__ import annotations

import ipaddress
import os
import secrets
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from judge.errors import UsageError
from judge.shipped import folder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LOOPBACK = "127.0.0.1"
PORT = 8501
DATABASE = "EVENHAND_DB"
COOKIE_SECRET = "STREAMLIT_SERVER_COOKIE_SECRET"  # noqa: S105 - the name of a variable, no secret
UPLOAD_MB = 20
MESSAGE_MB = 50


@dataclass(frozen=True, slots=True)
class ServerPlan:
    """What to start and how.

    Attributes:
        host: Address to listen on.
        port: Port to listen on.
        database: SQLAlchemy URL of the study's database.
        hosts: Names under which browsers may ask for it; any where empty. Needed against DNS rebinding.
        cookie_secret: Signs Streamlit's own cookies; replicas need the same one.
        script: The server's entry file.
    """

    host: str
    port: int
    database: str
    hosts: tuple[str, ...]
    cookie_secret: str
    script: Path

    @property
    def command(self) -> list[str]:
        """The command line."""
        return [sys.executable, "-m", "streamlit", "run", str(self.script), *streamlit_flags(self)]

    @property
    def environment(self) -> dict[str, str]:
        """What to add to the environment; secrets stand here, never on the command line."""
        return {DATABASE: self.database, COOKIE_SECRET: self.cookie_secret}

    @property
    def url(self) -> str:
        """Where a browser on this machine finds it."""
        shown = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{LOOPBACK if self.host in {'0.0.0.0', '::'} else shown}:{self.port}"  # noqa: S104 - compared


def is_loopback(host: str) -> bool:
    """Whether an address can be reached from this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def plan_server(
    database: str,
    *,
    host: str = LOOPBACK,
    port: int = PORT,
    hosts: tuple[str, ...] = (),
    sign_in: bool = False,
    environment: Mapping[str, str] | None = None,
    script: Path | None = None,
) -> ServerPlan:
    """How to serve the labelling app.

    Args:
        database: SQLAlchemy URL.
        host: Address to listen on.
        port: Port to listen on.
        hosts: Names under which browsers may ask for it.
        sign_in: Whether annotators sign in; without it only this machine may be served.
        environment: Where a cookie secret may already be set; the process's own if left out.
        script: Another entry file, as tests need one.

    Raises:
        UsageError: It would be open to the network without sign-in, or without the names it is known by.
    """
    if not is_loopback(host):
        if not sign_in:
            raise UsageError(
                f"{host} is open to the network, and nobody has to sign in",
                where="--host",
                hint="give each annotator a link (`judge study annotators add`), or leave --host out",
            )
        if not hosts:
            raise UsageError(
                "a server that is open to the network must know its own names",
                where="--allow-host",
                hint="write the name that annotators type, such as --allow-host rating.example.org",
            )
    found = (os.environ if environment is None else environment).get(COOKIE_SECRET)
    return ServerPlan(
        host=host,
        port=port,
        database=database,
        hosts=(*hosts, *(("localhost", LOOPBACK, "::1") if is_loopback(host) else ())),
        cookie_secret=found or secrets.token_hex(32),
        script=script or folder("labeling_app") / "app.py",
    )


def streamlit_flags(plan: ServerPlan) -> list[str]:
    """Streamlit's settings as flags, which go before any configuration file."""
    settings = {
        "server.address": plan.host,
        "server.port": str(plan.port),
        "server.headless": "true",
        "server.enableCORS": "true",
        "server.enableXsrfProtection": "true",
        "server.xsrfCookieSameSite": "strict",
        "server.maxUploadSize": str(UPLOAD_MB),
        "server.maxMessageSize": str(MESSAGE_MB),
        "server.maxWidgetStateSize": "4",
        "server.enableStaticServing": "false",
        "server.enableAgentApi": "false",
        "server.fileWatcherType": "none",
        "server.runOnSave": "false",
        "browser.gatherUsageStats": "false",
        "client.showErrorDetails": "none",
        "client.showErrorLinks": "false",
        "client.toolbarMode": "minimal",
        "runner.magicEnabled": "false",
        # A run that is saving is never broken off by the next key press.
        "runner.fastReruns": "false",
        # A full collection after every run took half of the server's time; Python collects by itself.
        "runner.postScriptGC": "false",
        "logger.hideWelcomeMessage": "true",
        "theme.light.primaryColor": "#1f6f5c",
        "theme.dark.primaryColor": "#2f8f77",
    }
    flags = [f"--{name}={value}" for name, value in settings.items()]
    return flags + [f"--server.allowedHosts={name}" for name in plan.hosts]
