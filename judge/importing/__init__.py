"""Importing: what logs hold goes into the store, and what cannot go in is told and kept."""

from judge.importing.importer import Importer
from judge.importing.labels import Labels
from judge.importing.report import ImportReport

__all__ = ["ImportReport", "Importer", "Labels"]
