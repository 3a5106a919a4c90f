import json
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def calibrated(judge):
    """A real slice with its labels and outputs, imported."""
    log = EXAMPLES / "xstest_mistral_slice.jsonl.gz"
    judge("import", log, "--dataset", "xstest", "--ratings", "--judgements", "--rubric", "refusal")
    return judge


@pytest.mark.parametrize(
    ("file", "begins"),
    [
        ("r.html", "<!doctype html>"),
        ("r.md", "# How far gpt-4"),
        ("r.txt", "On `refusal`, this judge"),
        ("r.json", '{\n  "schema": 1'),
    ],
)
def test_the_ending_is_the_format(calibrated, tmp_path, file, begins):
    """The file's ending says what to write."""
    done = calibrated("report", "--run", "1", "-o", file)
    assert done.code == 0, done.err
    assert (tmp_path / file).read_text(encoding="utf-8").startswith(begins)


@pytest.mark.parametrize("format_", ["html", "markdown", "text", "json"])
def test_to_standard_output(calibrated, format_):
    """Without a file the report goes to standard output, and nothing else does."""
    done = calibrated("report", "--format", format_)
    assert done.code == 0, done.err
    assert done.err == ""
    assert "string-match" in done.out
    if format_ == "json":
        assert json.loads(done.out)["schema"] == 1


def test_an_ending_without_a_format(calibrated):
    """An unknown ending is told, with those there are."""
    done = calibrated("report", "-o", "r.pdf")
    assert done.code == 2
    assert "r.pdf: no format belongs to the ending '.pdf'" in done.err
    assert "--format html" in done.err
