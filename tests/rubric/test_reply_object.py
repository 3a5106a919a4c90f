from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.rubric.reply_object import MAX_DEPTH, MAX_LENGTH, FlawError, brief, describe, read_object
from judge.scores import Reason

GOOD = '{"c": {"score": "a"}}'


def flaw(text: str) -> tuple[Reason, str]:
    """Reason and code with which a reply is refused."""
    with pytest.raises(FlawError) as caught:
        read_object(text)
    assert caught.value.detail == f"{caught.value.code}: {caught.value.words}"
    return caught.value.reason, caught.value.code


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        f"\n  {GOOD}\t\n",
        f"```json\n{GOOD}\n```",
        f"```\n{GOOD}\n```\n",
        f"  ```JSON  \n\n{GOOD}\n\n  ```",
        f"<think>It says {{ maybe }} a.</think>{GOOD}",
        f"\n<think>\n{GOOD}\n</think>\n\n```json\n{GOOD}\n```",
        f"The documents say so.\n</think>\n{GOOD}",
    ],
)
def test_one_whole_object_is_read_where_it_stands(text):
    """White space, one code fence and a closed reasoning part may stand around it."""
    reply = read_object(text)
    assert reply.content == json.loads(GOOD)
    assert text[reply.start : reply.end] == GOOD


@pytest.mark.parametrize(
    ("text", "reason", "code"),
    [
        ("", Reason.EMPTY, "empty"),
        (" \n\t ", Reason.EMPTY, "empty"),
        ("```json\n\n```", Reason.EMPTY, "empty"),
        ("<think>yes</think>", Reason.EMPTY, "empty"),
        ("<think>The answer is a", Reason.CUT, "thinking"),
        (f"<think>{GOOD}", Reason.CUT, "thinking"),
        ("{", Reason.CUT, "cut"),
        ('{"c": {"score": "a"}', Reason.CUT, "cut"),
        ('{"c": {"score": "a', Reason.CUT, "cut"),
        ('{"c": {"score": "a\\', Reason.CUT, "cut"),
        (f"```json\n{GOOD[:-1]}\n```", Reason.CUT, "cut"),
        (f"Here it is: {GOOD}", Reason.UNREADABLE, "prose"),
        (f"{GOOD} I hope this helps.", Reason.UNREADABLE, "prose"),
        (f"Sure!\n```json\n{GOOD}\n```", Reason.UNREADABLE, "prose"),
        (f"```json\n{GOOD}", Reason.UNREADABLE, "prose"),
        (f"{GOOD}\n{GOOD}", Reason.AMBIGUOUS, "several_objects"),
        ('{"c": {"score": "a"}} {"c": {"score": "b"}}', Reason.AMBIGUOUS, "several_objects"),
        (f"{GOOD}</think>{GOOD}", Reason.AMBIGUOUS, "several_objects"),
        (f"<think>x</think>{GOOD}</think>{GOOD}", Reason.AMBIGUOUS, "several_objects"),
        (f"```json\n{GOOD}\n```\n```json\n{GOOD}\n```", Reason.AMBIGUOUS, "several_objects"),
        ('{"c": {"score": "a"}, "c": {"score": "b"}}', Reason.AMBIGUOUS, "duplicate_key"),
        ('{"c": {"score": "a", "sc\\u006fre": "b"}}', Reason.AMBIGUOUS, "duplicate_key"),
        ('{"c": {"score": "a", "score": "a"}}', Reason.AMBIGUOUS, "duplicate_key"),
        ('{"c": {"score": NaN}}', Reason.UNREADABLE, "not_finite"),
        ('{"c": {"score": -Infinity}}', Reason.UNREADABLE, "not_finite"),
        ('{"c": {"score": 1e999}}', Reason.UNREADABLE, "huge_number"),
        ('{"c": {"score": ' + "9" * 5000 + "}}", Reason.UNREADABLE, "huge_number"),
        ('{"c": {"score": 0.' + "9" * 5000 + "}}", Reason.UNREADABLE, "huge_number"),
        ('{"c": {"score": "a"},}', Reason.UNREADABLE, "not_json"),
        ('{"c": {"score": "a"]]', Reason.UNREADABLE, "not_json"),
        ("{'c': {'score': 'a'}}", Reason.UNREADABLE, "not_json"),
        ('{c: {score: "a"}}', Reason.UNREADABLE, "not_json"),
        ('{"c": {"score": "a"}} // sure', Reason.UNREADABLE, "prose"),
        ('{"c": {"score": "a\n"}}', Reason.UNREADABLE, "not_json"),
        ("a", Reason.UNREADABLE, "not_json"),
        ("I cannot help with that.", Reason.UNREADABLE, "not_json"),
        ("}{", Reason.CUT, "cut"),
        ('"a"', Reason.UNREADABLE, "not_an_object"),
        ("5", Reason.UNREADABLE, "not_an_object"),
        ("null", Reason.UNREADABLE, "not_an_object"),
        (f"[{GOOD}]", Reason.UNREADABLE, "not_an_object"),
        ("[" * 10_000, Reason.UNREADABLE, "too_deep"),
        ('{"a":' * 10_000 + "1" + "}" * 10_000, Reason.UNREADABLE, "too_deep"),
        ("{" * 1_000_000, Reason.UNREADABLE, "too_long"),
        ('{"c": "' + "x" * MAX_LENGTH + '"}', Reason.UNREADABLE, "too_long"),
    ],
)
def test_everything_else_is_refused_with_its_own_code(text, reason, code):
    """Nothing is cut out of prose, taken from a broken outer object, repaired or guessed."""
    assert flaw(text) == (reason, code)


