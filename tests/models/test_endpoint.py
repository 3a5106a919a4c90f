import pytest

from judge.errors import ModelError, SettingsError
from judge.models.endpoint import named_endpoint, openai_endpoint
from judge.settings import EndpointTable

KEY = "sk-planted-0123456789"


def test_openai_is_where_the_sdk_means_it():
    """Without OPENAI_BASE_URL the key goes to api.openai.com."""
    endpoint = openai_endpoint({"OPENAI_API_KEY": f" {KEY}\n"})
    assert (endpoint.id, endpoint.base_url, endpoint.key) == ("openai", "https://api.openai.com/v1", KEY)
    assert endpoint.official


def test_a_base_url_of_ones_own_is_another_endpoint():
    """OPENAI_BASE_URL is honoured, and its answers are never taken for those of api.openai.com."""
    endpoint = openai_endpoint({"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": "https://gateway.example/v1/"})
    assert endpoint.id == "openai@gateway.example/v1"
    assert not endpoint.official


@pytest.mark.parametrize("value", [None, "", "  "])
def test_a_missing_key_is_named(value):
    """No key, no call: the message names the variable."""
    environ = {} if value is None else {"OPENAI_API_KEY": value}
    with pytest.raises(ModelError, match="OPENAI_API_KEY holds no key"):
        openai_endpoint(environ)
    with pytest.raises(ModelError, match="MY_KEY holds no key"):
        named_endpoint("mine", EndpointTable(base_url="https://mine.example", key_env="MY_KEY"), {})


def test_a_broken_key_is_not_shown():
    """A key with characters that no header takes is refused, and not repeated."""
    with pytest.raises(ModelError, match="OPENAI_API_KEY holds characters that no key has") as caught:
        openai_endpoint({"OPENAI_API_KEY": "sk-plan\nted"})
    assert "plan" not in str(caught.value)


def test_an_endpoint_without_key_env_gets_no_key():
    """OPENAI_API_KEY is never a fallback for an endpoint of one's own."""
    endpoint = named_endpoint("mine", EndpointTable(base_url="https://mine.example/v1"), {"OPENAI_API_KEY": KEY})
    assert (endpoint.id, endpoint.key, endpoint.key_env) == ("mine", None, None)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("ftp://host/v1", "not a URL like https://host/v1"),
        ("host/v1", "not a URL like"),
        ("https://", "not a URL like"),
        ("https://host:99999", "not a URL like"),
        ("https://user:secret@host/v1", "user name or password"),
        ("https://host/v1?key=secret", "ends with its path"),
    ],
)
def test_only_plain_urls_are_endpoints(url, message):
    """What is no URL, or carries a secret, is refused with the place it stands, and the secret is not repeated."""
    with pytest.raises(SettingsError, match=message) as caught:
        named_endpoint("mine", EndpointTable(base_url=url), {})
    assert "endpoints.mine.base_url" in str(caught.value)
    with pytest.raises(SettingsError, match=message) as caught:
        openai_endpoint({"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": url})
    assert "OPENAI_BASE_URL" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_key_does_not_go_unencrypted_to_another_machine():
    """Plain http is for this machine, unless the operator says that the network is his."""
    environ = {"OPENAI_API_KEY": KEY, "MY_KEY": KEY}
    with pytest.raises(SettingsError, match=r"unencrypted to 10\.0\.0\.5") as caught:
        named_endpoint("mine", EndpointTable(base_url="http://10.0.0.5/v1", key_env="MY_KEY"), environ)
    assert "allow_http" in str(caught.value)
    with pytest.raises(SettingsError, match="unencrypted to gateway"):
        openai_endpoint(environ | {"OPENAI_BASE_URL": "http://gateway/v1"})
    allowed = EndpointTable(base_url="http://10.0.0.5/v1", key_env="MY_KEY", allow_http=True)
    assert named_endpoint("mine", allowed, environ).key == KEY
    assert named_endpoint("mine", EndpointTable(base_url="http://10.0.0.5/v1"), environ).key is None


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost", "[::1]:9", "127.8.9.1", "vllm.localhost"])
def test_this_machine_may_have_it(host):
    """A key may go to this machine over http."""
    endpoint = openai_endpoint({"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": f"http://{host}/v1"})
    assert endpoint.local


@pytest.mark.parametrize(
    ("variable", "url"),
    [
        ("OPENAI_API_KEY", "https://openai.com.evil.example/v1"),
        ("OPENAI_API_KEY", "https://notopenai.com/v1"),
        ("ANTHROPIC_API_KEY", "https://api.openai.com/v1"),
        ("GEMINI_API_KEY", "https://127.0.0.1.evil.example/v1"),
    ],
)
def test_a_providers_key_goes_to_that_provider(variable, url):
    """judge.toml cannot send a well-known key to somebody else."""
    with pytest.raises(SettingsError, match=f"{variable} is meant for"):
        named_endpoint("mine", EndpointTable(base_url=url, key_env=variable), {variable: KEY})


def test_a_providers_key_goes_there_under_another_name():
    """An endpoint at the provider itself may use the provider's key."""
    table = EndpointTable(base_url="https://eu.api.openai.com/v1", key_env="OPENAI_API_KEY")
    assert named_endpoint("eu", table, {"OPENAI_API_KEY": KEY}).key == KEY


def test_the_key_is_never_shown():
    """Neither repr nor str of an endpoint holds the key."""
    endpoint = openai_endpoint({"OPENAI_API_KEY": KEY})
    assert KEY not in repr(endpoint) + str(endpoint)
