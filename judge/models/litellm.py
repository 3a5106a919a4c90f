"""LiteLLM: every provider that litellm knows, under the same policy as OpenAI's."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import time
import warnings
from typing import TYPE_CHECKING, Any, Final, NoReturn

import orjson

from judge.errors import ModelError
from judge.models.adaptations import OPTIONAL, Adaptations, Shape
from judge.models.complaint import Complaint, read_complaint
from judge.models.completion import read_completion
from judge.models.faults import fault
from judge.models.prices import price_of
from judge.models.request import Adapted, Price, Reply, Transient
from judge.models.retry_after import retry_after

if TYPE_CHECKING:
    from collections.abc import Mapping

    from judge.models.request import Request
    from judge.settings import Settings

_CODES: Final = {
    "ContextWindowExceededError": "context_length_exceeded",
    "ContentPolicyViolationError": "content_policy_violation",
    "UnsupportedParamsError": "unsupported_parameter",
}
"""litellm's exceptions that say more than their status."""

_QUIET: Final = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS": "True",
    "LITELLM_LOCAL_BLOG_POSTS": "True",
    "LITELLM_MODE": "PRODUCTION",
}
"""What keeps litellm from asking the network for its tables, and from reading keys out of a .env file."""

_SHORTEST_SECRET: Final = 8

_open_models: dict[int, int] = {}
"""Id of an event loop -> how many models of it are open: litellm's connections are shared among them."""


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
        shape=_first_shape(litellm.get_supported_openai_params(model, custom_llm_provider=provider)),
        price=price_of(spelling, settings) or price_of(model, settings) or _bundled_price(litellm, model),
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
        raw = _hidden(orjson.dumps(body, default=str).decode())
        reply = read_completion(orjson.loads(raw), asked=self._model, mode=shape.mode, latency=latency, raw=raw)
        self._adaptations.prove(shape, request)
        return reply

    async def close(self) -> None:
        """Give back litellm's connections, when no other model uses them."""
        loop, self._loop = self._loop, None
        if loop is None or loop is not asyncio.get_running_loop():
            return
        _open_models[id(loop)] -= 1
        if not _open_models[id(loop)]:
            del _open_models[id(loop)]
            await _close_clients(loop)

    def _enter(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._loop is not loop:
            self._loop = loop
            _open_models[id(loop)] = _open_models.get(id(loop), 0) + 1

    def _raise(self, error: Any, shape: Shape, request: Request) -> NoReturn:
        status = getattr(error, "status_code", None) or 500
        complaint = _complaint(error)
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


def load_litellm() -> Any:
    """litellm, imported when it is first needed, offline and quiet.

    It reads no price table from the network and no key from a .env file. Its clients follow no redirects: some
    providers take their key in a header that a redirect to another host would carry along.
    """
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    import litellm  # noqa: PLC0415 - takes seconds to import

    if not getattr(litellm.in_memory_llm_clients_cache, "refuses_redirects", False):
        litellm.suppress_debug_info = True
        with warnings.catch_warnings():
            # Built when first used, with pydantic's warnings about litellm's own types: nothing a user can act on.
            warnings.simplefilter("ignore")
            litellm.ModelResponse()
        litellm.in_memory_llm_clients_cache = _client_cache(type(litellm.in_memory_llm_clients_cache))
    return litellm


def _client_cache(base: Any) -> Any:
    """A cache of litellm's clients that keeps them from following redirects: every provider takes its client there."""

    class ClientCache(base):  # type: ignore[misc] # the base is known only once litellm is imported
        refuses_redirects = True

        def set_cache(self, key: str, value: Any, **options: Any) -> Any:
            value.follow_redirects = False  # what AsyncHTTPHandler makes its next client with
            client: Any = getattr(value, "client", None) or getattr(value, "_client", None)
            if hasattr(client, "follow_redirects"):
                client.follow_redirects = False
            return super().set_cache(key, value, **options)

    return ClientCache()


async def _close_clients(loop: asyncio.AbstractEventLoop) -> None:
    """Close what litellm has cached for this loop."""
    clients = load_litellm().in_memory_llm_clients_cache.cache_dict
    for key in [key for key in clients if key.endswith(f"-{id(loop)}")]:
        client = clients.pop(key)
        await client.close()


def _first_shape(supported: list[str] | None) -> Shape:
    """The shape that litellm says the model takes, so that less has to be found out by refusals."""
    if supported is None:
        return Shape()
    dropped = {name for name in OPTIONAL if name not in supported}
    mode = "schema" if "response_format" in supported else "tool" if "tools" in supported else "text"
    return Shape(mode=mode, dropped=frozenset(dropped))


def _bundled_price(litellm: Any, model: str) -> Price | None:
    """The price in the table that litellm ships."""
    try:
        known = litellm.get_model_info(model)
    except Exception:  # noqa: BLE001 - litellm raises a bare Exception for a model it has no price of
        return None
    prompt, completion = known.get("input_cost_per_token"), known.get("output_cost_per_token")
    return Price(prompt * 1e6, completion * 1e6) if prompt and completion else None


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


def _complaint(error: Any) -> Complaint:
    body = getattr(error, "body", None)
    read = read_complaint(body) if body else Complaint()
    words = read.message or re.sub(r"^(?:(?:litellm\.)?\w+: )*(?:\w+ - )?", "", str(error))
    if words.startswith("{"):
        with contextlib.suppress(ValueError):
            read = read_complaint(json.JSONDecoder().raw_decode(words)[0])
            words = read.message
    code = _CODES.get(type(error).__name__, read.code)
    return Complaint(_hidden(words[:500]), code, read.kind, read.parameter, read.status)


def _hidden(text: str) -> str:
    """The text without any key of the environment that a provider may have repeated."""
    for name, value in os.environ.items():
        if len(value) >= _SHORTEST_SECRET and name.endswith(("_KEY", "_TOKEN", "_SECRET")) and value in text:
            text = text.replace(value, "[key]")
    return text
