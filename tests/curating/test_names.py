"""Names in texts, by a spaCy model."""

import sys

import pytest

from judge.curating.names import Names
from judge.curating.redaction import redact
from judge.errors import UsageError
from judge.records import Document, Record

spacy = pytest.importorskip("spacy", reason="names are an extra")


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A model that knows two people and a town, in a folder, as a trained one would be."""
    nlp = spacy.blank("en")
    known = {"Priya Raman": "PERSON", "Wei Chen": "PERSON", "Leeds": "GPE", "[address": "PERSON", "Agent 7": "PERSON"}
    nlp.add_pipe("entity_ruler").add_patterns([{"label": what, "pattern": text} for text, what in known.items()])
    folder = tmp_path_factory.mktemp("model")
    nlp.to_disk(folder)
    return str(folder)


def test_people_are_replaced(model):
    """Whom the model calls a person, and who has a title, is replaced; towns and whatever holds a digit are not."""
    names = Names(model)
    assert names.redacted("Priya Raman of Leeds met Wei Chen.") == "[name] of Leeds met [name]."
    assert names.redacted("Dear Mr. Jean-Luc Dubois, ask Dr O’Brien") == "Dear Mr. [name], ask Dr [name]"
    assert names.redacted("Agent 7 is a product") == "Agent 7 is a product"
    assert names.redacted("") == ""


def test_names_and_patterns_together(model):
    """All texts of a record lose both names and what has a form, and placeholders stay as they are."""
    record = Record("1", "Sent to 12 High Street, Leeds LS1 4AP", "I am Priya Raman", documents=(Document("Wei Chen"),))
    found = redact(record, Names(model))
    assert (found.response, found.question) == ("Sent to [address]", "I am [name]")
    assert found.documents[0].text == "[name]"


def test_what_is_not_there_is_told(model, tmp_path, monkeypatch):
    """A model that is not installed, one without entities, and missing spaCy each end in what to type."""
    with pytest.raises(UsageError, match="python -m spacy download en_core_web_none"):
        Names("en_core_web_none")
    spacy.blank("en").to_disk(tmp_path / "empty")
    with pytest.raises(UsageError, match="finds no entities"):
        Names(str(tmp_path / "empty"))
    monkeypatch.setitem(sys.modules, "spacy", None)
    with pytest.raises(UsageError, match=r"evenhand\[redact\]"):
        Names(model)
