"""Embeddings: texts as vectors of a model in a local folder, so that the same in other words is not new."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from judge.errors import WatchError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray


class Embedder(Protocol):
    """A model that gives texts vectors."""

    def encode(self, texts: Sequence[str]) -> ArrayLike:
        """One row a text, shape (N, D)."""


def open_embedder(name: str) -> Embedder:
    """The model in a folder: one of model2vec, or else one of sentence-transformers. Nothing is fetched.

    Raises:
        WatchError: There is no such folder, or the package that reads it is not installed.
    """
    folder = Path(name)
    if not folder.is_dir():
        hint = "a model is a folder on this machine, as model2vec or sentence-transformers writes it"
        raise WatchError(f"there is no folder {name!r}", where="embeddings", hint=hint)
    package = "model2vec" if _is_static(folder) else "sentence_transformers"
    try:
        module: Any = importlib.import_module(package)
    except ImportError as error:
        hint = f"pip install {package.replace('_', '-')}"
        raise WatchError(f"{name!r} needs {package}, which is not installed", where="embeddings", hint=hint) from error
    model: Embedder = (
        module.StaticModel.from_pretrained(str(folder))
        if package == "model2vec"
        else module.SentenceTransformer(str(folder), local_files_only=True)
    )
    return model


def _is_static(folder: Path) -> bool:
    try:
        found = json.loads((folder / "config.json").read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(found, dict) and found.get("model_type") == "model2vec"


def embed(model: Embedder, texts: Sequence[str]) -> NDArray[np.float32]:
    """Vectors of unit length, shape (N, D); a text without a vector gets nothing but zeros."""
    rows = np.nan_to_num(np.asarray(model.encode(list(texts)), dtype=np.float32))
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return (rows / np.where(lengths > 0, lengths, 1)).astype(np.float32)
