"""Evenhand with the litellm backend."""

from __future__ import annotations

from typing import TYPE_CHECKING

import with_evenhand

if TYPE_CHECKING:
    from pathlib import Path

    from gathered import Work


def make(url: str, concurrency: int, folder: Path | None) -> Work:
    """The server is told to litellm by the environment."""
    return with_evenhand.make(url, concurrency, folder, "litellm/openai/m")
