"""Logs: files that other programs wrote, as a stream of records with the labels and judge outputs beside them."""

from judge.logs.convert import other_criteria, to_judgements, to_ratings
from judge.logs.dialect import FORMATS
from judge.logs.entry import Entry, Feedback, Label, Output, Reject
from judge.logs.mapping import FIELDS
from judge.logs.reading import Reading, read_log, read_row

__all__ = [
    "FIELDS",
    "FORMATS",
    "Entry",
    "Feedback",
    "Label",
    "Output",
    "Reading",
    "Reject",
    "other_criteria",
    "read_log",
    "read_row",
    "to_judgements",
    "to_ratings",
]
