"""What every part of a report's form has in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """A part of a report: no fields but its own, and none of them changes."""

    model_config = ConfigDict(extra="forbid", frozen=True)
