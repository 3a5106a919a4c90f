from __future__ import annotations

import pytest

from judge.rubric.schema import Rubric
from judge.rubric.template import Block, Blocks, Metadata, TooLargeError, compiled, template_names, write
from judge.rubric.template_check import MAX_TEMPLATE, PromptError, check_prompt

CRITERION = {
    "name": "ok",
    "question": "Is it?",
    "scale": {"kind": "binary", "values": {"fine": "F", "bad": "B"}, "good": "fine"},
}


def rubric(prompt: str, reads: tuple[str, ...] = ("response",), optional: tuple[str, ...] = ()) -> Rubric:
    """A rubric with this template, unchecked."""
    return Rubric.model_validate(
        {
            "name": "r", "version": 1, "title": "T", "reads": list(reads), "optional": list(optional),
            "criteria": [CRITERION], "prompt": prompt,
        }
    )  # fmt: skip


def refused(prompt: str, **fields: tuple[str, ...]) -> PromptError:
    """The error with which a template is refused."""
    with pytest.raises(PromptError) as caught:
        check_prompt(rubric(prompt, **fields))
    return caught.value


@pytest.mark.parametrize(
    "prompt",
    [
        "{{ response }}",
        "{{ material }}",
        "{% for piece in material %}{{ piece.name }}: {{ piece }}{% endfor %}",
        "{# note #}{{ rubric.title|upper }} {{ response }} {% raw %}{{ x }}{% endraw %}",
        "{% for c in criteria %}{% for v in c.values %}{{ v.name }}{% endfor %}{% endfor %}{{ material }}",
        "{% for c in criteria %}{{ loop.index }}. {{ c.names }}{% endfor %}{{ response }}",
        "{% if rubric.guidance %}{{ rubric.guidance }}{% else %}-{% endif %}{{ 'a' ~ 'b' }}{{ response }}",
        "{{ rubric.title if rubric.title is defined else 'x' }}{{ response }}{{ criteria|length }}",
    ],
)
def test_showing_testing_and_looping_are_allowed(prompt):
    """What a layout needs is there."""
    check_prompt(rubric(prompt))


def test_documents_metadata_and_optional_fields_can_be_laid_out():
    """Documents loop, metadata is reached by key, and a missing optional field is false."""
    prompt = (
        "{% for document in documents %}{{ loop.index }} {{ document }}{% if not loop.last %}--{% endif %}{% endfor %}"
        "{{ metadata.order.id }}{{ metadata['other-key'] }}{% if reference %}Reference: {{ reference }}{% endif %}"
    )
    reads = ("documents", "reference", "metadata.order.id", "metadata.other-key")
    check_prompt(rubric(prompt, reads=reads, optional=("reference",)))


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        (
            "{{ response }}{{ respons }}",
            "there is no variable 'respons'; allowed: criteria, material, rubric, response",
        ),
        ("{{ response }}{{ question }}", "there is no variable 'question'"),
        ("{{ response }}{{ rubric.titel }}", "there is no attribute 'titel'"),
        ("{{ response }}{% if false %}{{ rubric.titel }}{% endif %}", "there is no attribute 'titel'"),
        ("{{ response }}{{ ''.__class__.__mro__ }}", "there is no attribute '__"),
        ("{{ response }}{{ response.fenced }}", "there is no attribute 'fenced'"),
        ("{{ response }}{{ rubric['__class__'] }}", "[ and ] reach into metadata only"),
        ("{{ response }}{{ material[0] }}", "[ and ] reach into metadata only"),
        ("{{ response }}{{ material[rubric.name] }}", "the key between [ and ] must be written out"),
        ("{{ response }}{{ cycler }}", "there is no variable 'cycler'"),
        ("{{ response }}{{ rubric.title.upper() }}", "calls something"),
        ("{{ response }}{{ range(1000000000) }}", "calls something"),
        ("{{ response }}{{ 'x' * 1000000000 }}", "calculates"),
        ("{{ response }}{{ 9 ** 9 ** 9 }}", "calculates"),
        ("{{ response }}{% if criteria|length == 2 %}{% endif %}", "compares"),
        ("{{ response }}{% set x = 1 %}", "sets a variable"),
        ("{{ response }}{% include 'x' %}", "includes a file"),
        ("{% extends 'x' %}{{ response }}", "extends a file"),
        ("{% import 'x' as y %}{{ response }}", "imports a file"),
        ("{% from 'x' import y %}{{ response }}", "imports from a file"),
        ("{{ response }}{% macro m() %}{% endmacro %}", "uses Macro"),
        ("{{ response }}{% block b %}{% endblock %}", "uses Block"),
        ("{{ response[1:2] }}", "cuts something out"),
        ("{{ response }}{{ [1, 2] }}", "uses List"),
        ("{{ response }}{{ rubric.title|truncate(3) }}", "there is no filter 'truncate'"),
        ("{{ response }}{{ rubric.title|attr('__class__') }}", "there is no filter 'attr'"),
        ("{{ response }}{{ criteria|join(attribute='name') }}", "the filter 'join' takes no named arguments"),
        ("{{ response }}{% if rubric is mapping %}{% endif %}", "there is no test 'mapping'"),
        ("{{ response }}{% for c in rubric.title %}{% endfor %}", "loops over something that need not end"),
        ("{{ response }}{% for c in 'abc' %}{% endfor %}", "loops over something that need not end"),
        ("{{ response }}{% for c in material|join %}{% endfor %}", "loops over something that need not end"),
        (
            "{% for c in criteria %}{% for m in material %}{{ m }}{% endfor %}{% endfor %}",
            "a loop over material stands inside",
        ),
        (
            "{{ response }}" + "{% for a in criteria %}" * 3 + "{% endfor %}" * 3,
            "loops are nested too deeply",
        ),
        ("{{ response }}{% for c in criteria recursive %}{% endfor %}", "loops are nested too deeply"),
        (
            "{{ response }}{% for response in criteria %}{% endfor %}",
            "gives its item the name 'response', which is taken",
        ),
        (
            "{{ response }}{% for loop in criteria %}{% endfor %}",
            "not a template: Can't assign to special loop variable",
        ),
        ("{{ response }}{% if %}{% endif %}", "not a template: Expected an expression"),
        ("{{ response }}{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}", "nested too deeply"),
        ("{{ response }}" + "{% if rubric %}" * 50 + "{% endif %}" * 50, "nested deeper than 40 levels"),
        ("x" * (MAX_TEMPLATE + 1), "the template has 20,001 characters; at most 20,000 are allowed"),
        ("{{ rubric.title }}", "does not show all of 'response', which the rubric reads"),
        ("{{ response|upper }}", "does not show all of 'response'"),
        ("{% if not response %}{{ response }}{% endif %}", "does not show all of 'response'"),
        (
            "{{ response }}{{ response|join }}{{ criteria|join|join|lower }}{{ rubric.version|join }}",
            "the template fails",
        ),
    ],
)
def test_everything_else_is_refused_before_use(prompt, said):
    """Escapes, runaway loops, misspelt names and templates that hide what is read do not get through."""
    assert said in refused(prompt).message


