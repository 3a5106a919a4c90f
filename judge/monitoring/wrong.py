"""Mistakes in a watch file that concern several keys, in words for its writer."""

from __future__ import annotations

from pydantic_core import PydanticCustomError


def wrong(message: str, *at: str | int) -> PydanticCustomError:
    """The error that a validator raises.

    Args:
        message: What is wrong, and what is allowed.
        at: The key concerned, below the part that is validated.
    """
    return PydanticCustomError("watch", "{message}", {"message": message, "at": at})
