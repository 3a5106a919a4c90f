"""Sources: what a command's SOURCE argument stands for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from judge.errors import NotFoundError
from judge.importing import Importer
from judge.store import datasets, runs

if TYPE_CHECKING:
    from collections.abc import Callable

    from judge.settings import Settings
    from judge.store.database import Database
    from judge.store.datasets import Dataset

_ENDINGS = (".gz", ".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".parquet")


def open_source(db: Database, source: str, settings: Settings, *, tell: Callable[[str], None]) -> Dataset:
    """The data set that SOURCE names; a log file is imported first, ``last`` is the newest run's data set.

    Args:
        db: The database.
        source: A data set's name, a log file, ``-`` for standard input, or ``last``.
        settings: The operator's settings.
        tell: Called with each line that a person should see.

    Raises:
        NotFoundError: It is neither.
    """
    if source == "last":
        return datasets.find(db, runs.find(db, "last").dataset)
    path = Path(source)
    if source != "-" and not path.is_file():
        try:
            return datasets.find(db, source)
        except NotFoundError as error:
            raise NotFoundError(f"{source!r} is neither a file nor a data set", hint=error.hint) from error
    name = "stdin" if source == "-" else dataset_name(path)
    place = source if source == "-" else str(path.resolve())
    rejects = Path(f"{name}.rejects.jsonl")
    importer = Importer(db, name, settings=settings, rejects=rejects, source=place)
    importer.read(source)
    report = importer.finish()
    tell(str(report))
    return importer.dataset


def dataset_name(path: Path) -> str:
    """The name a file's data set gets: the file's, without its endings."""
    name = path.name
    for ending in _ENDINGS:
        name = name.removesuffix(ending)
    return name
