import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.models.complaint import Complaint
from judge.models.completion import error_in, parsed, read_completion, stated_status
from judge.models.request import Reply, TokenLogprob, Transient
from judge.scores import Reason


def body(message=None, **choice):
    """A completion."""
    return {
        "model": "m-2026",
        "choices": [{"message": {"content": "text"} if message is None else message, "finish_reason": "stop"} | choice],
        "usage": {"prompt_tokens": 7, "completion_tokens": 2},
    }


def calls(*arguments):
    """Tool calls with these arguments."""
    return [{"function": {"name": "judgement", "arguments": each}} for each in arguments]


def read(content):
    """The reply in a body."""
    return read_completion(content, asked="m", mode="schema", latency=0.5, raw="raw")


def test_a_plain_reply():
    """Text, model, usage, mode, latency and raw body are kept."""
    assert read(body()) == Reply(
        "text", "m-2026", prompt_tokens=7, completion_tokens=2, mode="schema", latency=0.5, raw="raw"
    )


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (
            body({"content": None, "tool_calls": [{"function": {"name": "judgement", "arguments": '{"a": 1}'}}]}),
            '{"a": 1}',
        ),
        (body({"content": "said instead", "tool_calls": []}), "said instead"),
        (body({"content": "said instead", "tool_calls": [{"function": {"arguments": None}}]}), "said instead"),
        (body({"content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}), "ab"),
        (body({"content": "text", "reasoning_content": '{"score": "no"}', "reasoning": "..."}), "text"),
        (body({"content": "text", "refusal": ""}), "text"),
        (body({"content": "Let me see.", "tool_calls": calls("{1}")}), "{1}"),
    ],
)
def test_where_the_text_is(content, text):
    """Arguments of the tool call, content, or its text parts; reasoning is never the answer."""
    assert read(content).text == text


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (body({"content": None, "tool_calls": calls("{1}", "{2}")}), "{1}\n{2}"),
        (body({"content": None, "tool_calls": calls("{1}", "{1}")}), "{1}"),
        (body({"content": " {2}", "tool_calls": calls("{1}")}), "{1}\n {2}"),
        (
            body() | {"choices": [*body({"content": "{1}"})["choices"], *body({"content": "{2}"})["choices"]]},
            "{1}\n{2}",
        ),
        (
            body() | {"choices": [*body({"content": "{1}"})["choices"], "?", *body({"content": "{1}"})["choices"]]},
            "{1}",
        ),
    ],
)
def test_answers_that_differ_are_all_kept(content, text):
    """None of several tool calls or choices is picked: the reader finds more than one object and takes none."""
    assert read(content).text == text


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (body({"content": None, "refusal": "I cannot."}), Reason.REFUSED),
        (body({"content": "x"}, finish_reason="refusal"), Reason.REFUSED),
        (body({"content": ""}, finish_reason="content_filter"), Reason.BLOCKED),
        (body({"content": "x"}, finish_reason="SAFETY"), Reason.BLOCKED),
        (body({"content": '{"a'}, finish_reason="length"), Reason.CUT),
        (body({"content": None}, finish_reason="length"), Reason.CUT),
        (body({"content": "x"}, finish_reason="max_tokens"), Reason.CUT),
    ],
)
def test_replies_that_cannot_be_used(content, problem):
    """A refused, blocked or cut reply is a reply, with its problem and its usage."""
    reply = read(content)
    assert (reply.problem, reply.prompt_tokens) == (problem, 7)
    assert reply.detail


@pytest.mark.parametrize(
    "content",
    [
        body({"content": None}),
        body({"content": "  \n"}),
        body({"content": []}),
        body({"content": 5}),
        {"choices": []},
        {"choices": None},
        {"choices": ["text"]},
        {"choices": [{"message": None}]},
        {},
        [],
        "text",
        None,
    ],
)
def test_nothing_to_read_may_pass(content):
    """No choice, or no text in it, may be different next time; the reply is kept, it may have been paid for."""
    with pytest.raises(Transient, match=r"the reply has no (text|choices)") as caught:
        read(content)
    assert (caught.value.reason, caught.value.reply.problem) == (Reason.EMPTY, Reason.EMPTY)


