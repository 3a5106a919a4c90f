"""OpenAI: any OpenAI-compatible server through the official SDK, one client a run, one request an attempt."""

from __future__ import annotations

import asyncio
import os
import time
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

import orjson

from judge.errors import ModelError
from judge.models.adaptations import Adaptations, Shape
from judge.models.complaint import Complaint, read_complaint
from judge.models.completion import error_in, parsed, read_completion, stated_status
from judge.models.connections import drop_what_says_too_much
from judge.models.faults import fault
from judge.models.request import Adapted, Reply, Transient
from judge.models.retry_after import retry_after
from judge.models.secrets import Secrets, secret_headers

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx
    import openai

    from judge.models.endpoint import Endpoint
    from judge.models.request import Price, Request

_OPENAI_KEY: Final = "OPENAI_API_KEY"


class OpenAIModel:
    """A model behind an OpenAI-compatible server.

    Args:
        name: The spelling the user gave.
        model: The model's name at the server.
        endpoint: Where the server is, and its key.
        price: Its price, where known.
        connections: Most connections at once.
        timeout: Seconds of silence after which a connection is given up; the transport limits the whole attempt.
    """

    def __init__(
        self,
        name: str,
        model: str,
        endpoint: Endpoint,
        *,
        price: Price | None = None,
        connections: int = 32,
        timeout: float = 60,
    ) -> None:
        self._name = name
        self._model = model
        self._endpoint = endpoint
        self._price = price
        self._connections = connections
        self._timeout = timeout
        tokens = "max_completion_tokens" if endpoint.official else "max_tokens"
        self._adaptations = Adaptations(Shape(tokens=tokens))
        headers = secret_headers(os.environ) if endpoint.key_env == _OPENAI_KEY else []
        self._secrets = Secrets([endpoint.key, *headers])
        self._client: openai.AsyncOpenAI | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        import_module("openai")  # takes a second, which no attempt's time limit should have to cover

    def __repr__(self) -> str:
        return f"OpenAIModel({self._name!r}, {self._endpoint.base_url!r})"

    @property
    def name(self) -> str:
        """The spelling the user gave."""
        return self._name

    @property
    def identity(self) -> Mapping[str, Any]:
        """Endpoint id and exact model."""
        return {"endpoint": self._endpoint.id, "model": self._model}

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
        shape = self._adaptations.shape
        content = orjson.dumps(shape.body(self._model, request))
        started = time.perf_counter()
        response = await self._post(content)
        latency = time.perf_counter() - started
        raw = self._secrets.hide(response.content.decode("utf-8-sig", "replace"))
        body = parsed(raw)
        if response.status_code >= 300:  # noqa: PLR2004 - HTTP's own border
            complaint = read_complaint(raw if body is None else body)
            self._raise(response.status_code, complaint, shape, request, response.headers)
        if body is None:
            # No status: whether such a reply was paid for is as unknown as after a broken connection.
            raise Transient(f"{self._endpoint.host} answered 200 with a body that is no JSON")
        hidden = error_in(body)
        if hidden is not None:
            self._raise(stated_status(hidden), hidden, shape, request, response.headers)
        reply = read_completion(body, asked=self._model, mode=shape.mode, latency=latency, raw=raw)
        self._adaptations.prove(shape, request)
        return reply

    async def close(self) -> None:
        """Give back connections."""
        client, self._client = self._client, None
        if client is not None and self._loop is asyncio.get_running_loop():
            await client.close()

    async def _post(self, content: bytes) -> httpx.Response:
        import httpx  # noqa: PLC0415 - loaded by the first request only
        import openai  # noqa: PLC0415 - loaded by the first request only

        client = self._connected()
        # The SDK wants a missing key to be meant with each request.
        options: Any = {} if self._endpoint.key is not None else {"headers": {"Authorization": openai.Omit()}}
        try:
            # The low-level call: body and reply are written and read here, the SDK's own models would cost for nothing.
            return await client.post("/chat/completions", cast_to=httpx.Response, content=content, options=options)
        except openai.APIStatusError as error:
            return error.response
        except openai.APIConnectionError as error:
            trouble = _connection_trouble(error)
        # Raised outside the handler: the SDK's exception holds the request with its key and must not be chained.
        raise Transient(f"{self._endpoint.host}: {self._secrets.hide(trouble)}")

    def _raise(self, status: int, complaint: Complaint, shape: Shape, request: Request, headers: httpx.Headers) -> None:
        if self._adaptations.adapt(status, complaint, shape, request):
            raise Adapted(complaint.message, status=status)
        raise fault(
            status,
            complaint,
            model=self._name,
            host=self._endpoint.host,
            key_env=self._endpoint.key_env,
            retry_after=retry_after(headers),
        )

    def _connected(self) -> openai.AsyncOpenAI:
        """The client of this run; another one where the running loop is another."""
        loop = asyncio.get_running_loop()
        if self._client is None or self._loop is not loop:
            try:
                self._client = _client(self._endpoint, self._connections, self._timeout)
            except ValueError as error:
                # httpx reads the proxy variables, whose URLs may hold a password.
                raise ModelError(
                    f"no connection to {self._endpoint.host} can be set up",
                    hint="HTTPS_PROXY, HTTP_PROXY and ALL_PROXY are URLs like http://host:port",
                ) from error
            self._loop = loop
        return self._client


def _client(endpoint: Endpoint, connections: int, timeout: float) -> openai.AsyncOpenAI:
    import httpx  # noqa: PLC0415 - loaded by the first request only
    import openai  # noqa: PLC0415 - loaded by the first request only

    from judge.models.bodies import bound  # noqa: PLC0415 - it loads httpx

    drop_what_says_too_much()
    omitted: dict[str, Any] = {}
    if endpoint.key is None:
        omitted["Authorization"] = openai.Omit()
    foreign = endpoint.key_env != _OPENAI_KEY
    if foreign:
        names = (line.partition(":")[0].strip() for line in os.environ.get("OPENAI_CUSTOM_HEADERS", "").splitlines())
        omitted |= {name: openai.Omit() for name in names if name}
    http_client = openai.DefaultAioHttpClient(
        follow_redirects=False,
        trust_env=not endpoint.local,
        timeout=httpx.Timeout(timeout, connect=min(timeout, 10.0)),
        limits=httpx.Limits(max_connections=max(connections, 1), max_keepalive_connections=max(connections, 1)),
    )
    bound(http_client)
    client = openai.AsyncOpenAI(
        api_key=endpoint.key or "none",
        base_url=endpoint.base_url,
        max_retries=0,
        default_headers=omitted,
        http_client=http_client,
    )
    client.admin_api_key = None
    if foreign:
        client.organization = client.project = None
    return client


def _connection_trouble(error: BaseException) -> str:
    """What really went wrong: the SDK and its transport wrap the socket's error twice, once under a wrong name."""
    while error.__cause__ is not None:
        error = error.__cause__
    words = " ".join(str(error).split()) or "no details"
    return f"{type(error).__name__}: {words}"
