"""Assigning: which version a conversation meets, the same one each time it is asked."""

from __future__ import annotations

import hashlib
import math
from typing import TYPE_CHECKING

from judge.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

_WHOLE = 2.0**64
EVEN = {"a": 1.0, "b": 1.0}


def assign(conversation: str, experiment: str, weights: Mapping[str, float] = EVEN, *, salt: str = "") -> str:
    """The version that a conversation is given in an experiment.

    A hash of salt, experiment and conversation is a number from 0 to 1; versions take it up in the order given, each as
    much as its weight. The same conversation therefore always meets the same version, on every machine; experiments
    with different names are independent of each other; and with two versions, raising the second one's weight moves
    conversations to it and none away. Only the standard library is used, in some microseconds.

    Args:
        conversation: What must stay together: a conversation's or a user's id.
        experiment: The experiment's name.
        weights: Version -> its share of the traffic, in any unit; equal parts of ``a`` and ``b`` where left out.
        salt: A text of your own, so that nobody outside can work out who meets what.

    Raises:
        UsageError: The weights are no shares, or there is no conversation or experiment.
    """
    if not conversation or not experiment:
        raise UsageError("a conversation and an experiment are needed", hint='judge.assign("c-17", "greeting")')
    total = 0.0
    for name, weight in weights.items():
        if not (weight >= 0 and math.isfinite(weight)):
            raise UsageError(f"weight {weight!r} of {name!r} is no share", hint="such as v1=0.9,v2=0.1")
        total += weight
    if total <= 0:
        raise UsageError("no version has a weight above 0", hint="such as v1=0.9,v2=0.1")
    place = share(conversation, experiment, salt=salt) * total
    taken = [name for name, weight in weights.items() if weight > 0]
    for name in taken[:-1]:
        place -= weights[name]
        if place < 0:
            return name
    return taken[-1]


def share(conversation: str, experiment: str, *, salt: str = "") -> float:
    """The number at or above 0 and below 1 that a conversation has in an experiment."""
    # Lengths go before the texts, so that no two different pairs of texts can be hashed as the same bytes.
    text = "".join(f"{len(part)}:{part}" for part in (salt, experiment, conversation))
    number = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")
    return min(number / _WHOLE, 1 - 2**-53)
