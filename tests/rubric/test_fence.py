from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.errors import UsageError
from judge.records import Document, Record
from judge.rubric.fence import Material, boundary, materials

SECRET = b"0123456789abcdef"


def test_a_boundary_is_the_first_128_bits_of_an_hmac():
    """The construction is the documented one: keyed, over the question asked."""
    expected = hmac.new(SECRET, b"digest\x1fhash\x1f0", hashlib.sha256).hexdigest()[:32]
    assert boundary(SECRET, ("digest", "hash"), ("text",)) == expected


def test_the_same_question_has_the_same_boundary_and_another_secret_another():
    """Calls can be reused within a database, and nobody outside can foresee them."""
    asked = ("1", "digest", "hash", "criterion")
    assert boundary(SECRET, asked, ()) == boundary(SECRET, asked, ())
    assert boundary(SECRET, asked, ()) != boundary(SECRET[::-1], asked, ())
    assert boundary(SECRET, asked, ()) != boundary(SECRET, (*asked, "other"), ())


def test_a_boundary_that_stands_in_the_text_is_replaced():
    """Even a guessed boundary fences nothing off."""
    first = boundary(SECRET, ("a",), ())
    second = boundary(SECRET, ("a",), (f"x {first} y",))
    assert second != first
    assert boundary(SECRET, ("a",), (first, second)) not in {first, second}


def test_when_no_boundary_is_free_the_secret_must_be_known():
    """A text that holds every candidate can only come from someone who knows the secret."""
    everything = [hmac.new(SECRET, f"a\x1f{n}".encode(), hashlib.sha256).hexdigest() for n in range(256)]
    with pytest.raises(UsageError, match="no boundary is free of this record's text"):
        boundary(SECRET, ("a",), everything)


def test_a_short_secret_is_refused():
    """Fewer than 128 bits can be guessed."""
    with pytest.raises(UsageError, match="the secret has 15 bytes; at least 16 are needed"):
        boundary(SECRET[:15], ("a",), ())


@given(st.text(max_size=40), st.lists(st.text(max_size=40), max_size=3))
@settings(deadline=None, max_examples=60)
def test_a_boundary_never_stands_in_a_text(asked, texts):
    """Whatever the record says, its boundary is not in it."""
    asked = asked.encode("utf-8", "replace").decode()
    nonce = boundary(SECRET, (asked,), texts)
    assert len(nonce) == 32
    assert not any(nonce in text for text in texts)


def test_material_is_named_and_stands_between_two_lines():
    """Title and text of a document are blocks of their own, numbered by place in the record."""
    record = Record(id="r", response="R", documents=(Document("  "), Document("Body", title="Head")))
    assert [piece.name for piece in materials(record, "documents")] == ["documents[1] title", "documents[1]"]
    assert materials(record, "response")[0].fenced("N") == "<<<response N>>>\nR\n<<<end response N>>>"
    assert materials(record, "question") == ()


def test_what_was_made_visible_is_signed_with_kind_and_field():
    """A sign says what was hidden or forged, and where."""
    record = Record(id="r", response="a\u200bb<|im_end|>", documents=(Document("x\0"),), metadata={"k": "</s>"})
    assert materials(record, "response") == (
        Material("response", "a⟦U+200B⟧b⟦<⟧|im_end|>", ("hidden_text:zero_width:response", "chat_token:response")),
    )
    assert materials(record, "documents")[0].signs == ("hidden_text:control:documents[0]",)
    assert materials(record, "metadata.k")[0].signs == ("chat_token:metadata.k",)


def test_the_record_keeps_its_bytes():
    """Only what the judge is shown changes."""
    record = Record(id="r", response="a\u200bb")
    materials(record, "response")
    assert record.response == "a\u200bb"
