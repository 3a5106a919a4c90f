import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.models.complaint import Complaint, read_complaint


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (
            {"error": {"message": "No.", "type": "Bad", "param": "seed", "code": "Unsupported_Value"}},
            Complaint("No.", "unsupported_value", "bad", "seed"),
        ),
        ({"error": {"message": "Upstream", "code": 502}}, Complaint("Upstream", status=502)),
        ({"error": "model not found"}, Complaint("model not found")),
        (
            {"object": "error", "message": "m", "type": "BadRequestError", "code": 400},
            Complaint("m", "", "badrequesterror", status=400),
        ),
        (
            {"detail": [{"type": "extra_forbidden", "loc": ["body", "seed"], "msg": "Extra inputs are not permitted"}]},
            Complaint("Extra inputs are not permitted", kind="extra_forbidden", parameter="seed"),
        ),
        (
            {"message": {"detail": [{"type": "extra_forbidden", "loc": ["body", "tools"], "msg": "Extra inputs"}]}},
            Complaint("Extra inputs", kind="extra_forbidden", parameter="tools"),
        ),
        ({"detail": "Not Found"}, Complaint("Not Found")),
        ([{"error": {"message": "m", "status": "INVALID_ARGUMENT"}}], Complaint("m", kind="invalid_argument")),
        ("<html>\n  Bad   gateway</html>", Complaint("<html> Bad gateway</html>")),
        (None, Complaint()),
        ({}, Complaint()),
    ],
)
def test_every_shape_is_read(body, complaint):
    """Errors of OpenAI, gateways, vLLM, FastAPI, Mistral, Gemini and plain text come out alike."""
    assert read_complaint(body) == complaint


def test_long_words_are_cut():
    """A page of HTML does not end up in an error message."""
    assert len(read_complaint({"error": {"message": "x" * 100_000}}).message) == 500


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda parts: (
        st.lists(parts, max_size=3)
        | st.dictionaries(
            st.sampled_from(["error", "message", "detail", "code", "type", "param", "loc", "msg", "status"]), parts
        )
    ),
    max_leaves=10,
)


@settings(deadline=None, max_examples=200)
@given(VALUES)
def test_no_body_breaks_it(body):
    """Whatever a server sends, there is a complaint with words for it."""
    assert isinstance(read_complaint(body).message, str)
