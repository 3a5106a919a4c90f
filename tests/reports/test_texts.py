from judge.records import Document, Record
from judge.reports.texts import MOST, texts_of


def test_what_raters_saw_in_their_order():
    """The fields a rubric reads, in its order, with documents by title; what a record lacks is left out."""
    documents = (Document("One.", title="Returns"), Document(" "), Document("Two.", id="d2"), Document("Three."))
    record = Record(id="1", question="Q?", response="R.", documents=documents, metadata={"tone": "calm"})
    found = texts_of(record, ("question", "documents", "reference", "response", "metadata.tone"))
    assert [(each.name, each.title, each.text) for each in found] == [
        ("question", "Question", "Q?"),
        ("documents[0]", "Returns", "One."),
        ("documents[2]", "d2", "Two."),
        ("documents[3]", "Document 4", "Three."),
        ("response", "Response", "R."),
        ("metadata.tone", "metadata.tone", "calm"),
    ]


def test_pairs_are_a_and_b():
    """The two responses of a pair are called as the rubric's values are."""
    found = texts_of(Record(id="1", response="R.", rival="S."), ("response", "rival"))
    assert [each.title for each in found] == ["Response A", "Response B"]


def test_a_long_text_is_cut_and_says_so():
    """A page of each text at most."""
    (found,) = texts_of(Record(id="1", response="x" * (MOST + 1)), ("response",))
    assert (len(found.text), found.cut) == (MOST, True)
