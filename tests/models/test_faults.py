import pytest

from judge.errors import ModelError
from judge.models.complaint import Complaint
from judge.models.faults import fault
from judge.models.request import Permanent, Transient
from judge.scores import Reason


def meaning(status, message="", *, retry_after=None, **fields):
    """What a status and a complaint come to."""
    return fault(
        status,
        Complaint(message, **fields),
        model="openai/m",
        host="api.openai.com",
        key_env="OPENAI_API_KEY",
        retry_after=retry_after,
    )


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 504, 520, 529])
def test_what_may_pass(status):
    """Timeouts, conflicts, rate limits and every 5xx may pass; what the provider asks to wait is kept."""
    error = meaning(status, "Later.", retry_after=3.0)
    assert isinstance(error, Transient)
    assert (error.status, error.retry_after, str(error)) == (status, 3.0, f"api.openai.com answered {status}: Later.")


@pytest.mark.parametrize(
    ("error", "hint"),
    [
        (meaning(401, "Incorrect API key"), "OPENAI_API_KEY was refused"),
        (meaning(400, "API key not valid. Please pass a valid API key."), "OPENAI_API_KEY was refused"),
        (meaning(403, "No access."), "may not use this model"),
        (meaning(402), "no quota or credit"),
        (meaning(429, "Quota.", code="insufficient_quota"), "no quota or credit"),
        (meaning(429, "Quota.", code="insufficient_quota", retry_after=5.0), "no quota or credit"),
        (meaning(400, "Your credit balance is too low to access the API."), "no quota or credit"),
        (meaning(200, "Quota.", kind="insufficient_quota"), "no quota or credit"),
        (meaning(404, "The model does not exist."), "name or the base URL is wrong"),
        (meaning(400, "No such deployment.", code="model_not_found"), "name or the base URL is wrong"),
        (meaning(307), "redirects are not followed"),
    ],
)
def test_what_ends_the_run(error, hint):
    """Key, permission, quota, unknown model and redirection end the run and say what to do."""
    assert isinstance(error, ModelError)
    assert hint in str(error)
    assert "openai/m" in str(error)


def test_a_rate_limit_in_quota_words_may_pass():
    """Some providers call a limit per minute a quota; with a time to wait it is no end."""
    words = "You exceeded your current quota. Please retry in 23.1s."
    assert isinstance(meaning(429, words), Transient)
    assert isinstance(meaning(429, "You exceeded your current quota.", retry_after=9.0), Transient)
    assert isinstance(meaning(429, "You exceeded your current quota."), ModelError)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (meaning(400, "Bad."), Reason.REJECTED),
        (meaning(422, "Bad."), Reason.REJECTED),
        (meaning(413), Reason.TOO_LONG),
        (meaning(400, "m", code="context_length_exceeded"), Reason.TOO_LONG),
        (meaning(400, "This model's maximum context length is 8192 tokens."), Reason.TOO_LONG),
        (meaning(400, "prompt is too long: 210000 tokens > 200000 maximum"), Reason.TOO_LONG),
        (
            meaning(400, "the request exceeds the available context size", kind="exceed_context_size_error"),
            Reason.TOO_LONG,
        ),
        (meaning(400, "m", code="content_filter"), Reason.BLOCKED),
        (meaning(400, "The response was filtered due to the content management policy."), Reason.BLOCKED),
        (meaning(400, "Your prompt was flagged.", code="invalid_prompt"), Reason.BLOCKED),
        (meaning(403, "The model requires moderation and your input was flagged."), Reason.BLOCKED),
    ],
)
def test_what_is_the_requests_own_fault(error, reason):
    """Other 4xx are about one request; the reason says whether it was too long, blocked or simply not taken."""
    assert isinstance(error, Permanent)
    assert error.reason is reason
