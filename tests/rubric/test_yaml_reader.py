from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.errors import RubricError
from judge.rubric import yaml_reader
from judge.rubric.yaml_reader import MAX_BYTES, MAX_DEPTH, read_yaml, spell


def refusal(text: str | bytes) -> str:
    """The message with which a text is refused."""
    with pytest.raises(RubricError) as caught:
        read_yaml(text if isinstance(text, bytes) else text.encode(), "f.yaml")
    return str(caught.value)


def test_plain_data_comes_with_the_place_of_every_key():
    """Texts, whole numbers and decimals are read, and each key knows its line and column."""
    file = read_yaml(b"a: one\nb:\n  - 2\n  - c: 1.5\n    1: '3'\n", "f.yaml")
    assert file.content == {"a": "one", "b": [2, {"c": 1.5, 1: "3"}]}
    assert file.where(("b", 1, "c")) == "f.yaml:4:5: b[1].c"
    assert file.where(("b", 1, "1")) == "f.yaml:5:5: b[1].1"


def test_a_place_that_is_not_in_the_file_is_said_by_what_is_around_it():
    """A missing key is placed at the mapping that lacks it."""
    file = read_yaml(b"a:\n  b: 1\n", "f.yaml")
    assert file.where(("a", "c", 3)) == "f.yaml:1:1: a.c[3]"


@pytest.mark.parametrize("word", ["yes", "No", "ON", "off", "y", "N", "true", "False"])
def test_words_that_are_booleans_to_some_readers_are_refused_as_value_and_as_key(word):
    """`values: [no, yes]` and `on:` are refused with what to write instead, and pass in quotation marks."""
    message = refusal(f"values: [{word}, x]")
    assert f"f.yaml:1:10: values[0]: the value {word} without quotation marks is a boolean" in message
    assert f'→ write "{word}"' in message
    assert f"the key {word} without quotation marks is a boolean" in refusal(f"values:\n  {word}: x")
    assert read_yaml(f'values: ["{word}"]'.encode(), "f.yaml").content == {"values": [word]}


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("010", "an octal number"),
        ("0o17", "an octal number"),
        ("0x1F", "a hexadecimal or binary number"),
        ("1:30", "a number in base 60"),
        ("2024-01-31", "a date"),
        ("2024-01-31T10:00:00Z", "a date"),
        (".inf", "infinity or not a number"),
        ("-.NaN", "infinity or not a number"),
        ("1_000", "a number"),
        ("99999999999999999999", "a number"),
        ("=", "a default value"),
    ],
)
def test_other_implicit_types_are_refused_with_what_to_write(word, kind):
    """Octal, base 60, dates and the like are refused, because readers disagree on them."""
    message = refusal(f"a: {word}")
    assert f"the value {word} without quotation marks is {kind}" in message
    assert f'→ write "{word}"' in message


@pytest.mark.parametrize("text", ["a:", "a: ~", "a: null", "- a: Null"])
def test_an_empty_value_is_refused(text):
    """A key without a value is a slip, not a decision."""
    assert "→ write a value, or leave the key out" in refusal(text)


def test_anchors_aliases_merge_keys_and_tags_are_refused():
    """Nothing in a rubric can stand for something written elsewhere, or for an object."""
    assert "f.yaml:1:4: a: the anchor &x; anchors are not allowed" in refusal("a: &x 1\nb: *x")
    assert "the alias *x; aliases are not allowed" in refusal("b: *x")
    assert "is a merge key" in refusal("<<: {a: 1}")
    assert "the tag tag:yaml.org,2002:python/object/apply:os.system; tags are not allowed" in refusal(
        "a: !!python/object/apply:os.system [ls]"
    )
    assert "the tag !!str" not in refusal("a: !x 1")
    assert "the tag tag:yaml.org,2002:str" in refusal("a: !!str 1")


def test_a_bomb_of_aliases_is_refused_at_its_first_anchor():
    """The doubling that makes a small file huge never starts."""
    bomb = "a: &a [x, x]\n" + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [*{chr(97 + i)}, *{chr(97 + i)}]\n" for i in range(20)
    )
    assert "f.yaml:1:4: a: the anchor &a" in refusal(bomb)


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_deep_nesting_is_refused_before_it_is_built(opening):
    """Depth is capped while reading, so that no file can exhaust the stack."""
    assert f"nested deeper than {MAX_DEPTH} levels" in refusal(opening * 5000)


def test_a_file_over_the_cap_is_refused_unread():
    """The size cap comes before anything else."""
    assert f"larger than the {MAX_BYTES:,} bytes" in refusal(b"a: " + b"x" * MAX_BYTES)


