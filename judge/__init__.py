"""Evenhand: LLM judges whose every number comes corrected, with an interval, or says it is uncalibrated."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from judge.assigning import assign
    from judge.errors import (
        BrokenError,
        BudgetError,
        CalibrationError,
        EvenhandError,
        InputError,
        LogError,
        ModelError,
        NotFoundError,
        RubricError,
        ScaleError,
        SettingsError,
        StoreError,
        UnfinishedError,
        UsageError,
    )
    from judge.judging import Judged, ajudge_records, judge_records
    from judge.logbook import Logbook
    from judge.logs import read_log
    from judge.models.scripted import Scripted
    from judge.records import Document, Record
    from judge.rubric.load import load_rubric, parse_rubric, shipped_rubrics
    from judge.rubric.schema import Criterion, Rubric
    from judge.scales import Level, Scale, Score
    from judge.scores import Abstention, Judgement, Quote, Rating, Reason

_HOME = {
    "judge.assigning": ("assign",),
    "judge.errors": (
        *("BrokenError", "BudgetError", "CalibrationError", "EvenhandError", "InputError", "LogError", "ModelError"),
        *("NotFoundError", "RubricError", "ScaleError", "SettingsError", "StoreError", "UnfinishedError", "UsageError"),
    ),
    "judge.judging": ("Judged", "ajudge_records", "judge_records"),
    "judge.logbook": ("Logbook",),
    "judge.logs": ("read_log",),
    "judge.models.scripted": ("Scripted",),
    "judge.records": ("Document", "Record"),
    "judge.rubric.load": ("load_rubric", "parse_rubric", "shipped_rubrics"),
    "judge.rubric.schema": ("Criterion", "Rubric"),
    "judge.scales": ("Level", "Scale", "Score"),
    "judge.scores": ("Abstention", "Judgement", "Quote", "Rating", "Reason"),
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names}

__all__ = [
    "Abstention",
    "BrokenError",
    "BudgetError",
    "CalibrationError",
    "Criterion",
    "Document",
    "EvenhandError",
    "InputError",
    "Judged",
    "Judgement",
    "Level",
    "LogError",
    "Logbook",
    "ModelError",
    "NotFoundError",
    "Quote",
    "Rating",
    "Reason",
    "Record",
    "Rubric",
    "RubricError",
    "Scale",
    "ScaleError",
    "Score",
    "Scripted",
    "SettingsError",
    "StoreError",
    "UnfinishedError",
    "UsageError",
    "ajudge_records",
    "assign",
    "judge_records",
    "load_rubric",
    "parse_rubric",
    "read_log",
    "shipped_rubrics",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used (PEP 562): importing the package alone loads nothing heavy."""
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'judge' has no attribute {name!r}")
    value = getattr(import_module(_MODULE_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
