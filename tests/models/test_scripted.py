import asyncio
import json

import pytest

from judge.models.answer import answer_to
from judge.models.request import Permanent, Price, Reply, Transient
from judge.models.scripted import Scripted
from judge.scores import Reason
from provider.questions import SCHEMA, question


def ask(model, *records):
    """Ask about records one after another; replies, or the exceptions raised."""

    async def main():
        return [(await asyncio.gather(model.ask(question(record)), return_exceptions=True))[0] for record in records]

    return asyncio.run(main())


def test_a_list_is_given_out_in_order():
    """Replies come in the order of the calls, exceptions are raised, and the end says so."""
    model = Scripted(["one", Transient("503", status=503), "three"])
    one, two, three, four = ask(model, "a", "b", "c", "d")
    assert (one.text, str(two), three.text) == ("one", "503", "three")
    assert isinstance(four, Permanent)
    assert "the script ends before call 4" in str(four)
    assert model.calls == 4


def test_a_mapping_goes_by_record():
    """Each record has its reply, or its own list of them, the last one again and again."""
    model = Scripted({"a": "A", "b": [Transient("later"), "B"]})
    replies = ask(model, "a", "b", "b", "b", "missing")
    assert [getattr(reply, "text", None) for reply in replies] == ["A", None, "B", "B", None]
    assert "nothing for record 'missing'" in str(replies[4])


def test_a_function_sees_the_request():
    """A function, plain or async, answers from the request."""

    async def later(request):
        await asyncio.sleep(0)
        return request.record.id.upper()

    assert ask(Scripted(lambda request: request.record.response), "a")[0].text == "response of a"
    assert ask(Scripted(later), "a")[0].text == "A"


def test_scores_make_a_well_formed_reply():
    """A score is answered in the form that the request's schema asks for."""
    reply = ask(Scripted(scores={"supported": "unsupported", "not asked": "x"}), "a")[0]
    assert json.loads(reply.text) == answer_to(SCHEMA, {"supported": "unsupported"})


def test_a_whole_reply_is_given_as_it_is():
    """A script may say every detail of a reply."""
    refused = Reply(None, "m", problem=Reason.REFUSED)
    assert ask(Scripted([refused]), "a") == [refused]


def test_it_costs_what_it_is_told():
    """Price and usage are the script's, free and zero unless it says otherwise."""
    model = Scripted(["x"], price=Price(1, 2), tokens=(None, None), name="mine")
    reply = ask(model, "a")[0]
    assert (model.price, reply.prompt_tokens, model.name) == (Price(1, 2), None, "mine")
    assert model.identity == {"endpoint": "scripted", "model": "mine"}


def test_replies_or_scores():
    """Both, or neither, is a mistake in the test."""
    with pytest.raises(TypeError, match="exactly one"):
        Scripted(["x"], scores={"supported": "supported"})
    with pytest.raises(TypeError, match="exactly one"):
        Scripted()


def test_the_documented_example_holds():
    """The example in the docstring is true."""
    model = Scripted(scores={"supported": "unsupported"})
    assert model.calls == 0
    assert asyncio.run(model.close()) is None
