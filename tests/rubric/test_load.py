from __future__ import annotations

import pytest

from judge.errors import RubricError
from judge.rubric.load import load_rubric, parse_rubric, shipped_rubrics

BASE = """\
name: mine
version: 1
title: Is it good?
reads: [question, response]
criteria:
  - name: good
    question: Is it?
    scale: {kind: binary, values: {fine: F, bad: B}, good: fine}
"""


def refusal(text: str, old: str = "", new: str = "") -> str:
    """The message with which a text, changed in one place, is refused."""
    assert old in text
    with pytest.raises(RubricError) as caught:
        parse_rubric(text.replace(old, new) if old else text, "mine.yaml")
    return str(caught.value)


def test_a_rubric_is_read_from_text_and_from_bytes():
    """The same file gives the same rubric and hash."""
    assert parse_rubric(BASE).hash == parse_rubric(BASE.encode()).hash
    assert parse_rubric(BASE).criteria[0].scale.names == ("fine", "bad")


def test_a_shipped_rubric_is_loaded_by_name_and_a_file_by_path(tmp_path, monkeypatch):
    """A shipped name goes before a file of that name; a path means the file."""
    path = tmp_path / "hallucination"
    path.write_text(BASE)
    monkeypatch.chdir(tmp_path)
    assert load_rubric("hallucination").name == "hallucination"
    assert load_rubric("./hallucination").name == "mine"
    assert load_rubric(path).name == "mine"


def test_an_unknown_name_gives_the_nearest_and_all():
    """Who mistypes sees what was meant and what there is."""
    with pytest.raises(RubricError) as caught:
        load_rubric("halucination")
    message = str(caught.value)
    assert "halucination: is neither a shipped rubric nor a file" in message
    assert "did you mean hallucination? shipped: coherence, completeness" in message


def test_a_missing_file_a_folder_and_an_unreadable_file_are_said(tmp_path):
    """Each way of not being a file has its own words."""
    with pytest.raises(RubricError, match=r"no_such\.yaml: there is no such file"):
        load_rubric(tmp_path / "no_such.yaml")
    with pytest.raises(RubricError, match="is a folder; a rubric is a file"):
        load_rubric(tmp_path)


