"""Template: a webhook's body in the words of its owner."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from judge.monitoring.sending.notice import Notice

if TYPE_CHECKING:
    from jinja2.sandbox import ImmutableSandboxedEnvironment

MAX_BODY: Final = 100_000

_EXAMPLE: Final = Notice(
    key="example",
    level="alert",
    title="An “example”.",
    time=datetime(2026, 1, 1, tzinfo=UTC),
    watch="example",
    lines=("one line",),
    advice=("do this",),
)


def check_template(template: str, content_type: str) -> None:
    """Try a template on an example, so that a fault shows when the file is read and not at night.

    Raises:
        ValueError: What is wrong with it.
    """
    from jinja2 import TemplateError  # noqa: PLC0415 - only a watch with a template needs it

    try:
        body = fill(template, _EXAMPLE)
    except (TemplateError, OverflowError) as error:
        raise ValueError(f"the template cannot be filled: {error}") from error
    if content_type.partition(";")[0].strip() == "application/json":
        try:
            json.loads(body)
        except ValueError as error:
            message = (
                "the template writes no JSON: put values through the filter tojson, as in {{ notice.title | tojson }}"
            )
            raise ValueError(message) from error


def fill(template: str, notice: Notice) -> str:
    """The body.

    Args:
        template: Jinja2; `notice` has the fields of `Notice`, and nothing else is there.
        notice: What is told.

    Raises:
        jinja2.TemplateError: It cannot be filled, or writes more than `MAX_BODY` characters.
        OverflowError: It counts too far.
    """
    from jinja2 import TemplateRuntimeError  # noqa: PLC0415 - as above

    size, parts = 0, []
    for part in _environment().from_string(template).generate(notice=notice.to_json() | {"text": notice.text}):
        size += len(part)
        if size > MAX_BODY:
            raise TemplateRuntimeError(f"it writes more than {MAX_BODY} characters")
        parts.append(part)
    return "".join(parts)


def _environment() -> ImmutableSandboxedEnvironment:
    from jinja2 import StrictUndefined  # noqa: PLC0415 - as above
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415 - as above

    # tojson escapes <, > and & besides, which is JSON all the same. Bodies are JSON or plain text, never HTML.
    return ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
