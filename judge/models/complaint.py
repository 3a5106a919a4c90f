"""Complaints: what a provider says is wrong, whatever shape it says it in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

_LONGEST: Final = 500


@dataclass(frozen=True, slots=True)
class Complaint:
    """An error body, read.

    Attributes:
        message: The provider's words, cut to a few hundred characters; empty if it has none.
        code: Its machine-readable code, in lower case; empty if it has none.
        kind: Its type, in lower case; empty if it has none.
        parameter: The request parameter it names; empty if it names none.
        status: The HTTP status it states in the body, where it does.
    """

    message: str = ""
    code: str = ""
    kind: str = ""
    parameter: str = ""
    status: int | None = None


def read_complaint(body: Any) -> Complaint:
    """Read an error body: OpenAI's ``{"error": {...}}`` and what others make of it, FastAPI's ``detail``, or text."""
    if isinstance(body, list) and body:
        body = body[0]
    if not isinstance(body, dict):
        return Complaint(message=_words(body))
    error = body.get("error")
    if isinstance(error, dict):
        return _from_fields(error)
    if isinstance(error, str):
        return Complaint(message=_words(error), code=_lower(body.get("code")), kind=_lower(body.get("type")))
    if isinstance(body.get("detail"), list) and body["detail"]:
        return _from_detail(body["detail"][0])
    if "detail" in body:
        return Complaint(message=_words(body["detail"]))
    return _from_fields(body)


def _from_fields(fields: dict[str, Any]) -> Complaint:
    code = fields.get("code")
    status = code if isinstance(code, int) and not isinstance(code, bool) else None
    message = fields.get("message")
    if isinstance(message, dict) and isinstance(message.get("detail"), list) and message["detail"]:
        return _from_detail(message["detail"][0])
    return Complaint(
        message=_words(message if message is not None else fields.get("msg", "")),
        code=_lower(code) if status is None else "",
        kind=_lower(fields.get("type") or fields.get("status")),
        parameter=fields["param"] if isinstance(fields.get("param"), str) else "",
        status=status,
    )


def _from_detail(detail: Any) -> Complaint:
    """One entry of FastAPI's list of validation errors: ``{"type": ..., "loc": ["body", NAME, ...], "msg": ...}``."""
    if not isinstance(detail, dict):
        return Complaint(message=_words(detail))
    place = detail.get("loc")
    names = [part for part in place if isinstance(part, str) and part != "body"] if isinstance(place, list) else []
    return Complaint(
        message=_words(detail.get("msg", "")),
        kind=_lower(detail.get("type")),
        parameter=names[0] if names else "",
    )


def _words(value: Any) -> str:
    text = value if isinstance(value, str) else "" if value is None else str(value)
    return " ".join(text[: 4 * _LONGEST].split())[:_LONGEST]


def _lower(value: Any) -> str:
    return value.lower() if isinstance(value, str) else ""
