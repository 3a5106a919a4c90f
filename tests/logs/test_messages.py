import pytest

from judge.logs.messages import are_messages, calls_of, read_chat, role_of, text_of
from judge.records import Document


def say(role, content, **more):
    return {"role": role, "content": content, **more}


def test_one_question_is_its_own_words():
    """A single user turn is the question as it stands, and the system prompt stands apart."""
    chat = read_chat(
        [say("system", "Be kind."), say("developer", "Be brief."), say("user", "Hi"), say("assistant", "Hello")]
    )
    assert (chat.question, chat.response, chat.system) == ("Hi", "Hello", "Be kind.\n\nBe brief.")


def test_earlier_turns_are_shown_with_their_roles():
    """A judge sees the conversation up to the last user turn, calls and results included."""
    call = {"id": "c", "function": {"name": "find", "arguments": '{"q": 1}'}}
    chat = read_chat(
        [
            say("user", "Find it"),
            say("assistant", None, tool_calls=[call]),
            say("tool", "nothing", tool_call_id="c"),
            say("assistant", "There is none."),
            say("user", "Sure?"),
            say("assistant", "Yes."),
        ]
    )
    assert chat.question == (
        'User: Find it\n\nAssistant: [calls find({"q": 1})]\n\nTool: nothing\n\n'
        "Assistant: There is none.\n\nUser: Sure?"
    )
    assert chat.response == "Yes."
    assert chat.results == []


def test_what_tools_return_before_the_answer_are_documents():
    """The response has to be faithful to what the tools gave for it."""
    chat = read_chat(
        [
            say("user", "Weather?"),
            say("assistant", None, tool_calls=[{"function": {"name": "weather"}}]),
            say("tool", "rain", tool_call_id="c1", name="weather"),
            say("assistant", "Rain."),
        ]
    )
    assert chat.results == [Document("rain", id="c1", title="weather")]
    assert chat.calls == []


def test_a_turn_that_only_calls_is_no_response():
    """Where the assistant says nothing, the calls are known for the reason."""
    chat = read_chat([say("user", "Weather?"), say("assistant", None, tool_calls=[{"function": {"name": "weather"}}])])
    assert chat.response is None
    assert chat.calls == ["weather()"]


def test_a_chat_that_ends_with_the_user_has_no_response():
    """The answer must then stand elsewhere in the log."""
    chat = read_chat([say("user", "a"), say("assistant", "b"), say("user", "c")])
    assert (chat.response, chat.question) == (None, "User: a\n\nAssistant: b\n\nUser: c")


def test_a_chat_without_user():
    """What the assistant says unasked is a response without question."""
    chat = read_chat([say("system", "s"), say("assistant", "b")])
    assert (chat.question, chat.response) == (None, "b")


@pytest.mark.parametrize(
    ("message", "text"),
    [
        (say("user", "plain"), "plain"),
        (say("user", ""), ""),
        (say("user", [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]), "a\nb"),
        (
            say("user", [{"type": "image_url", "image_url": {"url": "u"}}, {"type": "text", "text": "what?"}]),
            "[image]\nwhat?",
        ),
        (say("user", [{"type": "input_audio", "input_audio": {}}]), "[audio]"),
        (say("user", [{"type": "blob", "modality": "video", "content": "aGk="}]), "[video]"),
        (say("user", ["a", "b"]), "a\nb"),
        ({"role": "user", "parts": [{"type": "text", "content": "otel"}]}, "otel"),
        ({"role": "tool", "parts": [{"type": "tool_call_response", "id": "c", "result": {"a": 1}}]}, '{"a": 1}'),
        ({"role": "tool", "parts": [{"type": "tool_call_response", "id": "c"}]}, None),
        ({"role": "tool", "content": [{"type": "tool_result", "content": [{"type": "text", "text": "r"}]}]}, "r"),
        (
            {"role": "assistant", "parts": [{"type": "reasoning", "content": "hm"}, {"type": "text", "content": "x"}]},
            "x",
        ),
        (say("assistant", None, refusal="No."), "No."),
        (say("assistant", [{"type": "refusal", "refusal": "No."}]), "No."),
        ({"from": "human", "value": "shared"}, "shared"),
        (say("assistant", None), None),
        (say("assistant", [{"type": "text", "text": 5}, 7]), None),
        (7, None),
    ],
)
def test_the_words_of_a_message(message, text):
    """Text is read from all usual shapes; other media are named, so that nothing is silently left out."""
    assert text_of(message) == text


@pytest.mark.parametrize(
    ("message", "role"),
    [
        (say("User", "x"), "user"),
        ({"from": "gpt", "value": "x"}, "assistant"),
        ({"type": "human", "content": "x"}, "user"),
        ({"type": "ai", "content": "x"}, "assistant"),
        (say("function", "x"), "tool"),
        (say("narrator", "x"), None),
        ({"type": "text", "text": "x"}, None),
        ("x", None),
    ],
)
def test_roles_in_the_words_of_many_tools(message, role):
    """Who speaks is told from role, from or type."""
    assert role_of(message) == role


def test_what_is_a_list_of_messages():
    """Every element must be a message, and there must be one."""
    assert are_messages([say("user", "x")])
    assert not are_messages([])
    assert not are_messages([say("user", "x"), "y"])
    assert not are_messages(say("user", "x"))


def test_calls_in_the_words_of_many_tools():
    """Calls are read from OpenAI's, the older function call, Anthropic's and OpenTelemetry's shapes."""
    assert calls_of({"function_call": {"name": "f", "arguments": "{}"}}) == ["f({})"]
    assert calls_of({"content": [{"type": "tool_use", "name": "g", "input": {"a": 1}}]}) == ['g({"a": 1})']
    assert calls_of({"parts": [{"type": "tool_call", "name": "h", "arguments": None}]}) == ["h()"]
    assert calls_of({"content": "x", "tool_calls": ["odd"]}) == []
