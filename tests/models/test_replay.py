import asyncio
import json

import pytest

from judge.errors import UsageError
from judge.models.replay import Recorder, Replay, request_key
from judge.models.request import Permanent, Reply, Sampling, TokenLogprob, Transient
from judge.models.scripted import Scripted
from judge.records import Record
from judge.scores import Reason
from provider.questions import question

FULL = Reply(
    "text ü",
    "m-2026",
    prompt_tokens=7,
    completion_tokens=None,
    logprobs=(TokenLogprob("yes", -0.1, (("yes", -0.1), ("no", -2.3))),),
    mode="schema",
    latency=1.5,
    raw='{"raw": 1}',
    probabilities={"supported": {"supported": 0.9, "unsupported": 0.1}},
)


def ask(model, request):
    """One reply, or the exception raised."""
    return asyncio.run(_ask(model, request))


async def _ask(model, request):
    return (await asyncio.gather(model.ask(request), return_exceptions=True))[0]


def written(path, *lines):
    """A recording written by hand."""
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def test_what_is_recorded_is_replayed(tmp_path):
    """A reply comes back as it was, but for the time it took."""
    path = tmp_path / "replies.jsonl"
    recorder = Recorder(Scripted({"a": FULL, "b": Reply(None, "m", problem=Reason.REFUSED, detail="no")}), path)
    assert ask(recorder, question("a")) == FULL
    ask(recorder, question("b"))
    replay = Replay(path)
    again = ask(replay, question("a"))
    assert (again.text, again.model, again.logprobs, again.mode, again.raw) == (
        FULL.text,
        FULL.model,
        FULL.logprobs,
        FULL.mode,
        FULL.raw,
    )
    assert (again.prompt_tokens, again.completion_tokens) == (7, None)
    assert again.probabilities == FULL.probabilities
    refused = ask(replay, question("b"))
    assert (refused.text, refused.problem, refused.detail) == (None, Reason.REFUSED, "no")


def test_what_no_database_takes_is_replaced(tmp_path):
    """A recording written by hand may hold half a surrogate pair or NUL; the run it answers goes on."""
    path = written(
        tmp_path / "hand.jsonl", {"record": "a", "criteria": list(question("a").criteria), "text": "bad \ud800 \0"}
    )
    assert ask(Replay(path), question("a")).text == "bad \ufffd \ufffd"


def test_failures_that_would_come_again_are_recorded(tmp_path):
    """A permanent failure is replayed; what may pass is not written."""
    path = tmp_path / "replies.jsonl"
    model = Scripted({"a": Permanent("too long", reason=Reason.TOO_LONG), "b": Transient("503")})
    recorder = Recorder(model, path)
    for record in ("a", "b"):
        ask(recorder, question(record))
    assert len(path.read_text().splitlines()) == 1
    failure = ask(Replay(path), question("a"))
    assert isinstance(failure, Permanent)
    assert (str(failure), failure.reason) == ("too long", Reason.TOO_LONG)


def test_another_prompt_finds_the_reply_by_its_record(tmp_path):
    """A prompt that differs in a nonce finds what was recorded for the same record, criteria and repeat."""
    path = tmp_path / "replies.jsonl"
    ask(Recorder(Scripted({"a": "first"}), path), question("a", text="nonce 1"))
    replay = Replay(path)
    assert ask(replay, question("a", text="nonce 2")).text == "first"
    assert isinstance(ask(replay, question("a", text="nonce 2", repeat=1)), Permanent)


def test_a_record_with_another_content_is_not_answered(tmp_path):
    """A reply about a response that has changed since is no reply about this one."""
    path = tmp_path / "replies.jsonl"
    ask(Recorder(Scripted({"a": "first"}), path), question("a"))
    request = question("a", text="another prompt")
    changed = type(request)(
        messages=request.messages,
        schema=request.schema,
        sampling=request.sampling,
        rubric=request.rubric,
        criteria=request.criteria,
        record=Record(id="a", response="changed"),
    )
    failure = ask(Replay(path), changed)
    assert isinstance(failure, Permanent)
    assert "with another content" in str(failure)


def test_a_recording_by_hand_is_short(tmp_path):
    """Record, criteria and text are enough; the record needs no key and no digest."""
    path = written(tmp_path / "r.jsonl", {"record": "a", "criteria": ["supported"], "text": "by hand"})
    reply = ask(Replay(path), question("a"))
    assert (reply.text, reply.model, reply.prompt_tokens) == ("by hand", "unknown", None)


def test_what_is_missing_is_said(tmp_path):
    """A record without a recorded reply fails for good, and the message names it."""
    path = written(tmp_path / "r.jsonl", {"record": "a", "criteria": ["supported"], "text": "x"})
    failure = ask(Replay(path), question("b"))
    assert isinstance(failure, Permanent)
    assert str(failure) == f"{path} has no reply for record 'b', criteria supported"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{broken", "not a line of JSON"),
        ("[]", "`record` is missing"),
        ('{"record": 5}', "`record` is missing"),
        ('{"record": "a"}', "`criteria` is no list of names"),
        ('{"record": "a", "criteria": "supported"}', "`criteria` is no list of names"),
        ('{"record": "a", "criteria": ["supported"]}', "neither `text` nor `failure`"),
        ('{"record": "a", "criteria": ["supported"], "text": "x", "version": 9}', "by a later version"),
        ('{"record": "a", "criteria": ["supported"], "text": null, "problem": "bored"}', "`problem` is 'bored'"),
        ('{"record": "a", "criteria": ["supported"], "failure": "bored"}', "`failure` is 'bored'"),
    ],
)
def test_a_broken_line_is_named(tmp_path, line, message):
    """A line that is no recorded reply is named with file and number."""
    path = tmp_path / "r.jsonl"
    path.write_text('{"record": "a", "criteria": ["supported"], "text": "x"}\n' + line + "\n", encoding="utf-8")
    with pytest.raises(UsageError, match=message) as caught:
        Replay(path)
    assert f"{path}:2" in str(caught.value)


def test_a_missing_file_is_named(tmp_path):
    """A recording that is not there is a mistake of the command line."""
    with pytest.raises(UsageError, match="the recording cannot be read: No such file") as caught:
        Replay(tmp_path / "none.jsonl")
    assert "none.jsonl" in str(caught.value)


def test_its_identity_is_its_content(tmp_path):
    """Two recordings with different content are two judges; the models recorded are named."""
    first = Replay(written(tmp_path / "1", {"record": "a", "criteria": [], "text": "x", "model": "m"}))
    second = Replay(written(tmp_path / "2", {"record": "a", "criteria": [], "text": "y", "model": "m"}))
    assert first.identity["model"] == "m"
    assert first.identity != second.identity


def test_the_key_says_what_was_asked():
    """Messages, sampling and repeat change the key; the record does not enter it but through them."""
    base = question("a", text="same")
    assert request_key(base) == request_key(question("b", text="same"))
    others = [
        question("a", text="other"),
        question("a", text="same", repeat=1),
        question("a", text="same", sampling=Sampling(temperature=1.0)),
    ]
    assert len({request_key(other) for other in [base, *others]}) == 4
