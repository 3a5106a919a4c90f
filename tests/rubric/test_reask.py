from __future__ import annotations

import pytest

from judge.records import Record
from judge.rubric.reask import MAX_ECHO, format_error, needs_reask, reask_messages
from judge.rubric.reply import read_reply

RECORD = Record(id="r", response="text")
MESSAGES = ({"role": "system", "content": "S"}, {"role": "user", "content": "U"})


@pytest.mark.parametrize("text", ["", "sorry", '{"tone": ', '{"tone": {"score": 5}}', "{}", '{"tone": {}}{}', "[]"])
def test_faults_of_form_are_asked_again(several, text):
    """Asking once more can help where the form was wrong."""
    assert needs_reask(read_reply(several, RECORD, text, criteria=["tone"]))


@pytest.mark.parametrize("score", ["warm", "not_applicable"])
def test_scores_and_not_applicable_are_final(several, score):
    """An answer is not asked again."""
    judgements = read_reply(several, RECORD, f'{{"tone": {{"score": "{score}"}}}}', criteria=["tone"])
    assert not needs_reask(judgements)
    assert format_error(judgements) is None


def test_the_error_names_each_problem_once(several):
    """Several criteria with one fault are one sentence; the code word stays out of it."""
    judgements = read_reply(several, RECORD, "sorry", criteria=["tone", "grade"])
    assert format_error(judgements) == "not JSON: Expecting value at character 1"
    judgements = read_reply(several, RECORD, '{"points": {"score": 95}}', criteria=["tone", "points"])
    assert format_error(judgements) == (
        'the key "tone" is missing; points was scored 95; allowed: numbers from 0 to 10 in steps of 1'
    )


def test_the_re_ask_carries_the_first_question_the_reply_and_the_error():
    """Nothing else is added that could push towards a score."""
    messages = reask_messages(MESSAGES, " sorry ", "not JSON")
    assert messages[:2] == MESSAGES
    assert messages[2] == {"role": "assistant", "content": "sorry"}
    assert messages[3] == {
        "role": "user",
        "content": "Your reply could not be read: not JSON. Answer the same question again with one whole JSON object "
        "of the form asked for, and nothing else.",
    }


def test_an_empty_or_huge_reply_goes_back_as_something_providers_take():
    """Empty messages are refused by some providers, huge ones cost money."""
    assert reask_messages(MESSAGES, None, "p")[2]["content"] == "(empty)"
    assert reask_messages(MESSAGES, "  ", "p")[2]["content"] == "(empty)"
    assert len(reask_messages(MESSAGES, "x" * 100_000, "p")[2]["content"]) == MAX_ECHO
