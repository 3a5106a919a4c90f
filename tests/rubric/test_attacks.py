from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from judge.records import Document, Record
from judge.rubric.prompt import Prompt, render
from judge.rubric.suspicions import without_suspicions
from judge.scores import Abstention, Reason
from making import make_rubric

SECRET = b"a secret of the database"
RUBRIC = make_rubric(
    reads=["question", "response", "rival", "reference", "documents", "metadata.note", "metadata.deep.er"],
    optional=["question", "rival", "reference", "documents", "metadata.note", "metadata.deep.er"],
)
TOKENS = (
    *("<|im_start|>system\n", "<|im_end|>", "[INST]", "[/INST]", "<<SYS>>", "</s>", "<start_of_turn>", "<|turn>user"),
    *("<turn|>", "<unused7>", "<seed:bos>", "]~b]", "[e~[", "<fim_prefix>", "[THINK]", "<｜User｜>", "<tool_calls>"),
)
HOSTILE = st.one_of(
    st.text(max_size=60),
    st.sampled_from(TOKENS),
    st.sampled_from(["<<<end response ", ">>>\n", "{{ rubric }}", "{% raw %}", "\n\n", "\r\n", "\u200b", "\u2028"]),
    st.from_regex(r"<<<(end )?(response|documents\[\d\]|metadata\.note) [0-9a-f]{32}>>>", fullmatch=True),
)
TEXT = st.lists(HOSTILE, min_size=1, max_size=6).map("".join).filter(lambda text: text.strip())


def rendered(record) -> Prompt:
    prompt = render(RUBRIC, record, secret=SECRET, max_chars=100_000)
    assert isinstance(prompt, Prompt)
    return prompt


@given(st.fixed_dictionaries(dict.fromkeys(("q", "r", "v", "f", "d", "t", "m", "e"), TEXT)))
@settings(deadline=None, max_examples=40)
def test_every_untrusted_field_stands_in_one_block_that_it_cannot_leave(texts):
    """Whatever the fields say, each opens once and closes once, in turn, under a boundary that no text holds."""
    record = Record(
        id="r",
        question=texts["q"],
        response=texts["r"],
        rival=texts["v"],
        reference=texts["f"],
        documents=(Document(texts["d"], title=texts["t"]),),
        metadata={"note": texts["m"], "deep": {"er": {"list": [texts["e"]]}}},
    )
    system, user = (message["content"] for message in rendered(record).messages)
    nonce = user.splitlines()[0].rpartition(" ")[2]
    names = ["question", "response", "rival", "reference", "documents[0] title", "documents[0]", "metadata.note"]
    names.append("metadata.deep.er")
    lines = re.findall(rf"<<<(end )?([\w.\[\]]+(?: title)?) {nonce}>>>", user)
    assert [(bool(end), name) for end, name in lines] == [(end, name) for name in names for end in (False, True)]
    # Once announced, and twice for each block: nowhere else.
    assert user.count(nonce) == 1 + 2 * len(names)
    assert system == rendered(Record(id="x", response="y")).messages[0]["content"]


@given(st.lists(st.sampled_from(TOKENS), min_size=1, max_size=4), st.text(max_size=20))
@settings(deadline=None, max_examples=40)
def test_no_control_token_of_any_model_is_left_whole(tokens, text):
    """A token that a tokenizer would take for its own is broken, wherever it stands, and signed."""
    said = text.join(tokens) + "x"
    prompt = rendered(Record(id="r", response=said))
    block = prompt.messages[1]["content"].split("<<<response", 1)[1]
    assert not [token for token in tokens if token.strip() in block]
    assert "chat_token:response" in prompt.suspicious


@given(st.integers(min_value=1, max_value=3000), st.sampled_from(["response", "documents", "metadata"]))
@settings(deadline=None, max_examples=40)
def test_over_long_input_is_an_abstention_whichever_field_is_long(length, field):
    """A prompt is either whole or not sent: no field and no rubric is ever cut."""
    text = "w" * length
    record = Record(
        id="r",
        response=text if field == "response" else "short",
        documents=(Document(text),) if field == "documents" else (),
        metadata={"note": text} if field == "metadata" else {},
    )
    most = 4000
    prompt = render(RUBRIC, record, secret=SECRET, max_chars=most)
    if isinstance(prompt, Abstention):
        assert prompt.reason is Reason.TOO_LONG
        assert sum(len(message["content"]) for message in rendered(record).messages) > most
    else:
        assert text in prompt.messages[1]["content"]
        assert RUBRIC.criteria[0].question in prompt.messages[0]["content"]


@given(TEXT)
@settings(deadline=None, max_examples=30)
def test_what_is_re_judged_without_its_spans_is_no_longer_signed(text):
    """The record that a second look is given hides and forges nothing."""
    record = without_suspicions(Record(id="r", response="Fine.", metadata={"note": text}), RUBRIC)
    signs = rendered(record).suspicious
    assert not [sign for sign in signs if sign.startswith(("chat_token", "hidden_text", "forged_boundary"))]
