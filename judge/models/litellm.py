"""LiteLLM: every provider that litellm knows, under the same policy as OpenAI's."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import time
from typing import TYPE_CHECKING, Any, Final, NoReturn

from judge.errors import ModelError
from judge.models.adaptations import Adaptations, Shape
from judge.models.complaint import Complaint, read_complaint
from judge.models.completion import parsed, read_completion
from judge.models.connections import drop_what_says_too_much
from judge.models.faults import fault
from judge.models.litellm_library import bundled_price, first_shape, hold, load_litellm, release
from judge.models.prices import price_of
from judge.models.request import Adapted, Price, Reply, Transient
from judge.models.retry_after import retry_after
from judge.models.secrets import environment_secrets

if TYPE_CHECKING:
    from collections.abc import Mapping

    from judge.models.request import Request
    from judge.models.secrets import Secrets
    from judge.settings import Settings

_CODES: Final = {
    "ContextWindowExceededError": "context_length_exceeded",
    "ContentPolicyViolationError": "content_policy_violation",
    "UnsupportedParamsError": "unsupported_parameter",
}
"""litellm's exceptions that say more than their status."""


def open_litellm(spelling: str, settings: Settings, environ: Mapping[str, str] = os.environ) -> LiteLLMModel | None:
    """The model that litellm calls so; None where it knows no such provider.

    Args:
        spelling: ``PROVIDER/MODEL``, or ``litellm/`` before any name that litellm takes.
        settings: The operator's settings.
        environ: Where keys are; litellm itself reads the process's own environment.

    Raises:
        ModelError: The provider's key is missing.
    """
    litellm = load_litellm()
    model = spelling.removeprefix("litellm/")
    try:
        _, provider, *_ = litellm.get_llm_provider(model)
    except litellm.exceptions.BadRequestError:
        return None
    known = litellm.validate_environment(model)
    missing = [name for name in known["missing_keys"] if not environ.get(name)]
    if not known["keys_in_environment"] and missing == known["missing_keys"] and missing:
        names = " or ".join(missing)
        raise ModelError(f"the environment variable {names} holds no key", where=spelling)
    return LiteLLMModel(
        spelling,
        model,
        provider=provider,
        shape=first_shape(litellm.get_supported_openai_params(model, custom_llm_provider=provider)),
        price=price_of(spelling, settings) or price_of(model, settings) or bundled_price(litellm, model),
        timeout=settings.judge.attempt_timeout,
    )


