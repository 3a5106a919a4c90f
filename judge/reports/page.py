"""A self-contained page: our templates and styles, everything inline, and a policy that forbids all else."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from judge.reports import words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jinja2 import Environment

FOLDER = "judge.reports.templates"


def page(
    world: Environment, template: str, *, styles: tuple[str, ...], script: str | None = None, **values: Any
) -> str:
    """One page.

    The style and the one small script stand inline and are allowed by their hashes alone, so a Content-Security-Policy
    forbids every request and every other script.

    Args:
        world: Where the template is found, see `environment`.
        template: Its file name.
        styles: File names of the style sheets, joined in this order.
        script: File name of the script, where there is one.
        values: What the template shows.
    """
    style, code = "".join(map(_read, styles)), _read(script) if script else ""
    allowed = f"script-src {_hash(code)}; " if script else ""
    policy = f"default-src 'none'; style-src {_hash(style)}; {allowed}base-uri 'none'; form-action 'none'"
    return world.get_template(template).render(style=style, script=code, policy=policy, **values)


def environment(filters: Mapping[str, Any]) -> Environment:
    """The templates of this package, escaping everything, with the filters that every page has and those given."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - only HTML needs it
    from markupsafe import Markup  # noqa: PLC0415 - comes with Jinja2

    world = Environment(
        loader=PackageLoader("judge.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    world.filters |= {
        "pieces": words.pieces,
        "typeset": typeset,
        "begun": words.begun,
        "share": words.share,
        "percent": words.percent,
    } | dict(filters)
    # Our own files are the only texts that are taken as they are.
    world.globals["as_written"] = Markup
    return world


def typeset(text: str) -> str:
    """A figure as it is set: a narrow space before the per cent sign, and no line broken within an interval."""
    whole = re.sub(r"\[[^\[\]]{0,60}\]", lambda found: found.group().replace(" ", "\N{NO-BREAK SPACE}"), text)
    return re.sub(r"(?<=\d)[ \N{NO-BREAK SPACE}]%", "\N{NARROW NO-BREAK SPACE}%", whole)


@cache
def _read(name: str) -> str:
    return files(FOLDER).joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
