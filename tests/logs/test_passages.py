import pytest

from judge.logs.entry import Unreadable
from judge.logs.passages import read_documents
from judge.records import Document


@pytest.mark.parametrize(
    ("value", "documents"),
    [
        ("one text", (Document("one text"),)),
        ("", ()),
        ("  ", ()),
        ([], ()),
        (["a", "b"], (Document("a"), Document("b"))),
        ('["a", "b"]', (Document("a"), Document("b"))),
        ('[{"text": "a", "id": 7}]', (Document("a", id="7"),)),
        ("[1] Returns are accepted.", (Document("[1] Returns are accepted."),)),
        ('{"price": 3}', (Document('{"price": 3}'),)),
        ([{"page_content": "a", "metadata": {"source": "x.md"}}], (Document("a", title="x.md"),)),
        ([{"content": "a", "doc_id": "d1", "title": "T"}], (Document("a", id="d1", title="T"),)),
        ({"text": "a", "id": "d"}, (Document("a", id="d"),)),
        ({"d1": "a", "d2": "b"}, (Document("a", id="d1"), Document("b", id="d2"))),
        ({"price": 3, "sizes": [40, 41]}, (Document('{"price": 3, "sizes": [40, 41]}'),)),
        ([{"document": {"text": "a", "id": "d"}}], (Document("a", id="d"),)),
        ([{"text": "a", "title": ""}], (Document("a"),)),
    ],
)
def test_documents_in_all_usual_shapes(value, documents):
    """Texts, objects with a text and a name, JSON in a cell, and named texts are documents."""
    assert read_documents(value) == (documents, [])


def test_what_else_a_retriever_says_is_kept():
    """Scores and the rest come back beside the documents, in their order."""
    _, others = read_documents([{"text": "a", "score": 0.9}, "b", {"text": "c", "metadata": {"page": 3}}])
    assert others == [{"score": 0.9}, {}, {"page": 3}]
    _, others = read_documents([{"document": {"text": "a", "lang": "en"}, "score": 1, "metadata": "m"}])
    assert others == [{"lang": "en", "score": 1, "metadata": "m"}]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (5, "the documents are a number, neither texts nor objects with a text"),
        (["a", 5], "document 2 is neither a text nor an object with its text under one of: text, content"),
        ([{"id": "d", "score": 1}], "document 1 is neither a text nor an object"),
        ([{"document": {"id": 1}}], "document 1 is neither a text nor an object"),
    ],
)
def test_what_is_no_document_is_refused(value, reason):
    """A judge must not be shown less than the log meant: the line is kept out with the reason."""
    with pytest.raises(Unreadable, match=reason):
        read_documents(value)