class LiteLLMModel:
    """A model asked through litellm, with litellm's retries, fallbacks, callbacks and caches off.

    Args:
        name: The spelling the user gave.
        model: What litellm calls it.
        provider: litellm's provider.
        shape: How to put the first request.
        price: Its price, where known.
        timeout: Seconds of silence after which a connection is given up; the transport limits the whole attempt.
    """

    def __init__(
        self,
        name: str,
        model: str,
        *,
        provider: str,
        shape: Shape,
        price: Price | None = None,
        timeout: float = 60,
    ) -> None:
        self._name = name
        self._model = model
        self._provider = provider
        self._price = price
        self._timeout = timeout
        self._adaptations = Adaptations(shape)
        self._secrets = environment_secrets(os.environ)
        self._loop: asyncio.AbstractEventLoop | None = None

    def __repr__(self) -> str:
        return f"LiteLLMModel({self._name!r})"

    @property
    def name(self) -> str:
        """The spelling the user gave."""
        return self._name

    @property
    def identity(self) -> Mapping[str, Any]:
        """Litellm's provider and model."""
        return {"endpoint": f"litellm/{self._provider}", "model": self._model}

    @property
    def price(self) -> Price | None:
        """Its price, where known."""
        return self._price

    @property
    def adaptations(self) -> tuple[str, ...]:
        """What the model turned out not to take, in words, in the order it was found."""
        return self._adaptations.said

    async def ask(self, request: Request) -> Reply:
        """Send one request.

        Raises:
            Adapted: The model refused a parameter; the same call again sends another shape of it.
            Transient: The same request may succeed later.
            Permanent: This request will never succeed.
            ModelError: No request to this model will succeed.
        """
        litellm = load_litellm()
        self._enter(asyncio.get_running_loop())
        shape = self._adaptations.shape
        started = time.perf_counter()
        answer, error = None, None
        try:
            answer = await litellm.acompletion(
                **_arguments(shape, self._model, request), timeout=self._timeout, num_retries=0, max_retries=0
            )
        except litellm.exceptions.openai.OpenAIError as raised:
            error = raised
        if error is not None:
            # Raised outside the handler: litellm's exceptions hold the request and must not be chained.
            self._raise(error, shape, request)
        latency = time.perf_counter() - started
        body = _plain(answer)
        raw = self._secrets.hide(json.dumps(body, default=str))
        reply = read_completion(parsed(raw), asked=self._model, mode=shape.mode, latency=latency, raw=raw)
        self._adaptations.prove(shape, request)
        return reply

    async def close(self) -> None:
        """Give back litellm's connections, when no other model uses them."""
        loop, self._loop = self._loop, None
        if loop is None or loop is not asyncio.get_running_loop():
            return
        await release(loop)

    def _enter(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._loop is not loop:
            self._loop = loop
            drop_what_says_too_much()
            hold(loop)

    def _raise(self, error: Any, shape: Shape, request: Request) -> NoReturn:
        status = getattr(error, "status_code", None) or 500
        complaint = _complaint(error, self._secrets)
        if complaint.kind == "overloaded_error":
            status = 529  # which litellm turns into 500
        kind = type(error).__name__
        if kind in {"APIConnectionError", "Timeout"}:
            raise Transient(f"{self._provider}: {complaint.message}", timed_out=kind == "Timeout")
        if self._adaptations.adapt(status, complaint, shape, request):
            raise Adapted(complaint.message, status=status)
        response = getattr(error, "response", None)
        headers = getattr(error, "litellm_response_headers", None) or getattr(response, "headers", None) or {}
        if status >= 500 and not headers:  # noqa: PLR2004 - HTTP's own border
            # litellm gives its own 500 to broken connections and unreadable bodies.
            raise Transient(f"{self._provider}: {complaint.message}")
        raise fault(
            status,
            complaint,
            model=self._name,
            host=self._provider,
            key_env="the environment",
            retry_after=retry_after(headers),
        )


def _arguments(shape: Shape, model: str, request: Request) -> dict[str, Any]:
    body = shape.body(model, request)
    body["messages"] = [dict(message) for message in request.messages]  # litellm may write into them
    if "tools" in body:
        body["_skip_mcp_handler"] = True  # else every call with a tool imports a package of litellm's proxy extra
    return body


def _plain(answer: Any) -> dict[str, Any]:
    """Litellm's answer as the chat completion it stands for, without what litellm has filled in itself."""
    body: dict[str, Any] = answer.model_dump()
    usage = body.get("usage")
    if isinstance(usage, dict) and not usage.get("prompt_tokens"):
        body["usage"] = None
    for choice in body.get("choices") or ():
        message = choice.get("message") or {}
        extra = message.get("provider_specific_fields") or {}
        if isinstance(extra.get("refusal"), str):
            message["refusal"] = extra["refusal"]
    return body


def _complaint(error: Any, secrets: Secrets) -> Complaint:
    body = parsed(secrets.hide(json.dumps(getattr(error, "body", None), default=str)))
    read = read_complaint(body) if body else Complaint()
    words = read.message or re.sub(r"^(?:(?:litellm\.)?\w+: )*(?:\w+ - )?", "", secrets.hide(str(error)))
    if words.startswith("{"):
        with contextlib.suppress(ValueError):
            read = read_complaint(json.JSONDecoder().raw_decode(words)[0])
            words = read.message
    words = words.partition("Traceback (most recent call last)")[0]
    code = _CODES.get(type(error).__name__, read.code)
    return Complaint(words[:500], code, read.kind, read.parameter, read.status)
