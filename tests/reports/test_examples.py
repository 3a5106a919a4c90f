import re
import runpy
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"
DATA = ROOT.parent / "shared" / "data"
NAMES = ("xstest-gpt-4", "xstest-judges", "pandalm-gpt-3.5", "llmbar-gpt-4")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The reports as the code makes them now."""
    if not (DATA / "pairwise_llmbar.public.jsonl.gz").exists():
        pytest.skip(f"LLMBar is not on this machine ({DATA})")
    out = tmp_path_factory.mktemp("examples")
    before = sys.argv
    sys.argv = ["example_reports.py", "--out", str(out)]
    try:
        runpy.run_path(str(ROOT / "tools" / "example_reports.py"), run_name="__main__")
    finally:
        sys.argv = before
    return out


def settled(text):
    """Without what differs from day to day and from machine to machine."""
    text = re.sub(r"begun [0-9-]+ [0-9:]+ UTC", "begun", text)
    return re.sub(r"python [0-9.]+, [^<|]*", "versions", text)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("ending", ["html", "md"])
def test_examples_are_current(made, name, ending):
    """The reports in the docs are what the code makes; `python tools/example_reports.py` writes them anew."""
    file = f"{name}.{ending}"
    assert settled((EXAMPLES / file).read_text(encoding="utf-8")) == settled((made / file).read_text(encoding="utf-8"))


def test_only_what_may_be_shown():
    """Of XSTest only Mistral's responses are in the docs."""
    text = (EXAMPLES / "xstest-gpt-4.html").read_text(encoding="utf-8")
    assert "mistralguard" in text
    assert not re.search(r"xstest/v2-\d+/(?!mistral)", text)


def test_the_interval_holds_what_all_ratings_say():
    """120 ratings of XSTest give an interval that holds the rate by all 418; the raw figure lies outside it."""
    text = (EXAMPLES / "xstest-gpt-4.md").read_text(encoding="utf-8")
    found = re.search(r"\| corrected \| [\d.]+ % \| \\\[([\d.]+) %, ([\d.]+) %\\\] \|", text)
    raw = re.search(r"\| judge alone \(raw\) \| ([\d.]+) %", text)
    low, high = map(float, found.groups())
    assert low <= 26.6 <= high
    assert float(raw.group(1)) < low
