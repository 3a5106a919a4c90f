import pytest

from judge.logs.answers import beside_messages, read_answer, read_messages, read_question, reply_answers, with_history
from judge.logs.entry import Unreadable


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("words", "words"),
        ("", ""),
        (None, None),
        ('{"not": "decoded"}', '{"not": "decoded"}'),
        (["only"], "only"),
        ([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}], "a\nb"),
        ({"role": "assistant", "content": "said"}, "said"),
        ([{"role": "user", "content": "q"}, {"role": "assistant", "content": "said"}], "said"),
        ({"messages": [{"role": "assistant", "content": "said"}]}, "said"),
        ({"choices": [{"message": {"content": "said"}}]}, "said"),
        ({"choices": [{"text": "old"}]}, "old"),
        (
            {"object": "response", "output": [{"type": "message", "content": [{"type": "output_text", "text": "x"}]}]},
            "x",
        ),
        ({"answer": {"text": "deep"}}, "deep"),
        ({"output": "o", "text": "t"}, "o"),
    ],
)
def test_a_response_is_found_where_it_is_put(value, text):
    """Texts, messages, whole replies and objects with a usual key all hold one response."""
    assert read_answer(value, "output").text == text


def test_a_pair_is_a_response_and_its_rival():
    """Both sides of a pair are kept, also where they are messages."""
    answer = read_answer({"a": "one", "b": {"role": "assistant", "content": "two"}}, "output")
    assert (answer.text, answer.rival) == ("one", "two")


def test_what_else_stands_there_is_kept():
    """Nothing beside the words is lost, empty things excepted."""
    assert read_answer({"answer": "x", "confidence": 0.4}, "o").rest == {"confidence": 0.4}
    assert read_answer({"role": "assistant", "content": "x", "audio": None, "name": "bot"}, "o").rest == {"name": "bot"}
    assert read_answer({"output": {"answer": "x", "n": 1}}, "o").rest == {"n": 1}


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (5, r"the response \(`out`\) is a number; a response is text"),
        (True, r"the response \(`out`\) is true or false"),
        ({"a": 1, "b": "x"}, r"the response \(`out\.a`\) of the pair is no text"),
        ({"topic": "x", "n": 1}, r"is an object with topic, n, and it is not clear .*--map response=out\.KEY"),
        ({}, r"is an object with nothing"),
        (["a", "b"], r"the response \(`out`\) is a list of 2; a record has one response"),
        ({"answer": 3}, r"the response \(`out\.answer`\) is a number"),
        ({"choices": []}, r"the reply holds no choices"),
    ],
)
def test_what_is_no_response_is_refused(value, reason):
    """A response is never guessed from something else."""
    with pytest.raises(Unreadable, match=reason):
        read_answer(value, "out")


def test_a_reply_that_only_calls_says_so():
    """Calls in a message or in the output list of a reply are known for the reason."""
    call = {"message": {"content": None, "tool_calls": [{"function": {"name": "f", "arguments": "{}"}}]}}
    assert reply_answers({"choices": [call, {"text": "x"}]})[0].calls == ("f({})",)
    assert reply_answers({"output": [{"type": "function_call", "name": "g"}]})[0].calls == ("g",)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, (None, None)),
        ("words", ("words", None)),
        ({"question": "q", "lang": "en"}, ("q", {"lang": "en"})),
        ({"input": {"query": "q"}}, ("q", None)),
        ({"args": [], "kwargs": {"question": "q", "k": 5}}, ("q", {"k": 5})),
        ({"topic": "cats", "n": 2}, ('{"topic": "cats", "n": 2}', None)),
        ({"kwargs": {"topic": "cats"}}, ('{"kwargs": {"topic": "cats"}}', None)),
        ([{"type": "text", "text": "part"}], ("part", None)),
        ([1, 2], ("[1, 2]", None)),
        (7, ("7", None)),
    ],
)
def test_a_question_is_found_or_shown_whole(value, expected):
    """What was asked may be any object: its usual key, else all of it as JSON."""
    assert read_question(value) == expected


def test_a_chat_may_be_text_in_a_cell():
    """Messages are read from a list, an object around it, or the JSON of either."""
    for value in (
        [{"role": "user", "content": "q"}],
        {"messages": [{"role": "user", "content": "q"}], "model": "m"},
        '[{"role": "user", "content": "q"}]',
        '{"messages": [{"role": "user", "content": "q"}], "model": "m"}',
    ):
        chat = read_messages(value)
        assert chat is not None
        assert chat.question == "q"
        assert beside_messages(value) in (None, {"model": "m"})
    assert read_messages("[not json") is None
    assert read_messages('["words"]') is None


def test_history_goes_before_the_question():
    """Earlier turns, as messages or as pairs, make a conversation with the question at its end."""
    expected = "User: a\n\nAssistant: b\n\nUser: c"
    turns = [
        {"role": "system", "content": "s"},
        {"role": "user", "content": "a"},
        {"role": "assistant", "content": "b"},
    ]
    assert with_history(turns, "c") == expected
    assert with_history([["a", "b"]], "c") == expected
    assert with_history('[["a", "b"]]', "c") == expected
    assert with_history([], "c") == "c"
    assert with_history([["a", "b"]], None) == "User: a\n\nAssistant: b"
    assert with_history(["a", "b"], "c") is None
    assert with_history("once upon a time", "c") is None
