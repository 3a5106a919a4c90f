SHIPPED = ["hallucination", "relevance", "safety", "factuality", "completeness", "conciseness", "coherence", "refusal"]


def test_list(judge):
    """The shipped rubrics are listed with their criteria, for people and for machines."""
    done = judge("rubrics", "list")
    assert done.code == 0
    names = {each["name"] for each in judge("rubrics", "list", "--json").json}
    assert set(SHIPPED) <= names
    assert all(name in done.out for name in names)


def test_show(judge):
    """A rubric is shown as a rater is told it: question, values, guidance."""
    done = judge("rubrics", "show", "hallucination")
    assert done.code == 0
    assert "unsupported" in done.out
    assert judge("rubrics", "show", "hallucination", "--json").json["name"] == "hallucination"


def test_check(judge):
    """Every shipped rubric is good."""
    done = judge("rubrics", "check", *SHIPPED)
    assert done.code == 0
    assert done.out.count(": good (") == len(SHIPPED)


def test_check_tells_file_line_and_key(judge, tmp_path):
    """A mistake is told with file, line, key, what was found and what is allowed."""
    (tmp_path / "bad.yaml").write_text("name: bad\nversion: 1\ntitle: T\nreads: [response]\ncriterions: []\n")
    done = judge("rubrics", "check", "bad.yaml")
    assert done.code == 2
    assert "bad.yaml:5" in done.err
    assert "criterions" in done.err
    assert "criteria" in done.err


def test_new_rubric_loads_as_it_is(judge, tmp_path):
    """The file that `new` writes is a good rubric with comments, and is never written over another."""
    assert judge("rubrics", "new", "tone_of_voice").code == 0
    assert "#" in (tmp_path / "tone_of_voice.yaml").read_text()
    assert judge("rubrics", "check", "tone_of_voice.yaml").code == 0
    again = judge("rubrics", "new", "tone_of_voice")
    assert again.code == 2
    assert "tone_of_voice.yaml: there is such a file already" in again.err


def test_new_rubric_needs_a_name(judge, tmp_path):
    """A name that no rubric can have is refused, and nothing is written."""
    done = judge("rubrics", "new", "Tone of Voice!")
    assert done.code == 2
    assert list(tmp_path.glob("*.yaml")) == []
