"""The baseline judge: embedded, offline, no LLM."""

from judge.models.baseline.model import BaselineModel

__all__ = ["BaselineModel"]
