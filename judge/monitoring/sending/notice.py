"""Notice: what is sent of an alert."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Notice:
    """What is sent of one alert, the same to every channel.

    Attributes:
        key: Unique for what it tells: the same alert told again has the same key and is not sent again.
        level: ``warn``, ``alert``, or ``resolved``.
        title: One sentence: what happened, where.
        lines: What stands behind it, a line each.
        advice: What to do, a line each.
        time: When it was found (timezone-aware).
        watch: The watch it belongs to.
        payload: All of it for programs (JSON values).
    """

    key: str
    level: str
    title: str
    time: datetime
    watch: str
    lines: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()
    payload: dict[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """All of it as plain text."""
        return "\n".join([self.title, *(f"  {line}" for line in self.lines), *(f"→ {line}" for line in self.advice)])

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self) | {"time": self.time.isoformat()}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Notice:
        """From what `to_json` gave."""
        return cls(
            **{
                **value,
                "time": datetime.fromisoformat(value["time"]),
                "lines": tuple(value["lines"]),
                "advice": tuple(value["advice"]),
            }
        )