def test_a_template_that_shows_only_the_first_documents_is_refused():
    """Documents are shown whole: neither the first alone nor all but the last."""
    only_first = "{% for d in documents %}{% if loop.first %}{{ d }}{% endif %}{% endfor %}"
    but_last = "{% for d in documents %}{% if not loop.last %}{{ d }}{% endif %}{% endfor %}"
    for prompt in (only_first, but_last):
        assert "does not show all of 'documents'" in refused(prompt, reads=("documents",)).message


def test_a_field_must_be_shown_whichever_optional_field_is_missing():
    """A condition on one field must not hide another."""
    prompt = "{% if question %}{{ question }}{{ response }}{% endif %}"
    error = refused(prompt, reads=("question", "response"), optional=("question",))
    assert error.message == (
        "the template does not show all of 'response' where the record has no question, which the rubric reads"
    )
    assert error.hint == "write {{ response }}, without a filter"


def test_many_optional_fields_are_tried_one_by_one():
    """With more combinations than are tried, each missing field is still tried alone."""
    reads = ("response", "question", "reference", "rival", "metadata.a", "metadata.b")
    shown = "{{ response }}{{ question }}{{ reference }}{{ rival }}{{ metadata.a }}"
    fine = shown + "{{ metadata.b }}"
    check_prompt(rubric(fine, reads=reads, optional=reads[1:]))
    hiding = shown + "{% if rival %}{{ metadata.b }}{% endif %}"
    assert "where the record has no rival" in refused(hiding, reads=reads, optional=reads[1:]).message


def test_a_wrong_metadata_key_is_refused():
    """Only keys that the rubric reads can be shown."""
    error = refused("{{ metadata.chanel }}", reads=("metadata.channel",))
    assert error.message == "there is no variable 'metadata.chanel'; allowed: metadata.channel"
    assert error.hint == "did you mean 'metadata.channel'?"
    assert error.line == 1


def test_a_template_that_multiplies_its_own_words_is_refused():
    """The trial has a cap on what is written around the material."""
    big = "{% for c in criteria %}{% for v in criteria %}" + "x" * 19_000 + "{% endfor %}{% endfor %}{{ response }}"
    many = rubric(big).model_copy(
        update={"criteria": tuple(rubric(big).criteria[0].model_copy(update={"name": f"c{n}"}) for n in range(10))}
    )
    with pytest.raises(PromptError, match="writes more than 1,000,000 characters around a few words of material"):
        check_prompt(many)


def test_writing_stops_at_its_limit():
    """A template is stopped at the cap rather than cut there."""
    blocks = {"response": Blocks((Block("response", "x" * 50),))}
    assert write(compiled("{{ response }}"), template_names(blocks), 50) == "x" * 50
    with pytest.raises(TooLargeError, match="more than 49 characters"):
        write(compiled("{{ response }}"), template_names(blocks), 49)


def test_metadata_shows_everything_below_a_key():
    """A branch shows its leaves; a missing field is empty and false."""
    names = template_names(
        {"metadata.a.b": Blocks((Block("b", "B"),)), "metadata.a.c": Blocks((Block("c", "C"),)), "metadata.d": Blocks()}
    )
    metadata = names["metadata"]
    assert isinstance(metadata, Metadata)
    assert (str(metadata["a"]), str(metadata["a"]["c"]), str(metadata["d"])) == ("B\n\nC", "C", "")
    assert metadata["a"]
    assert not metadata["d"]
    with pytest.raises(TypeError):
        iter(metadata)
