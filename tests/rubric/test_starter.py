from __future__ import annotations

import pytest

from judge import shipped
from judge.errors import RubricError
from judge.rubric.load import parse_rubric
from judge.rubric.starter import new_rubric


def test_a_new_rubric_loads_as_it_is():
    """It has the name given, and points the editor at the shipped schema."""
    text = new_rubric("tone_of_voice")
    rubric = parse_rubric(text, "tone_of_voice.yaml")
    assert rubric.name == "tone_of_voice"
    assert [criterion.name for criterion in rubric.criteria] == ["polite", "warmth"]
    schema = text.splitlines()[0].partition("$schema=")[2]
    assert schema == (shipped.folder("rubrics") / "rubric.schema.json").as_posix()
    assert "judge rubrics check tone_of_voice.yaml" in text


def test_the_schema_can_be_named():
    """A team may keep the schema elsewhere."""
    assert new_rubric("mine", "./rubric.schema.json").startswith(
        "# yaml-language-server: $schema=./rubric.schema.json\n"
    )


@pytest.mark.parametrize(
    ("name", "example"),
    [("Tone of Voice!", "tone_of_voice"), ("9lives", "lives"), ("", "my_rubric"), ("é", "my_rubric")],
)
def test_a_name_that_cannot_be_is_refused_with_one_that_can(name, example):
    """Who types a title gets a name."""
    with pytest.raises(RubricError, match="lower-case letters, digits and underscores") as caught:
        new_rubric(name)
    assert caught.value.hint == f"for example {example}"


def test_a_shipped_name_is_refused():
    """It would be shadowed by the shipped one."""
    with pytest.raises(RubricError, match="there is a shipped rubric of that name") as caught:
        new_rubric("safety")
    assert caught.value.hint == "choose another, for example my_safety"