def test_a_file_that_cannot_be_opened_is_an_input_error(tmp_path, monkeypatch):
    """The system's reason is in the message."""
    path = tmp_path / "mine.yaml"
    path.write_text(BASE)

    def denied(*_args, **_kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.open", denied)
    with pytest.raises(RubricError, match=r"mine\.yaml: cannot be read: Permission denied"):
        load_rubric(path)


def test_no_more_than_the_cap_is_ever_read(tmp_path):
    """A huge file is refused after reading just past the cap."""
    path = tmp_path / "huge.yaml"
    path.write_bytes(b"#" * 1_000_000)
    with pytest.raises(RubricError, match="larger than the 262,144 bytes"):
        load_rubric(path)


def test_something_else_than_a_mapping_is_refused():
    """A list is no rubric."""
    assert "mine.yaml:1:1: a rubric is a mapping of keys and values" in refusal("- a\n- b\n")


def test_half_a_surrogate_pair_in_a_text_is_refused_as_not_utf8():
    """A text that no file could hold is refused, not crashed on."""
    assert "not UTF-8" in refusal(BASE, "Is it good?", "\ud800")


@pytest.mark.parametrize("key", ["model", "temperature", "api_key", "base_url", "headers", "max_tokens"])
def test_what_the_operator_decides_belongs_in_judge_toml(key):
    """No endpoint, key or model parameter may stand in a rubric."""
    message = refusal(f"{BASE}{key}: x\n")
    assert f"mine.yaml:9:1: {key}: there is no key `{key}` here; allowed: name, version, title" in message
    assert "it belongs in judge.toml or on the command line, not in a rubric" in message


@pytest.mark.parametrize(
    ("old", "new", "place", "hint"),
    [
        ("values:", "labels:", "8:27: criteria[0].scale.labels", "write `scale: {kind: ..., values:"),
        ("kind:", "type:", "8:13: criteria[0].scale.type", "write `kind:`"),
        ("title:", "titel:", "3:1: titel", "did you mean `title`?"),
        ("reads:", "inputs:", "4:1: inputs", "write `reads:`"),
        ("title:", "description:", "3:1: description", "write `title:` for one line"),
        (
            "    question: Is it?",
            "    question: Is it?\n    good: fine",
            "8:5: criteria[0].good",
            "it belongs in `criteria.scale`",
        ),
        ("reads:", "include: x\nreads:", "4:1: include", "a rubric is one whole file"),
    ],
)
def test_unknown_keys_are_refused_with_what_is_allowed_and_meant(old, new, place, hint):
    """A near miss, a word of another tool, or a key in the wrong place each get their own hint."""
    message = refusal(BASE, old, new)
    assert f"mine.yaml:{place}: there is no key" in message
    assert "; allowed: " in message
    assert hint in message


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("version: 1\n", "", "mine.yaml:1:1: the key `version` is missing\n  → for example `version: 1`"),
        (
            "    scale: {kind: binary, values: {fine: F, bad: B}, good: fine}\n",
            "",
            "criteria[0]: the key `scale` is missing",
        ),
        (
            "title: Is it good?",
            "title: 5",
            'title: found 5, where a text is needed\n  → put it in quotation marks: "5"',
        ),
        ("version: 1", "version: one", "version: found 'one', where a valid integer"),
        (
            "version: 1",
            f"version: {10**10}",
            f"version: found {10**10}, where less than or equal to 1000000000 is needed",
        ),
        ("version: 1", "version: 0", "version: found 0, where greater than or equal to 1 is needed"),
        ("name: mine", "name: My rubric", "name: found 'My rubric', where lower-case letters, digits and underscores"),
        (
            "reads: [question, response]",
            "reads: response",
            "reads: found 'response', where a list is needed\n  → write [response]",
        ),
        (
            "[question, response]",
            "[question, output]",
            "4:19: reads[1]: 'output' is no field of a record; allowed: question, response",
        ),
        ("[question, response]", "[question, output]", "→ did you mean `response`?"),
        ("[question, response]", "[contexts]", "→ did you mean `documents`?"),
        ("[question, response]", "[respones]", "→ did you mean `response`?"),
        ("[question, response]", "[response, response]", "reads[1]: the field 'response' is named twice"),
        ("[question, response]", "[]", "reads: found [], where something is needed"),
        (
            "kind: binary",
            "kind: boolean",
            "one of binary, nominal, ordinal, interval is needed\n  → did you mean `binary`?",
        ),
        ("kind: binary", "kind: numeric", "→ did you mean `interval`?"),
        ("kind: binary", "kind: ordnal", "→ did you mean `ordinal`?"),
        (
            "good: fine",
            "good: great",
            "criteria[0].scale: `good` names 'great', which is not among the values fine, bad",
        ),
        (", good: fine", "", "say which values are good (`good:`) or whose share is the rate (`positive:`)"),
        ("values: {fine: F, bad: B}", "values: {fine: F}", "a binary scale has exactly 2 values, found 1"),
        ("values: {fine: F, bad: B}", "values: [fine, bad]", "a mapping of keys and values is needed"),
        (
            "values: {fine: F, bad: B}",
            "values: {fine: F, Fine: B}",
            "values.Fine: 'fine' and 'Fine' differ in upper and lower case only",
        ),
        ("values: {fine: F, bad: B}", "values: {fine: F, 'b\\\"': B}", "is no name of a value"),
        ("values: {fine: F, bad: B}", "values: {fine: F, 1.5: B}", "found 1.5, where a text is needed"),
        (
            "    question: Is it?",
            "    question: Is it?\n    evidence: {quote: [answer]}",
            "evidence.quote[0]: found 'answer', where one of question, response",
        ),
        (
            "    question: Is it?",
            "    question: Is it?\n    evidence: {quote: [documents]}",
            "evidence.quote[0]: 'documents' is not among `reads`",
        ),
        (
            "    question: Is it?",
            "    question: Is it?\n    evidence: {quote: [response], when: worse}",
            "evidence.when[0]: 'worse' is not on the scale; allowed: fine, bad",
        ),
        (
            "    question: Is it?",
            "    question: Is it?\n    evidence: {quote: [response], roles: {question: q}}",
            "evidence.roles.question: `roles` names 'question', which is not among `quote`",
        ),
        ("criteria:\n", "optional: [documents]\ncriteria:\n", "optional[0]: 'documents' is not among `reads`"),
        ("criteria:\n", "ask: alone\ncriteria:\n", "ask: found 'alone', where one of together, apart is needed"),
    ],
)
def test_every_misfit_says_place_finding_and_what_is_allowed(old, new, said):
    """Each error of the form names key, what was found and what is needed."""
    message = refusal(BASE, old, new)
    assert message.startswith("mine.yaml:")
    assert said in message


