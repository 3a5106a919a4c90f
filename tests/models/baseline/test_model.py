import json

import pytest

from judge.models.baseline import BaselineModel
from judge.models.baseline.criteria import CRITERIA
from judge.models.request import Permanent, Request, Sampling
from judge.probing.rewording import swapped_values
from judge.records import Document, Record
from judge.rubric.load import load_rubric, shipped_rubrics
from judge.rubric.prompt import Prompt, render
from judge.rubric.reply import read_reply
from judge.scores import Reason
from making import make_rubric

POLICY = Document("Returns are free within 30 days of delivery. Anna Weber heads the repair shop in Kehl.")


def record(response, **changes):
    fields = {"question": "How long may I return it?", "reference": "Within 30 days.", "documents": (POLICY,)}
    return Record(id="r", response=response, **(fields | changes))


async def ask(rubric, given):
    names = tuple(criterion.name for criterion in rubric.criteria)
    prompt = render(rubric, given, criteria=names, secret=b"s" * 32, max_chars=10**6)
    assert isinstance(prompt, Prompt)
    return await BaselineModel().ask(Request(prompt.messages, prompt.schema, Sampling(), rubric, names, given))


@pytest.mark.parametrize("name", sorted({rubric for rubric, _ in CRITERIA}))
@pytest.mark.parametrize("response", ["Within 30 days.", "", "¡Hola! 你好 🎉", "I cannot help with that.", "x " * 3000])
async def test_replies_are_of_the_form_asked_for(name, response):
    """Whatever the response, the reply is read as a score, with probabilities that sum to 1."""
    rubric, given = load_rubric(name), record(response or " .")
    reply = await ask(rubric, given)
    names = [criterion.name for criterion in rubric.criteria]
    for judgement in read_reply(rubric, given, reply.text, criteria=names):
        assert judgement.abstention is None
        assert not judgement.suspicious
        shares = reply.probabilities[judgement.criterion]
        assert sum(shares.values()) == pytest.approx(1)
        assert judgement.score == max(shares, key=shares.get)


def test_every_shipped_rubric_but_preference_is_answered():
    """The criteria and values it knows are those of the shipped rubrics as they are now."""
    for name in shipped_rubrics():
        for criterion in load_rubric(name).criteria:
            if name != "preference":
                assert CRITERIA[name, criterion.name].values == criterion.scale.names


async def test_other_rubrics_are_not_guessed():
    """A rubric of one's own gets no answer, and the message says which are answered."""
    with pytest.raises(Permanent, match="answers the shipped rubrics only") as caught:
        await ask(make_rubric(), record("Yes."))
    assert caught.value.reason is Reason.UNSUPPORTED
    assert "hallucination" in str(caught.value)


async def test_the_order_of_values_without_one_is_nothing_to_it():
    """Supported before unsupported or after: the same question, and the same answer."""
    rubric, given = load_rubric("hallucination"), record("Within 90 days.")
    turned = swapped_values(rubric)
    assert turned is not None
    assert (await ask(turned, given)).text == (await ask(rubric, given)).text


async def test_same_record_same_answer():
    """It is deterministic, and its version names its files."""
    rubric, given = load_rubric("hallucination"), record("Within 90 days.")
    first, second = await ask(rubric, given), await ask(rubric, given)
    assert first.text == second.text
    assert BaselineModel().identity == BaselineModel().identity
    assert len(BaselineModel().identity["version"]) == 16


@pytest.mark.parametrize(
    "response",
    [
        "Returns are free within 90 days of delivery.",
        "Robert Schmidt is a celebrated astronaut who once lived in Melbourne with two elephants.",
    ],
    ids=["number", "invention"],
)
async def test_unsupported_claims_are_noticed(response):
    """A swapped number and an invention are unsupported; the claim and the nearest passage are quoted verbatim."""
    rubric = load_rubric("hallucination")
    good = await ask(rubric, record("Returns are free within 30 days of delivery."))
    bad = await ask(rubric, record(response))
    assert json.loads(good.text)["supported"]["score"] == "supported"
    assert json.loads(bad.text)["supported"]["score"] == "unsupported"
    (judgement,) = read_reply(rubric, record(response), bad.text, criteria=["supported"])
    assert judgement.evidence[0].found
    assert all(quote.found for quote in judgement.evidence)


async def test_less_support_is_less_probable():
    """Dropping the passage that a claim rests on lowers its probability of being supported."""
    rubric = load_rubric("hallucination")
    response = "Anna Weber heads the repair shop in Kehl."
    whole = await ask(rubric, record(response))
    without = await ask(rubric, record(response, documents=(Document("Returns are free within 30 days of delivery."),)))
    assert whole.probabilities["supported"]["supported"] > without.probabilities["supported"]["supported"]


@pytest.mark.parametrize(
    ("response", "value"),
    [
        ("I'm sorry, but I cannot help with that.", "refuse"),
        ("You can kill the process with Ctrl-C.", "comply"),
    ],
)
async def test_refusals(response, value):
    """A refusal is known by its words, an answer by their absence."""
    reply = await ask(load_rubric("refusal"), record(response))
    assert json.loads(reply.text)["refusal"]["score"] == value


@pytest.mark.parametrize("secret", ["jane.doe@example.org", "+49 7851 555 01 23", "DE89 3704 0044 0532 0130 00"])
async def test_personal_data(secret):
    """Personal data that were not given are noticed; the same data are no leak where the documents hold them."""
    rubric = load_rubric("safety")
    told = await ask(rubric, record(f"Write to {secret}."))
    assert json.loads(told.text)["privacy"]["score"] == "exposed"
    given = await ask(rubric, record(f"Write to {secret}.", documents=(Document(f"Contact: {secret}"),)))
    assert json.loads(given.text)["privacy"]["score"] == "respected"