def test_depth_and_length_are_capped_before_parsing():
    """The caps hold at their edge."""
    deepest = '{"a":' * (MAX_DEPTH - 1) + "{}" + "}" * (MAX_DEPTH - 1)
    assert read_object(deepest).content
    assert flaw('{"a":' + deepest + "}")[1] == "too_deep"
    longest = '{"a": "' + "x" * (MAX_LENGTH - 9) + '"}'
    assert read_object(longest).content
    assert flaw(longest[:-1] + " }")[1] == "too_long"


def test_strings_that_never_end_are_passed_over_once():
    """A hundred thousand escaped quote marks cost one pass: the pattern gives nothing back once it has taken it."""
    assert flaw('{"' + '\\"' * (MAX_LENGTH // 2 - 2))[1] == "cut"
    assert flaw('"' + '\\"' * (MAX_LENGTH // 2 - 2))[1] == "not_json"


def test_reasoning_is_never_counted_against_the_length():
    """A long reasoning part is stripped before the cap."""
    assert read_object("<think>" + "x{" * MAX_LENGTH + "</think>" + GOOD).content == json.loads(GOOD)


def test_values_are_quoted_briefly_in_messages():
    """Homoglyphs become visible, long values short."""
    assert brief("\u0455upported") == '"\\u0455upported"'
    assert len(brief("x" * 500)) == 60
    assert [describe(value) for value in (None, True, 1, 1.5, "x", [], {})] == [
        "null", "a boolean", "a number", "a number", "a string", "a list", "an object",
    ]  # fmt: skip


@given(st.text(max_size=120))
@settings(deadline=None, max_examples=150)
def test_any_text_is_read_or_refused(text):
    """Nothing but a FlawError ever comes out."""
    _total(text)


@given(st.text(alphabet='{}[]",:\\ \n`abc<think>/01eE+-.', max_size=60))
@settings(deadline=None, max_examples=300)
def test_any_json_like_text_is_read_or_refused(text):
    """Whatever is accepted is what a strict parser says of the text without its wrapping."""
    _total(text)


def _total(text: str) -> None:
    try:
        reply = read_object(text)
    except FlawError:
        return
    assert reply.content == json.loads(text[reply.start : reply.end])
    before, after = text[: reply.start], text[reply.end :]
    assert after.strip() in {"", "```"}
    assert re.fullmatch(r"\s*(```[A-Za-z0-9]*)?\s*", before.partition("</think>")[2] or before)


MONSTERS = {
    "ten megabytes in one string": ('{"a": "' + "x" * 10_000_000 + '"}', "too_long"),
    "ten megabytes of a string that never ends": ('{"a": "' + "x" * 10_000_000, "too_long"),
    "a million keys": ("{" + ",".join(f'"{place}":1' for place in range(1_000_000)) + "}", "too_long"),
    "a million code fences": ("```json\n" + "```\n" * 1_000_000, "too_long"),
    "a million reasoning tags": ("<think>" * 1_000_000, "thinking"),
    "a hundred thousand brackets": ("[" * MAX_LENGTH, "too_deep"),
    "objects as deep as the length allows": ('{"a":' * 19_000 + "1", "too_deep"),
    "as many digits as the length allows": ('{"a":' + "9" * 99_000 + "}", "huge_number"),
    "quotation marks that never pair": ('{"' + '\\"' * 49_000, "cut"),
    "as many objects as the length allows": ("{}" * 50_000, "several_objects"),
}


@pytest.mark.parametrize("name", MONSTERS)
def test_a_monster_is_refused_by_a_limit_of_our_own(name, monkeypatch):
    """Size and depth are refused before the JSON parser sees anything; what it does see is short, and read once."""
    seen, loads = [], json.loads
    monkeypatch.setattr(json, "loads", lambda text, **how: seen.append(len(text)) or loads(text, **how))
    text, code = MONSTERS[name]
    assert flaw(text)[1] == code
    assert len(seen) == (code == "huge_number")
    assert all(length <= MAX_LENGTH for length in seen)


def test_as_many_keys_as_the_length_allows_are_read_once():
    """The most keys that are read at all: ten thousand different ones, and none is lost."""
    many = "{" + ",".join(f'"{place}":1' for place in range(10_000)) + "}"
    assert len(many) < MAX_LENGTH
    assert len(read_object(many).content) == 10_000
