"""The pages on tuning, choosing and gating are run: their commands work in order, and print what the page says."""

import re
import shlex
import shutil
from pathlib import Path

import pytest

from tuning.loopback import tunable  # noqa: F401 - a fixture

ROOT = Path(__file__).parents[2]
CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def follow(judge, page):
    """Type every command of a page; what the page shows stands in what comes out, whole lines or their beginnings."""
    for text in CONSOLE.findall((ROOT / "docs" / "how-to" / page).read_text(encoding="utf-8")):
        printed = ""
        for line in text.splitlines():
            if line.startswith("$ "):
                done = judge(*shlex.split(line)[2:])
                assert done.code == 0, done.err
                printed = done.out
            else:
                assert line in printed.splitlines()


def test_tuning_page_runs(tunable):  # noqa: F811 - the fixture imported above
    """A reader who follows the page tunes a rubric, and calibrates it on what it has not seen."""
    judge, _ = tunable
    follow(judge, "tune-a-judge.md")


@pytest.mark.slow
def test_probing_page_runs(judge):
    """A reader who follows the page sees what the baseline notices, and its bound kept."""
    follow(judge, "probe-a-judge.md")


@pytest.mark.parametrize("page", ["compare-judges.md", "gate.md"])
def test_choosing_and_gating_pages_run(judge, tmp_path, page):
    """A reader who follows the page with the shipped slice of XSTest sees what the page shows."""
    shutil.copy(ROOT / "examples" / "xstest_mistral_slice.jsonl.gz", tmp_path)
    follow(judge, page)