def test_criteria_with_one_name_are_refused():
    """Every criterion is found by its name."""
    second = BASE[BASE.index("  - name") :]
    assert "criteria[1].name: two criteria have the name 'good'" in refusal(BASE + second)


def test_too_many_criteria_are_refused():
    """A call asks a bounded number of questions."""
    item = BASE[BASE.index("  - name") :]
    many = BASE + "".join(item.replace("name: good", f"name: c{number}") for number in range(20))
    assert "criteria: found 21, where at most 20 is needed" in refusal(many)


@pytest.mark.parametrize(
    ("example", "said"),
    [
        (
            "{response: x, answers: {good: {score: great}}}",
            "examples[0].answers.good.score: 'great' is not on the scale; allowed: fine, bad",
        ),
        (
            "{response: x, answers: {god: {score: fine}}}",
            "examples[0].answers.god: 'god' is no criterion; allowed: good",
        ),
        ("{rival: x, answers: {good: {score: fine}}}", "examples[0].rival: the rubric does not read 'rival'"),
        (
            "{response: x, answers: {good: {score: fine, reason: z}}}",
            "good.reason: there is no key `reason` here; allowed: score, rationale, evidence\n  → write `rationale:`",
        ),
        ("{response: x, answers: {good: {score: not_applicable}}}", "'not_applicable' is not on the scale"),
        (
            "{response: x, answers: {good: {score: bad, evidence: [{source: response, quote: z}]}}}",
            "evidence[0].quote: these words do not stand in the example's response",
        ),
    ],
)
def test_examples_are_checked_like_replies(example, said):
    """A worked example that no judge could follow is refused."""
    assert said in refusal(f"{BASE}examples: [{example}]\n")


def test_several_errors_are_said_at_once_and_at_most_five():
    """Who fixes a file sees more than one thing at a time."""
    message = refusal(BASE + "".join(f"unknown{number}: 1\n" for number in range(7)))
    assert message.count("there is no key") == 5
    assert message.endswith("... and 2 more")


def test_a_list_is_not_called_too_short_because_an_item_was_refused():
    """One slip is one complaint."""
    assert refusal(BASE, "kind: binary", "kind: boolean").count("mine.yaml:") == 1


@pytest.mark.parametrize(
    ("template", "place", "said"),
    [
        ("{{ question }}\n  {{ respnse }}", "11: prompt", "there is no variable 'respnse'"),
        ("{{ question }}", "9:1: prompt", "does not show all of 'response'"),
        ("{{ question }}\n\n  {{ ''.__class__ }}", "12: prompt", "there is no attribute '__class__'"),
    ],
)
def test_faults_of_a_template_are_placed_in_the_file(template, place, said):
    """Lines of a block are lines of the file; a fault without a line is placed by the key."""
    message = refusal(f"{BASE}prompt: |\n  {template}\n")
    assert said in message
    assert message.startswith(f"mine.yaml:{place}: ")


def test_a_template_on_one_line_is_placed_by_its_key():
    """Folded and quoted templates have no lines of their own."""
    assert refusal(f'{BASE}prompt: "{{{{ nothing }}}}"\n').startswith(
        "mine.yaml:9:1: prompt: there is no variable 'nothing'"
    )


def test_shipped_rubrics_are_listed_by_name():
    """The list is what `judge rubrics list` shows."""
    assert shipped_rubrics() == [
        "coherence", "completeness", "conciseness", "factuality", "hallucination", "preference", "refusal", "relevance",
        "safety",
    ]  # fmt: skip