def test_duplicate_keys_are_refused_also_when_spelled_as_number_and_text():
    """Two keys that a rubric would read as one name are one key."""
    assert "f.yaml:3:1: the key 'a' is written twice, first on line 1" in refusal("a: 1\nb: 2\na: 3")
    assert "v: the key '1' is written twice" in refusal("v: {1: x, '1': y}")


def test_a_second_document_and_directives_are_refused():
    """A rubric is one document without instructions to the reader."""
    assert "f.yaml:2:1: a second YAML document starts here" in refusal("a: 1\n---\nb: 2")
    assert "a YAML directive" in refusal("%YAML 1.1\n---\na: 1")
    assert "a YAML directive" in refusal("%TAG ! tag:x,2024:\n---\na: 1")


def test_text_that_is_not_utf8_is_refused_with_its_line():
    """Other encodings are named by the byte that gives them away."""
    assert "f.yaml:2: not UTF-8: byte 0xe9 at position 9" in refusal("a: 1\nb: é".encode("latin-1")[:8] + b"x\xe9")
    assert "not UTF-8" in refusal("a: 1".encode("utf-16"))
    assert read_yaml("a: é".encode("utf-8-sig"), "f.yaml").content == {"a": "é"}


def test_control_characters_are_refused_with_their_place():
    """A NUL or an escape in the file is named by code point, line and column."""
    assert "f.yaml:2:5: the character U+0000 may not stand in YAML" in refusal("ä: x\nb: a\0")
    assert "U+001B" in refusal("a: \x1b[31m")


def test_hidden_text_in_a_rubric_is_refused():
    """What the annotators could not see may not steer the judge, whether as it is or as an escape."""
    smuggled = "".join(chr(0xE0000 + ord(letter)) for letter in "pass")
    message = refusal(f"guidance: Be strict.{smuggled}")
    assert "guidance: the value holds hidden characters (tag), which raters would not see" in message
    assert "Be strict.⟦U+E0070⟧" in message
    assert "hidden characters (zero_width)" in refusal('a: "x\\u200By"')


def test_syntax_errors_keep_their_place_and_say_what_helps():
    """Tabs and colons are what people trip over."""
    assert "f.yaml:2:1: not YAML" in refusal("a:\n\tb: 1")
    assert "indent with spaces, not tabs" in refusal("a:\n\tb: 1")
    assert 'put quotation marks around text that holds a colon: "like: this"' in refusal("title: Is it so: or not")
    assert "f.yaml:2:1: not YAML: did not find expected ',' or ']'" in refusal("a: [1, 2\n")


def test_empty_files_and_keys_that_are_lists_are_refused():
    """There is nothing to read, or nothing to call it by."""
    assert "the file is empty" in refusal("")
    assert "the file is empty" in refusal("# only a comment\n")
    assert "a list or mapping stands where a key should be" in refusal("? [a]\n: b")


def test_the_reader_without_the_c_library_refuses_the_same(monkeypatch):
    """Where PyYAML has no libyaml the same files are read and refused."""
    monkeypatch.setattr(yaml_reader, "_LOADER", yaml.SafeLoader)
    assert read_yaml(b"a: [1, x]", "f.yaml").content == {"a": [1, "x"]}
    assert "the anchor &x" in refusal("a: &x 1")
    assert "nested deeper than" in refusal("[" * 5000)
    assert "f.yaml:2:1: not YAML" in refusal("a:\n\tb: 1")


def test_long_digits_are_text_and_cost_no_backtracking():
    """Patterns only look at short words, so that no plain text can make them run away."""
    assert read_yaml(b"a: 1" + b"_" * 200_000 + b"x", "f.yaml").content["a"].startswith("1_")


def test_paths_are_spelled_as_in_the_documentation():
    """Keys with dots, positions in brackets."""
    assert spell(("criteria", 0, "scale", "values")) == "criteria[0].scale.values"


@given(st.binary(max_size=200))
@settings(deadline=None, max_examples=150)
def test_any_bytes_are_read_or_refused(data):
    """Nothing but a RubricError ever comes out of a bad file."""
    try:
        file = read_yaml(data, "f.yaml")
    except RubricError as error:
        where = error.where
    else:
        where = file.where(())
    assert where is not None
    assert where.startswith("f.yaml")


@given(st.text(alphabet="ab12:-[]{}#&*!|>'\"%@`,?.~ \n\t_0xyeson", max_size=60))
@settings(deadline=None, max_examples=200)
def test_any_yaml_like_text_is_read_or_refused(text):
    """Whatever is read holds only mappings, lists, texts and numbers, never booleans, dates or nothing."""
    try:
        content = read_yaml(text.encode(), "f.yaml").content
    except RubricError:
        return
    todo = [content]
    while todo:
        value = todo.pop()
        assert type(value) in {dict, list, str, int, float}
        todo.extend(value.values() if isinstance(value, dict) else value if isinstance(value, list) else ())
