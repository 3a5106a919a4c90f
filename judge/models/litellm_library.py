"""The litellm library: loaded late, kept offline and quiet, its connections closed after use."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import warnings
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from judge.models.adaptations import OPTIONAL, Shape
from judge.models.request import Price

if TYPE_CHECKING:
    from collections.abc import Iterator

_QUIET: Final = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS": "True",
    "LITELLM_LOCAL_BLOG_POSTS": "True",
    "LITELLM_MODE": "PRODUCTION",
}
"""What keeps litellm from asking the network for its tables, and from reading keys out of a .env file."""

_LOGGING_PATIENCE: Final = 0.5
"""Seconds for bookkeeping that nobody here reads: whoever stopped a run wants the terminal back."""

_open_models: dict[int, int] = {}
"""Id of an event loop -> how many models of it are open: litellm's connections are shared among them."""


def load_litellm() -> Any:
    """litellm, imported when it is first needed, offline and quiet.

    It reads no price table from the network and no key from a .env file. Its clients follow no redirects: some
    providers take their key in a header that a redirect to another host would carry along.
    """
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    with _uncollected():
        import litellm  # noqa: PLC0415 - takes seconds to import

    if not getattr(litellm.in_memory_llm_clients_cache, "refuses_redirects", False):
        litellm.suppress_debug_info = True
        # Of answers that are not of the form it expects, each time that it logs one: they are read as they are.
        warnings.filterwarnings("ignore", message="Pydantic serializer warnings")
        with warnings.catch_warnings():
            # Built when first used, with pydantic's warnings about litellm's own types: nothing a user can act on.
            warnings.simplefilter("ignore")
            litellm.ModelResponse()
        litellm.in_memory_llm_clients_cache = _client_cache(type(litellm.in_memory_llm_clients_cache))
    return litellm


@contextmanager
def _uncollected() -> Iterator[None]:
    """No collection of garbage in the block: an import of thousands of modules makes none, and a quarter is saved."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _client_cache(base: Any) -> Any:
    """A cache of litellm's clients that keeps them from following redirects and from reading bodies without end.

    Every provider takes its client there.
    """
    import httpx  # noqa: PLC0415 - litellm has loaded it

    from judge.models.bodies import bound  # noqa: PLC0415 - likewise

    class ClientCache(base):  # type: ignore[misc] # the base is known only once litellm is imported
        refuses_redirects = True

        def set_cache(self, key: str, value: Any, **options: Any) -> Any:
            value.follow_redirects = False  # what AsyncHTTPHandler makes its next client with
            client: Any = getattr(value, "client", None) or getattr(value, "_client", None)
            if hasattr(client, "follow_redirects"):
                client.follow_redirects = False
            if isinstance(client, httpx.AsyncClient):
                bound(client)
                value.event_hooks = client.event_hooks  # likewise for its next one
            return super().set_cache(key, value, **options)

    return ClientCache()


def hold(loop: asyncio.AbstractEventLoop) -> None:
    """One more model uses litellm's connections in this loop."""
    _open_models[id(loop)] = _open_models.get(id(loop), 0) + 1


async def release(loop: asyncio.AbstractEventLoop) -> None:
    """One model less does; after the last one they are closed."""
    _open_models[id(loop)] -= 1
    if _open_models[id(loop)]:
        return
    del _open_models[id(loop)]
    try:
        await _finish_logging()
    finally:
        clients = load_litellm().in_memory_llm_clients_cache.cache_dict
        for key in [key for key in clients if key.endswith(f"-{id(loop)}")]:
            client = clients.pop(key)
            await client.close()


async def _finish_logging() -> None:
    """Let litellm's background worker end its bookkeeping of the calls, so that it carries none into another loop."""
    try:
        worker = import_module("litellm.litellm_core_utils.logging_worker").GLOBAL_LOGGING_WORKER
    except (ImportError, AttributeError):
        return  # another release of litellm without that worker
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_LOGGING_PATIENCE):
            await worker.flush()
    await worker.stop()


def first_shape(supported: list[str] | None) -> Shape:
    """The shape that litellm says the model takes, so that less has to be found out by refusals."""
    if supported is None:
        return Shape()
    dropped = {name for name in OPTIONAL if name not in supported}
    mode = "schema" if "response_format" in supported else "tool" if "tools" in supported else "text"
    return Shape(mode=mode, dropped=frozenset(dropped))


def bundled_price(litellm: Any, model: str) -> Price | None:
    """The price in the table that litellm ships."""
    try:
        known = litellm.get_model_info(model)
    except Exception:  # noqa: BLE001 - litellm raises a bare Exception for a model it has no price of
        return None
    prompt, completion = known.get("input_cost_per_token"), known.get("output_cost_per_token")
    return Price(prompt * 1e6, completion * 1e6) if prompt and completion else None
