"""Registry: from the spelling of a judge model to the model."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from judge.errors import UsageError
from judge.models.prices import price_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from judge.models.endpoint import Endpoint
    from judge.models.request import Model
    from judge.settings import Settings

_SPELLINGS: Final = (
    "baseline, openai/MODEL, NAME/MODEL with [endpoints.NAME] in judge.toml, anthropic/MODEL or another provider of "
    "litellm, litellm/PROVIDER/MODEL, replay:FILE"
)
_RESERVED: Final = frozenset({"openai", "litellm", "baseline", "replay"})


def open_model(
    spelling: str,
    settings: Settings,
    *,
    record: Path | None = None,
    environ: Mapping[str, str] = os.environ,
) -> Model:
    """The judge model that a user means.

    Args:
        spelling: ``openai/gpt-5-mini``, ``NAME/model`` for ``[endpoints.NAME]``, ``anthropic/claude-...`` or
            ``litellm/...``, ``baseline``, or ``replay:FILE``.
        settings: The operator's settings.
        record: A file to record the replies into.
        environ: Where keys are; replaced in tests.

    Raises:
        UsageError: There is no such model, or its name is missing.
        SettingsError: Its endpoint is no place to send a key to.
        ModelError: Its key is missing.
    """
    model = _open(spelling, settings, environ)
    if record is None:
        return model
    from judge.models.replay import Recorder  # noqa: PLC0415 - only where it is used

    return Recorder(model, record)


def _open(spelling: str, settings: Settings, environ: Mapping[str, str]) -> Model:
    for name in settings.endpoints:
        if name in _RESERVED:
            raise UsageError(f"[endpoints.{name}] has a reserved name", hint="give the endpoint another name")
    if spelling == "baseline":
        from judge.models.baseline import BaselineModel  # noqa: PLC0415 - loads its coefficients

        return BaselineModel()
    if spelling.startswith("replay:"):
        from judge.models.replay import Replay  # noqa: PLC0415 - only where it is used

        return Replay(Path(spelling.removeprefix("replay:")))
    place, slash, model = spelling.partition("/")
    if not slash or not place or not model.strip():
        raise UsageError(f"{spelling!r} is no judge model", hint=f"write one of: {_SPELLINGS}")
    endpoint = _endpoint(place, settings, environ)
    if endpoint is None:
        return _through_litellm(spelling, settings, environ)
    from judge.models.openai import OpenAIModel  # noqa: PLC0415 - only where it is used

    return OpenAIModel(
        spelling,
        model,
        endpoint,
        price=price_of(spelling, settings),
        connections=settings.judge.concurrency,
        timeout=settings.judge.attempt_timeout,
    )


def _endpoint(place: str, settings: Settings, environ: Mapping[str, str]) -> Endpoint | None:
    from judge.models.endpoint import named_endpoint, openai_endpoint  # noqa: PLC0415 - only where it is used

    if place == "openai":
        return openai_endpoint(environ)
    table = settings.endpoints.get(place)
    return named_endpoint(place, table, environ) if table is not None else None


def _through_litellm(spelling: str, settings: Settings, environ: Mapping[str, str]) -> Model:
    from judge.models.litellm import open_litellm  # noqa: PLC0415 - only where it is used

    model = open_litellm(spelling, settings, environ)
    if model is None:
        place = spelling.partition("/")[0]
        names = ", ".join(f"{name}/MODEL" for name in settings.endpoints) or "none so far"
        raise UsageError(
            f"{spelling!r} is no judge model: {place!r} is neither an endpoint of judge.toml (there: {names}) nor a "
            "provider that litellm knows",
            hint=f"write one of: {_SPELLINGS}",
        )
    return model
