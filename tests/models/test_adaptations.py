import pytest

from judge.models.adaptations import MODES, Adaptations, Shape
from judge.models.complaint import Complaint
from judge.models.request import Request, Sampling
from judge.records import Record
from provider.questions import RUBRIC, SCHEMA, question

ALL = Sampling(temperature=0.0, top_p=0.9, seed=7, reasoning_effort="low", logprobs=True)


def asked(sampling=ALL):
    """A request with every parameter."""
    return question(sampling=sampling)


def test_each_mode_asks_for_structure_in_its_own_way():
    """Schema, forced tool, JSON mode and text are what their names say."""
    bodies = {mode: Shape(mode).body("m", asked()) for mode in MODES}
    form = bodies["schema"]["response_format"]["json_schema"]
    assert (form["strict"], form["schema"]) == (True, SCHEMA)
    assert bodies["tool"]["tools"][0]["function"]["parameters"] == SCHEMA
    assert bodies["tool"]["tool_choice"]["function"]["name"] == bodies["tool"]["tools"][0]["function"]["name"]
    assert bodies["json"]["response_format"] == {"type": "json_object"}
    assert not {"response_format", "tools"} & set(bodies["text"])
    assert all(body.get("stream") is None for body in bodies.values())


def test_unset_parameters_are_left_out():
    """A parameter that is None is not sent as null."""
    sampling = Sampling(temperature=None, logprobs=False)
    assert set(Shape().body("m", asked(sampling))) == {"model", "messages", "max_tokens", "response_format"}


@pytest.mark.parametrize(
    ("status", "complaint", "change"),
    [
        (
            400,
            Complaint("'temperature' does not support 0 with this model.", "unsupported_value", "", "temperature"),
            "temperature",
        ),
        (400, Complaint("`logprobs` is not supported with this model"), "logprobs"),
        (400, Complaint("Gaudi doesn't support logprobs. Please remove 'logprobs'/'top_logprobs'."), "logprobs"),
        (400, Complaint("Logprobs is not enabled for models/gemini-2.5-pro"), "logprobs"),
        (403, Complaint("You are not allowed to request logprobs from this model."), "logprobs"),
        (422, Complaint("Extra inputs are not permitted", kind="extra_forbidden", parameter="seed"), "seed"),
        (400, Complaint('Unknown name "seed": Cannot find field.'), "seed"),
        (400, Complaint("top_p is not supported"), "top_p"),
        (400, Complaint("Unrecognized request argument supplied: reasoning_effort"), "reasoning_effort"),
    ],
)
def test_a_refused_parameter_is_left_out(status, complaint, change):
    """A parameter that the model says it does not take is dropped, and nothing else changes."""
    adaptations = Adaptations(Shape())
    assert adaptations.adapt(status, complaint, Shape(), asked())
    assert adaptations.shape == Shape(dropped=frozenset({change}))
    assert adaptations.said == (f"{change} left out",)


@pytest.mark.parametrize(
    "words",
    [
        "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.",
        "This response_format type is unavailable now",
        "'response_format.type' : value is not one of the allowed values ['text','json_object']",
        "Invalid schema for response_format 'judgement': 'minimum' is not permitted.",
        "This model does not support response format `json_schema`.",
        "validation error: 'response_format', 'type', 'msg': \"Input should be 'text' or 'json_object'\"}",
        "JSON schema conversion failed: Unrecognized schema",
    ],
)
def test_a_refused_structure_steps_down(words):
    """A model that takes no schema is asked by a tool call, then in JSON mode, then in text; then that is that."""
    adaptations = Adaptations(Shape())
    assert adaptations.adapt(400, Complaint(words), Shape(), asked())
    assert adaptations.shape == Shape("tool")
    assert adaptations.adapt(404, Complaint("No endpoints found that support tool use."), Shape("tool"), asked())
    assert adaptations.adapt(500, Complaint("tools param requires --jinja flag"), Shape("tool"), asked())
    assert adaptations.adapt(400, Complaint("response_format is not supported"), Shape("json"), asked())
    assert adaptations.shape.mode == "text"
    assert not adaptations.adapt(400, Complaint("response_format is not supported"), Shape("text"), asked())
    assert adaptations.said == (
        "structure by one forced tool call",
        "structure by JSON mode",
        "structure by plain text",
    )


def test_the_length_parameter_is_renamed_once():
    """max_tokens becomes max_completion_tokens; a model that takes neither is not asked for ever."""
    adaptations = Adaptations(Shape())
    words = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
    complaint = Complaint(words, "unsupported_parameter", "", "max_tokens")
    assert adaptations.adapt(400, complaint, Shape(), asked())
    renamed = adaptations.shape
    assert "max_completion_tokens" in renamed.body("m", asked())
    assert not adaptations.adapt(400, Complaint("max_completion_tokens is not supported"), renamed, asked())
    assert adaptations.said == ("reply length by max_completion_tokens",)


@pytest.mark.parametrize(
    ("status", "complaint"),
    [
        (400, Complaint("This model's maximum context length is 8192 tokens.", parameter="messages")),
        (400, Complaint("The temperature of the room is unknown.", parameter="messages")),
        (400, Complaint("max_tokens is too large: 100000. This model supports at most 16384.", parameter="max_tokens")),
        (400, Complaint("Something is wrong.")),
        (401, Complaint("logprobs are not supported")),
        (429, Complaint("response_format is not supported")),
        (400, Complaint("x" * 400 + " logprobs is not supported")),
    ],
)
def test_other_errors_change_nothing(status, complaint):
    """An error that does not refuse a parameter that was sent is no reason to send less."""
    adaptations = Adaptations(Shape())
    assert not adaptations.adapt(status, complaint, Shape(), asked())
    assert (adaptations.shape, adaptations.said) == (Shape(), ())


def test_what_was_not_sent_cannot_be_refused():
    """A complaint about a parameter that is not in the request is about something else."""
    adaptations = Adaptations(Shape())
    assert not adaptations.adapt(400, Complaint("seed is not supported"), Shape(), question())


def test_a_reply_proves_what_it_was_asked_with():
    """After a reply with a parameter, an error that names it is about one request: a record cannot weaken the judge."""
    adaptations = Adaptations(Shape())
    adaptations.prove(Shape(), asked())
    assert not adaptations.adapt(400, Complaint("temperature is not supported"), Shape(), asked())
    assert not adaptations.adapt(400, Complaint("response_format is not supported"), Shape(), asked())
    assert adaptations.shape == Shape()


def test_another_rubric_may_still_step_down():
    """A schema that works proves nothing about the schema of another rubric."""
    adaptations = Adaptations(Shape())
    adaptations.prove(Shape(), asked())
    other = Request(
        messages=({"role": "user", "content": "?"},),
        schema=SCHEMA,
        sampling=ALL,
        rubric=RUBRIC.model_copy(update={"version": 2}),
        criteria=("supported",),
        record=Record(id="r1", response="x"),
    )
    assert adaptations.adapt(400, Complaint("Invalid schema for response_format"), Shape(), other)
    assert adaptations.shape.mode == "tool"


def test_many_requests_learn_once():
    """Requests that were under way with the old shape are sent again in the new one, which stays as it is."""
    adaptations = Adaptations(Shape())
    complaint = Complaint("response_format is not supported")
    assert all(adaptations.adapt(400, complaint, Shape(), asked()) for _ in range(50))
    assert adaptations.shape.mode == "tool"
    assert all(adaptations.adapt(400, Complaint("seed is not supported"), Shape(), asked()) for _ in range(50))
    assert adaptations.said == ("structure by one forced tool call", "seed left out")
