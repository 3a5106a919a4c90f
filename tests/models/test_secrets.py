import json
from urllib.parse import quote

import pytest

from judge.models.secrets import Secrets, environment_secrets, secret_headers

KEY = "sk-planted/0123+456789=="


@pytest.mark.parametrize(
    "said",
    [
        KEY,
        KEY.replace("/", "\\/"),
        KEY.replace("/", "\\\\/"),
        "".join(f"\\u{ord(c):04x}" for c in KEY),
        "".join(f"\\u{ord(c):04X}" for c in KEY),
        json.dumps("".join(f"\\u{ord(c):04x}" for c in KEY))[1:-1],
        KEY.replace("=", "\\u003d"),
        quote(KEY, safe=""),
    ],
)
def test_a_key_is_taken_out_however_it_is_written(said):
    """Plain, or with the escapes of JSON, of JSON in JSON, or of a URL."""
    assert Secrets([KEY]).hide(f"bad key {said}!") == "bad key [key]!"


def test_a_text_of_backslashes_ends():
    """A reply can hold a million of them; a key behind a run of them goes with the run."""
    run = "\\" * 1_000_000
    assert Secrets([KEY]).hide(f"{run}u0041 \\u0041 {run}{KEY}") == f"{run}u0041 \\u0041 [key]"


def test_words_are_no_keys():
    """A server without a key is given `none`, which a reply may say too; text without the key stays as it is."""
    text = "none of them: 50 % \\u0073\\/"
    assert Secrets(["none", "", None, KEY]).hide(text) == text


def test_the_longer_of_two_keys_goes_whole():
    """No tail of it is left where the shorter one is its beginning."""
    assert Secrets([KEY, KEY + "tail"]).hide(KEY + "tail") == "[key]"


def test_headers_are_secret_by_name_or_looks():
    """A gateway's token is, or what looks like one; what says who is asking may stand in a reply."""
    secret = ["abcdefgh0123456789", "abcdefgh1", "abcdefgh2"]
    headers = "X-Gate: {}\nX-Gateway-Token: {}\nAuthorization: Bearer {}\nX-Team: support-desk\nbroken".format(*secret)
    assert secret_headers({"OPENAI_CUSTOM_HEADERS": headers}) == secret


def test_variables_are_secret_by_their_names():
    """Litellm reads whichever its providers want."""
    hidden = environment_secrets(
        {"SHOP_API_KEY": "abcdefgh1", "AWS_SESSION_TOKEN": "abcdefgh2", "HOME": "/home/abcdefgh"}
    )
    assert hidden.hide("abcdefgh1 abcdefgh2 /home/abcdefgh") == "[key] [key] /home/abcdefgh"
