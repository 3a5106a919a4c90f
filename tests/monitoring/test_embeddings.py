import json
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from judge.errors import WatchError
from judge.monitoring.embeddings import embed, open_embedder
from judge.monitoring.new_texts import look_for_new
from judge.monitoring.shelf import Shelf
from judge.records import Record
from judge.store import datasets


class Meaning:
    """A stub: one direction for questions about money, another for all else."""

    def __init__(self, name, **options):
        self.opened = (name, options)

    def encode(self, texts):
        """Vectors that are not of unit length."""
        return [[3.0, 0.0] if "coin" in text else [0.0, 2.0] for text in texts]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "model").mkdir()
    return tmp_path / "model"


def test_a_static_model_is_opened_by_model2vec(folder, monkeypatch):
    """A folder that says it is of model2vec is opened by that package, from the folder and nowhere else."""
    stub = SimpleNamespace(StaticModel=SimpleNamespace(from_pretrained=Meaning))
    monkeypatch.setitem(sys.modules, "model2vec", stub)
    (folder / "config.json").write_text(json.dumps({"model_type": "model2vec"}))
    assert open_embedder(str(folder)).opened == (str(folder), {})


def test_any_other_model_is_opened_by_sentence_transformers(folder, monkeypatch):
    """Other folders are sentence-transformers', which is told to fetch nothing."""
    monkeypatch.setitem(sys.modules, "sentence_transformers", SimpleNamespace(SentenceTransformer=Meaning))
    assert open_embedder(str(folder)).opened == (str(folder), {"local_files_only": True})


def test_what_is_missing_is_named(folder, monkeypatch):
    """A name that is no folder, and a package that is not installed, are told with what to do."""
    with pytest.raises(WatchError, match="there is no folder 'all-minilm'"):
        open_embedder("all-minilm")
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(WatchError, match="pip install sentence-transformers"):
        open_embedder(str(folder))


def test_vectors_have_unit_length():
    """Vectors are scaled to 1; none is left as nothing."""
    found = embed(SimpleNamespace(encode=lambda _: [[3.0, 4.0], [0.0, 0.0], [float("nan"), 1.0]]), ["a", "b", "c"])
    assert np.allclose(found, [[0.6, 0.8], [0, 0], [0, 1]])


def test_what_words_cannot_tell_vectors_can(db):
    """Questions whose words are all unlike, but whose meaning has moved, are told apart with vectors only."""
    dataset = datasets.ensure(db, "d")
    rows = [Record(id=f"q{n}", question=f"w{n}x {'coin' if n >= 100 else 'leaf'}{n}", response="r") for n in range(200)]
    _, keys = datasets.add(db, dataset, rows)
    draws = [[(n, keys[f"q{n}"]) for n in part] for part in (range(100, 200), range(100))]
    with_words = look_for_new("questions", *Shelf(db).read("questions", *draws), seed=1)
    with_vectors = look_for_new("questions", *Shelf(db, Meaning("m")).read("questions", *draws), seed=1)
    assert abs(with_words.score) < 3
    assert with_vectors.score > 6
