"""Faults: which error of a provider may pass, which ends a request, and which ends the run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from judge.errors import ModelError
from judge.models.request import Permanent, Transient
from judge.scores import Reason

if TYPE_CHECKING:
    from judge.models.complaint import Complaint

_TRANSIENT: Final = frozenset({408, 409, 429})
_QUOTA_CODES: Final = frozenset(
    {
        "insufficient_quota",
        "billing_hard_limit_reached",
        "billing_not_active",
        "insufficient_balance",
        "payment_required",
    }
)
_QUOTA_WORDS: Final = re.compile(
    r"exceeded your current quota|credit balance is too low|insufficient (?:balance|credits|quota)|billing hard limit",
    re.IGNORECASE,
)
_LATER: Final = re.compile(r"retry in|per[ _-]?minute", re.IGNORECASE)
_LENGTH_CODES: Final = frozenset({"context_length_exceeded", "exceed_context_size_error", "string_above_max_length"})
_LENGTH_WORDS: Final = re.compile(
    r"maximum context length|context (?:length|window|size)|prompt is too long|too many (?:input )?tokens"
    r"|input (?:is )?too long|input token count|reduce the length",
    re.IGNORECASE,
)
_BLOCKED_CODES: Final = frozenset(
    {
        "content_filter",
        "content_policy_violation",
        "responsibleaipolicyviolation",
        "invalid_prompt",
        "data_inspection_failed",
    }
)
_BLOCKED_WORDS: Final = re.compile(
    r"content (?:management )?policy|content filter|flagged|safety system|moderation", re.IGNORECASE
)
_MODEL_CODES: Final = frozenset({"model_not_found", "deploymentnotfound", "invalid_model"})
_KEY_CODES: Final = frozenset({"invalid_api_key", "api_key_invalid"})
_KEY_WORDS: Final = re.compile(r"^(?:incorrect API key|invalid API key|API key not valid)", re.IGNORECASE)

_TOO_LARGE: Final = 413
_PAYMENT: Final = 402


def fault(
    status: int,
    complaint: Complaint,
    *,
    model: str,
    host: str,
    key_env: str | None = None,
    retry_after: float | None = None,
) -> Transient | Permanent | ModelError:
    """What an HTTP error means.

    Args:
        status: HTTP status, 300 or above.
        complaint: The error body, read, without any secret.
        model: The model asked, for the message.
        host: Who answered, for the message.
        key_env: Where the key came from, for the message.
        retry_after: Seconds the provider asks to wait.

    Returns:
        `Transient` for 408, 409, 429 and 5xx; `Permanent` for the request's own faults; `ModelError` where every other
        request would meet the same: key, permission, quota, unknown model, redirection.
    """
    what = f"{host} answered {status}" + (f": {complaint.message}" if complaint.message else "")
    fatal = _fatal(status, complaint, what, model, key_env, may_pass=retry_after is not None)
    if fatal is not None:
        return fatal
    if status in _TRANSIENT or status >= 500:  # noqa: PLR2004 - HTTP's own border
        return Transient(what, retry_after=retry_after, status=status)
    return Permanent(what, reason=_reason(status, complaint), status=status)


def _fatal(
    status: int, complaint: Complaint, what: str, model: str, key_env: str | None, *, may_pass: bool
) -> ModelError | None:
    code, words = complaint.code, complaint.message
    key = f"the key in {key_env}" if key_env else "a request without a key"
    if status == _PAYMENT or _is_quota(status, complaint, may_pass=may_pass):
        return ModelError(what, where=model, hint="the account has no quota or credit left")
    if status == 401 or (status == 400 and (code in _KEY_CODES or _KEY_WORDS.search(words))):  # noqa: PLR2004 - HTTP
        return ModelError(what, where=model, hint=f"{key} was refused")
    if status == 403 and not _is_blocked(complaint):  # noqa: PLR2004 - HTTP
        return ModelError(what, where=model, hint=f"{key} may not use this model or endpoint")
    if status == 404 or (status == 400 and code in _MODEL_CODES):  # noqa: PLR2004 - HTTP
        return ModelError(what, where=model, hint="the model's name or the base URL is wrong")
    if status < 400:  # noqa: PLR2004 - HTTP's own border
        return ModelError(what, where=model, hint="write the final address as the base URL: redirects are not followed")
    return None


def _is_quota(status: int, complaint: Complaint, *, may_pass: bool) -> bool:
    """Whether credit is gone, which no waiting brings back; the same words with a time to wait are a rate limit."""
    if complaint.code in _QUOTA_CODES or complaint.kind in _QUOTA_CODES:
        return True
    if may_pass or status not in {400, 403, 429}:
        return False
    return bool(_QUOTA_WORDS.search(complaint.message)) and not _LATER.search(complaint.message)


def _reason(status: int, complaint: Complaint) -> Reason:
    if status == _TOO_LARGE or complaint.code in _LENGTH_CODES or complaint.kind in _LENGTH_CODES:
        return Reason.TOO_LONG
    if _is_blocked(complaint):
        return Reason.BLOCKED
    return Reason.TOO_LONG if _LENGTH_WORDS.search(complaint.message) else Reason.REJECTED


def _is_blocked(complaint: Complaint) -> bool:
    return complaint.code in _BLOCKED_CODES or bool(_BLOCKED_WORDS.search(complaint.message))
