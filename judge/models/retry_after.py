"""Retry-After: how long a provider asks to wait, however it spells it."""

from __future__ import annotations

import math
import time
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST: Final = 86_400.0
"""Seconds; what asks for more (an epoch, a typing error) is nonsense and taken as not said."""


def retry_after(headers: Mapping[str, str], *, now: float | None = None) -> float | None:
    """Seconds to wait, from ``retry-after-ms`` or else ``retry-after``: seconds or an HTTP date (RFC 9110, 10.2.3).

    Args:
        headers: Response headers; names in lower case, or a mapping that ignores case.
        now: Seconds since the epoch; the clock's if left out. A date is told from the response's own ``date`` rather:
            two machines' clocks may differ by more than the wait.

    Returns:
        At least 0 and at most `LONGEST`; None where nothing, or nothing sensible, is said.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return _sensible(milliseconds / 1000)
    value = headers.get("retry-after")
    seconds = _number(value)
    if seconds is not None:
        return _sensible(seconds)
    until, sent = _moment(value), _moment(headers.get("date"))
    if until is None:
        return None
    if sent is None:
        sent = time.time() if now is None else now
    return _sensible(max(0.0, until - sent))


def _moment(value: str | None) -> float | None:
    """Seconds since the epoch of an HTTP date, which is in UTC even where it does not say so."""
    try:
        date = parsedate_to_datetime(value) if value else None
        return None if date is None else (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()
    except (TypeError, ValueError, OverflowError):
        return None


def _number(value: str | None) -> float | None:
    try:
        return float(value) if value else None
    except ValueError:
        return None


def _sensible(seconds: float) -> float | None:
    return seconds if math.isfinite(seconds) and 0 <= seconds <= LONGEST else None
