"""Prices: what a call costs, and the most it can cost before it is made."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from judge.models.request import Price

if TYPE_CHECKING:
    from collections.abc import Mapping

    from judge.models.request import Request
    from judge.settings import Settings

FREE: Final = Price(0.0, 0.0)

_MILLION: Final = 1_000_000
_DATED: Final = re.compile(r"-(?:\d{4}-\d{2}-\d{2}|\d{8})$")
_FRAMING: Final = 64
"""Tokens that a chat template adds to a request at most, and again to each message."""


@dataclass(frozen=True, slots=True)
class PriceTable:
    """The shipped prices.

    Attributes:
        version: Date of the table, which a run stores.
        source: Where the prices come from.
        prices: Spelling of a model -> its price.
    """

    version: str
    source: str
    prices: Mapping[str, Price]


@cache
def shipped_prices() -> PriceTable:
    """The table that ships with the package."""
    data: dict[str, Any] = tomllib.loads(files("judge.models").joinpath("prices.toml").read_text(encoding="utf-8"))
    prices = {name: Price(**fields) for name, fields in data["models"].items()}
    return PriceTable(str(data["date"]), data["source"], prices)


def price_of(spelling: str, settings: Settings) -> Price | None:
    """The price of a model; None where none is known.

    The operator's ``[prices."MODEL"]`` goes before the shipped table, for the whole spelling or for the model's name
    alone. A dated name (``gpt-5-mini-2025-08-07``) has the price of the name without its date.
    """
    for name in (spelling, spelling.partition("/")[2]):
        own = settings.prices.get(name)
        if own is not None:
            return Price(own.prompt, own.completion)
    prices = shipped_prices().prices
    return prices.get(spelling) or prices.get(_DATED.sub("", spelling))


def cost(price: Price | None, prompt_tokens: int | None, completion_tokens: int | None) -> float | None:
    """US dollars that a call cost; None where its price or its usage is unknown (zero where it is free)."""
    if price == FREE:
        return 0.0
    if price is None or prompt_tokens is None or completion_tokens is None:
        return None
    prompt, completion = price.prompt, price.completion
    if price.above is not None and prompt_tokens > price.above:
        prompt, completion = price.prompt_above, price.completion_above
    return (prompt_tokens * prompt + completion_tokens * completion) / _MILLION


def most_prompt_tokens(request: Request) -> int:
    """An upper bound of the tokens a request is read as: its UTF-8 bytes, plus the chat template's framing.

    No tokenizer in use reads a byte as more than one token. The schema counts too, since a model may be shown it.
    """
    import orjson  # noqa: PLC0415 - only paid runs need it

    text = sum(len(message["content"].encode("utf-8", "surrogatepass")) for message in request.messages)
    return text + len(orjson.dumps(request.schema)) + _FRAMING * (1 + len(request.messages))


def ceiling(price: Price | None, prompt_tokens: int, max_tokens: int) -> float | None:
    """The most US dollars that a call can cost; None where the price is unknown.

    Args:
        price: The model's price.
        prompt_tokens: An upper bound, from `most_prompt_tokens`.
        max_tokens: Most tokens of the reply.
    """
    if price is None:
        return None
    least = cost(price, prompt_tokens, max_tokens)
    if price.above is None or prompt_tokens <= price.above:
        return least
    below = (prompt_tokens * price.prompt + max_tokens * price.completion) / _MILLION
    return max(below, least or 0.0)
