"""Endpoints: where an OpenAI-compatible server is, and which key may be sent there."""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, urlsplit

from judge.errors import ModelError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from judge.settings import EndpointTable

OPENAI_URL: Final = "https://api.openai.com/v1"

_OWNERS: Final = {
    "OPENAI_API_KEY": "openai.com",
    "ANTHROPIC_API_KEY": "anthropic.com",
    "GEMINI_API_KEY": "googleapis.com",
    "GOOGLE_API_KEY": "googleapis.com",
    "MISTRAL_API_KEY": "mistral.ai",
    "GROQ_API_KEY": "groq.com",
    "OPENROUTER_API_KEY": "openrouter.ai",
    "DEEPSEEK_API_KEY": "deepseek.com",
    "XAI_API_KEY": "x.ai",
}
"""Variables whose name says whose key they hold; judge.toml may not send such a key to anybody else."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An OpenAI-compatible server.

    Attributes:
        id: How ledger and fingerprint call it.
        base_url: Where it is.
        key_env: Name of the environment variable that holds the key, if it takes one.
        key: The key; never shown.
        official: Whether it is api.openai.com.
    """

    id: str
    base_url: str
    key_env: str | None = None
    key: str | None = field(default=None, repr=False)
    official: bool = False

    @property
    def local(self) -> bool:
        """Whether it is on this machine."""
        return _is_loopback(urlsplit(self.base_url).hostname or "")

    @property
    def host(self) -> str:
        """Its host, for messages."""
        return urlsplit(self.base_url).hostname or self.base_url


def openai_endpoint(environ: Mapping[str, str] = os.environ) -> Endpoint:
    """api.openai.com, or what OPENAI_BASE_URL says, with the key in OPENAI_API_KEY.

    Raises:
        ModelError: There is no key.
        SettingsError: OPENAI_BASE_URL is no place to send a key to.
    """
    key = _key("OPENAI_API_KEY", environ, hint="a server without a key is an [endpoints.NAME] in judge.toml")
    own = environ.get("OPENAI_BASE_URL", "").strip()
    if not own:
        return Endpoint("openai", OPENAI_URL, "OPENAI_API_KEY", key, official=True)
    where = "OPENAI_BASE_URL"
    parts = _checked(own, where)
    if parts.scheme == "http" and not _is_loopback(parts.hostname or ""):
        raise SettingsError(
            f"a key would go unencrypted to {parts.hostname}",
            where=where,
            hint="use https, or an [endpoints.NAME] in judge.toml with allow_http = true",
        )
    official = parts.hostname == urlsplit(OPENAI_URL).hostname
    identity = "openai" if official else f"openai@{parts.netloc}{parts.path.rstrip('/')}"
    return Endpoint(identity, own, "OPENAI_API_KEY", key, official=official)


def named_endpoint(name: str, table: EndpointTable, environ: Mapping[str, str] = os.environ) -> Endpoint:
    """The server that ``[endpoints.NAME]`` describes; without `key_env` it gets no key at all.

    Raises:
        ModelError: The variable named by `key_env` holds no key.
        SettingsError: `base_url` is no place to send that key to.
    """
    parts = _checked(table.base_url, f"endpoints.{name}.base_url")
    if table.key_env is None:
        return Endpoint(name, table.base_url)
    host = parts.hostname or ""
    if not _is_loopback(host):
        owner = _OWNERS.get(table.key_env)
        if owner and host != owner and not host.endswith(f".{owner}"):
            raise SettingsError(
                f"{table.key_env} is meant for {owner} and would go to {host}",
                where=f"endpoints.{name}.key_env",
                hint="put the key of this server into a variable of its own",
            )
        if parts.scheme == "http" and not table.allow_http:
            raise SettingsError(
                f"the key in {table.key_env} would go unencrypted to {host}",
                where=f"endpoints.{name}.base_url",
                hint="use https, or say allow_http = true if the network between is yours",
            )
    return Endpoint(name, table.base_url, table.key_env, _key(table.key_env, environ))


def _key(name: str, environ: Mapping[str, str], *, hint: str | None = None) -> str:
    key = environ.get(name, "").strip()
    if not key:
        raise ModelError(f"the environment variable {name} holds no key", hint=hint)
    if not key.isascii() or not key.isprintable() or " " in key:
        raise ModelError(f"the environment variable {name} holds characters that no key has")
    return key


def _checked(url: str, where: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        valid = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        valid = False
    if not valid:
        raise SettingsError("not a URL like https://host/v1", where=where)
    if parts.username is not None or parts.password is not None:
        raise SettingsError("a URL with a user name or password in it", where=where, hint="keys belong into key_env")
    if parts.query or parts.fragment:
        raise SettingsError("a base URL ends with its path: no `?` and no `#`", where=where)
    return parts


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
