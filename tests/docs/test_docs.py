"""The documentation is run: what it tells a reader to type works, and what it says is what comes out."""

import contextlib
import io
import re
import shlex
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```(\w+)(?: title=\"([^\"]+)\")?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


def blocks(path, language):
    """(title, text) of a page's code blocks in a language."""
    return [(title, text) for kind, title, text in BLOCK.findall(path.read_text(encoding="utf-8")) if kind == language]


def shown(path):
    return str(path.relative_to(ROOT))


def test_readme_python_runs():
    """The Python of the README is complete, and judges the false answer as unsupported."""
    ((_, code),) = blocks(ROOT / "README.md", "python")
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(compile(code, "README.md", "exec"), {})  # noqa: S102 - our own README
    assert output.getvalue().startswith("1 supported unsupported ")


def test_tutorial_runs(judge, tmp_path):
    """Every command of the tutorial works in the order it is given, and prints what the page says."""
    page = ROOT / "docs" / "tutorial.md"
    for title, text in blocks(page, "json"):
        (tmp_path / title).write_text(text)
    for _, text in blocks(page, "console"):
        lines = text.splitlines()
        expected = [line for line in lines if not line.startswith("$ ")]
        printed = ""
        for line in lines:
            if line.startswith("$ judge "):
                done = judge(*shlex.split(line)[2:])
                assert done.code == 0, done.err
                printed += done.out
        for line in expected:
            assert line in printed


def test_logging_page_runs(judge, tmp_path):
    """An application that follows the page has its responses and feedback in a data set."""
    page = ROOT / "docs" / "how-to" / "log-from-an-application.md"
    code = "".join(text for _, text in blocks(page, "python")) + "log.close()\n"
    with contextlib.chdir(tmp_path):
        exec(compile(code, page.name, "exec"), {})  # noqa: S102 - our own page
    done = judge("import", *sorted((tmp_path / "logs").iterdir()), "--dataset", "shop", "--json").json
    assert (done["new"], done["updated"], done["rejected"]) == (2, 1, 0)


@pytest.mark.usefixtures("log")
def test_readme_commands_run(judge):
    """The offline commands of the README work as they stand."""
    ((_, text),) = [(title, text) for title, text in blocks(ROOT / "README.md", "sh") if "judge import" in text]
    commands = [line.partition("#")[0].strip() for line in text.splitlines()]
    ran = [line for line in commands if line.startswith("judge ") and not re.search("openai/|judge label", line)]
    for line in ran:
        done = judge(*shlex.split(line)[1:])
        assert done.code == 0, done.err
    assert len(ran) == 4


@pytest.mark.parametrize("path", PAGES, ids=shown)
def test_links_lead_somewhere(path):
    """A link to a page or picture of the project leads to a file."""
    targets = [link for link in LINK.findall(path.read_text(encoding="utf-8")) if "://" not in link]
    missing = [link for link in targets if not (path.parent / link).exists()]
    assert missing == []


def test_reference_is_current():
    """Commands, settings, errors, rubrics and Python names are documented as the code has them."""
    import runpy

    reference = runpy.run_path(str(ROOT / "tools" / "reference.py"))
    for name, write in reference["PAGES"].items():
        page = (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")
        assert page == reference["NOTICE"] + write(), f"run `python tools/reference.py`: {name} is out of date"
