"""Webhook: a notice as a signed POST."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from judge.monitoring.sending.failed import FailedError
from judge.monitoring.sending.template import fill

if TYPE_CHECKING:
    from datetime import datetime

    from judge.monitoring.sending.channels import WebhookChannel
    from judge.monitoring.sending.notice import Notice

MAX_ANSWER: Final = 200
_SLACK_LIMIT: Final = 2900
_TRY_AGAIN: Final = frozenset({408, 409, 425, 429})
_SERVER_FAULT: Final = 500


def post(channel: WebhookChannel, notice: Notice, now: datetime) -> None:
    """Send a notice. Redirects are not followed: a notice goes to the address that was written down, or nowhere.

    Headers: ``Idempotency-Key`` is the notice's key, the same at every attempt. Where a secret is set,
    ``X-Evenhand-Signature: t=UNIX,v1=HEX`` with the HMAC-SHA256 of ``t``, a dot, and the body.

    Raises:
        FailedError: It was not taken.
        SettingsError: An environment variable that the channel names is not set.
    """
    import httpx  # noqa: PLC0415 - only a watch that sends needs it

    url, body = channel.address(), _body(channel, notice)
    headers = {"content-type": channel.content_type, "idempotency-key": notice.key, "user-agent": "evenhand"}
    if (secret := channel.secret()) is not None:
        headers["x-evenhand-signature"] = signature(secret, body, int(now.timestamp()))
    host = urlsplit(url).hostname
    try:
        with httpx.Client(timeout=channel.timeout, follow_redirects=False, trust_env=False) as client:
            answer = client.post(url, content=body, headers=headers)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise FailedError(f"{host} did not answer: {type(error).__name__}", again=True) from error
    if not answer.is_success:
        again = answer.status_code in _TRY_AGAIN or answer.status_code >= _SERVER_FAULT
        said = answer.text[:MAX_ANSWER].replace(url, "…")
        raise FailedError(f"{host} answered {answer.status_code}: {said}", again=again)


def signature(secret: bytes, body: bytes, time: int) -> str:
    """The header by which a receiver knows that a body is ours, and of when.

    Args:
        secret: What both sides know.
        body: The body as it is sent.
        time: Seconds since 1970; it is signed too, so that an old body cannot be sent again.
    """
    digest = hmac.new(secret, f"{time}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={time},v1={digest}"


def _body(channel: WebhookChannel, notice: Notice) -> bytes:
    if channel.template is not None:
        return fill(channel.template, notice).encode()
    value = _slack(notice) if channel.form == "slack" else notice.to_json()
    return json.dumps(value, ensure_ascii=False, default=str).encode("utf-8", "replace")


def _slack(notice: Notice) -> dict[str, Any]:
    detail = "\n".join([*notice.lines, *(f"→ {line}" for line in notice.advice)])
    blocks: list[dict[str, Any]] = [_section(f"{notice.level.upper()} · {notice.title}")]
    if detail:
        blocks.append(_section(detail))
    # plain_text: what records say is shown as it is, and can neither mention people nor make links.
    return {"text": _escaped(notice.title), "blocks": blocks}


def _section(text: str) -> dict[str, Any]:
    cut = text if len(text) <= _SLACK_LIMIT else text[: _SLACK_LIMIT - 1] + "…"
    return {"type": "section", "text": {"type": "plain_text", "text": cut, "emoji": False}}


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