@pytest.mark.parametrize(
    "usage",
    [
        None,
        {},
        "many",
        {"prompt_tokens": None},
        {"prompt_tokens": "7"},
        {"prompt_tokens": -1},
        {"prompt_tokens": True},
        {"prompt_tokens": 7.5},
        {"prompt_tokens": 10**12},
        {"prompt_tokens": 10**30},
    ],
)
def test_unknown_usage_is_unknown(usage):
    """What the provider does not say, or says badly, is not zero."""
    reply = read(body() | {"usage": usage})
    assert (reply.prompt_tokens, reply.completion_tokens) == (None, None)


@pytest.mark.parametrize(("total", "written"), [(9, 2), (50, 43), (3, 2), (None, 2), ("50", 2)])
def test_reasoning_that_only_the_total_counts_is_paid_for(total, written):
    """What the total has beyond prompt and completion was written too; a total that says less changes nothing."""
    reply = read(body() | {"usage": {"prompt_tokens": 7, "completion_tokens": 2, "total_tokens": total}})
    assert (reply.prompt_tokens, reply.completion_tokens) == (7, written)


def test_the_model_that_answered_is_kept():
    """Another name than the one asked for is kept; without any, it is the one asked for."""
    assert read(body() | {"model": "other"}).model == "other"
    assert read(body() | {"model": None}).model == "m"


def test_logprobs_are_read():
    """Tokens, their log-probabilities and the alternatives."""
    top = [{"token": "yes", "logprob": -0.1}, {"token": "no", "logprob": -2.3}]
    reply = read(body(logprobs={"content": [{"token": "yes", "logprob": -0.1, "top_logprobs": top}]}))
    assert reply.logprobs == (TokenLogprob("yes", -0.1, (("yes", -0.1), ("no", -2.3))),)


@pytest.mark.parametrize(
    "logprobs",
    [
        None,
        {},
        {"content": None},
        {"content": [{}]},
        {"content": [{"token": "a", "logprob": None}]},
        {"content": [{"token": "a", "logprob": float("nan")}]},
        {"content": 5},
        "x",
    ],
)
def test_broken_logprobs_are_none(logprobs):
    """Log-probabilities that cannot be read are absent, and spoil nothing else."""
    reply = read(body(logprobs=logprobs))
    assert (reply.logprobs, reply.text) == ((), "text")


def test_errors_sent_with_200_are_found():
    """An error beside the choices or in the first one is an error; an empty one is none."""
    assert error_in({"error": {"message": "m", "code": 429}}) == Complaint("m", status=429)
    assert error_in(body(error={"message": "m"})) == Complaint("m")
    assert error_in(body() | {"error": None}) is None
    assert error_in("text") is None
    assert [stated_status(Complaint(status=status)) for status in (429, None, 0, 200, 9999)] == [
        429,
        500,
        500,
        500,
        500,
    ]


def test_what_servers_write_that_is_no_json():
    """NaN and Infinity in a body are read, since they stand in log-probabilities; HTML, depth and halves are not."""
    assert parsed('{"a": -Infinity}') == {"a": float("-inf")}
    assert parsed("<html>") is None
    assert parsed('{"a": ') is None
    assert parsed("[" * 100_000) is None


def test_what_no_database_takes_is_replaced():
    """Halves of surrogate pairs and NUL, in values and keys; a whole pair and an escaped backslash are left alone."""
    assert parsed(r'{"a\ud800": ["b\u0000", "\ud83d\ude00", "\\u0000", NaN, 1]}')["a\ufffd"][:3] == [
        "b\ufffd",
        "😀",
        "\\u0000",
    ]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda parts: (
        st.lists(parts, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "choices",
                    "message",
                    "content",
                    "usage",
                    "logprobs",
                    "tool_calls",
                    "function",
                    "arguments",
                    "type",
                    "text",
                ]
            ),
            parts,
        )
    ),
    max_leaves=15,
)


@settings(deadline=None, max_examples=300)
@given(JSON)
def test_no_body_breaks_it(content):
    """Whatever JSON a server sends, there is a reply or a transient error."""
    try:
        reply = read(content)
    except Transient as error:
        reply = error.reply
    assert isinstance(reply, Reply)
    assert error_in(content) is None or isinstance(error_in(content), Complaint)
