"""Channels: where notices go, as a watch file declares them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, model_validator

from judge.errors import SettingsError
from judge.monitoring.sending.template import check_template
from judge.monitoring.wrong import wrong

if TYPE_CHECKING:
    from collections.abc import Callable

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
Level = Literal["warn", "alert", "resolved"]


class Channel(BaseModel):
    """What every channel has."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    levels: tuple[Level, ...] = Field(
        default=("warn", "alert", "resolved"), min_length=1, description="What is sent here: warn, alert, resolved."
    )


class FileChannel(Channel):
    """A file that gets one JSON object a line."""

    to: Literal["file"]
    path: str = Field(min_length=1, description="The file; its folder must exist.")

    @property
    def name(self) -> str:
        """What deliveries call it."""
        return f"file {self.path}"


class WebhookChannel(Channel):
    """An address that gets a POST for each notice."""

    to: Literal["webhook"]
    url: str | None = Field(default=None, description="Where to; only where the address is no secret.")
    url_env: str | None = Field(default=None, description="Name of the environment variable that holds the address.")
    form: Literal["generic", "slack"] = Field(default="generic", description="What the body looks like.")
    template: str | None = Field(default=None, description="The body, as a Jinja2 template over `notice`.")
    content_type: str = Field(default="application/json", description="What the template writes.")
    secret_env: str | None = Field(
        default=None, description="Name of the environment variable whose secret signs the body (HMAC-SHA256)."
    )
    timeout: float = Field(default=10, gt=0, le=60, description="Seconds for one attempt.")
    allow_http: bool = Field(default=False, description="Send unencrypted to a host that is not this machine.")

    @model_validator(mode="after")
    def _whole(self) -> WebhookChannel:
        if (self.url is None) == (self.url_env is None):
            raise wrong("give url, or url_env where the address is a secret (Slack's is)")
        if self.template is not None:
            if self.form != "generic":
                raise wrong("a template makes its own body: leave form out", "form")
            _checked("template", check_template, self.template, self.content_type)
        if self.url is not None:
            _checked("url", check_url, self.url, "url", allow_http=self.allow_http)
        return self

    @property
    def name(self) -> str:
        """What deliveries call it; no secret address stands in it."""
        return f"webhook {self.url_env or self.url}"

    def address(self) -> str:
        """The address.

        Raises:
            SettingsError: The environment variable is not set, or holds no address.
        """
        if self.url is not None:
            return self.url
        url = _environment(str(self.url_env), "url_env")
        try:
            check_url(url, str(self.url_env), allow_http=self.allow_http)
        except ValueError as error:
            raise SettingsError(str(error), where=f"${self.url_env}") from error
        return url

    def secret(self) -> bytes | None:
        """What signs the body, if anything does.

        Raises:
            SettingsError: The environment variable is not set.
        """
        return None if self.secret_env is None else _environment(self.secret_env, "secret_env").encode()


class MailChannel(Channel):
    """An e-mail for each notice, by SMTP."""

    to: Literal["mail"]
    host: str = Field(min_length=1, description="The SMTP server.")
    port: int = Field(default=587, ge=1, le=65535, description="Its port.")
    sender: str = Field(pattern=r"^[^\s@]+@[^\s@]+$", description="Whom it comes from.")
    recipients: tuple[Annotated[str, Field(pattern=r"^[^\s@]+@[^\s@]+$")], ...] = Field(
        min_length=1, description="Whom it goes to."
    )
    encryption: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="`none` is for a server on this machine only."
    )
    user: str | None = Field(default=None, description="Whom to sign in as.")
    password_env: str | None = Field(default=None, description="Name of the environment variable with the password.")
    timeout: float = Field(default=20, gt=0, le=120, description="Seconds for one attempt.")

    @model_validator(mode="after")
    def _whole(self) -> MailChannel:
        if (self.user is None) != (self.password_env is None):
            raise wrong("user and password_env go together")
        if self.encryption == "none" and self.host not in LOOPBACK:
            raise wrong(f"mail to {self.host} would go unencrypted: write encryption: starttls or tls", "encryption")
        return self

    @property
    def name(self) -> str:
        """What deliveries call it."""
        return f"mail {', '.join(self.recipients)}"

    def password(self) -> str | None:
        """The password, if one is wanted.

        Raises:
            SettingsError: The environment variable is not set.
        """
        return None if self.password_env is None else _environment(self.password_env, "password_env")


class HookChannel(Channel):
    """A command of the owner's own, which reads the notice as JSON on standard input; it is run without a shell."""

    to: Literal["hook"]
    command: tuple[str, ...] = Field(min_length=1, description="The program and its arguments.")
    timeout: float = Field(default=60, gt=0, le=3600, description="Seconds it may take.")

    @property
    def name(self) -> str:
        """What deliveries call it."""
        return f"hook {' '.join(self.command)}"


AnyChannel = Annotated[FileChannel | WebhookChannel | MailChannel | HookChannel, Field(discriminator="to")]

CHANNELS: Final[dict[str, type[Channel]]] = {
    "file": FileChannel,
    "webhook": WebhookChannel,
    "mail": MailChannel,
    "hook": HookChannel,
}
"""What `to` may say."""


def check_url(url: str, where: str, *, allow_http: bool) -> None:
    """Refuse an address that is none, or over which a notice would go unencrypted.

    Raises:
        ValueError: What is wrong; the address itself is not told, for it may be a secret.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"{where} is no http or https address")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK and not allow_http:
        raise ValueError(f"{where} is http: use https, or write allow_http: true")


def _checked(key: str, check: Callable[..., None], *values: str, **options: bool) -> None:
    try:
        check(*values, **options)
    except ValueError as error:
        raise wrong(str(error), key) from error


def _environment(variable: str, key: str) -> str:
    value = os.environ.get(variable, "")
    if not value:
        raise SettingsError("the environment variable is not set", where=f"${variable}", hint=f"it is named by {key}")
    return value
