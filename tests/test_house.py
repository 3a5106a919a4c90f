"""The habits of CONTRIBUTING.md, as far as a machine can hold them."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted(path for path in (ROOT / "judge").rglob("*.py") if "migrations" not in path.parts)
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))


def shown(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", TESTS, ids=shown)
def test_every_test_says_what_must_hold(path):
    """Each test has its sentence."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    silent = [node.name for node in functions if node.name.startswith("test_") and not ast.get_docstring(node)]
    assert silent == []


def test_modules_are_small():
    """No module is over 400 lines, and half of them are under 150."""
    lengths = {shown(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {name: length for name, length in lengths.items() if length > 400} == {}
    assert sorted(lengths.values())[len(lengths) // 2] < 150


def test_krippendorff_is_imported_once():
    """The one GPL package is named in NOTICE and imported in one module."""
    pattern = re.compile(r"^\s*(import krippendorff|from krippendorff)", re.MULTILINE)
    users = [shown(path) for path in MODULES if pattern.search(path.read_text(encoding="utf-8"))]
    assert len(users) == 1
    assert "krippendorff" in (ROOT / "NOTICE").read_text(encoding="utf-8")


def test_every_exemption_has_its_reason():
    """A noqa names its rule; a skip says why."""
    bare = re.compile(r"#\s*noqa\s*$|#\s*noqa(?!:)|#\s*type:\s*ignore\s*$|pytest\.skip\(\)", re.MULTILINE)
    found = [shown(path) for path in [*MODULES, *TESTS] if bare.search(path.read_text(encoding="utf-8"))]
    assert [name for name in found if name != "tests/test_house.py"] == []


def test_no_key_is_committed():
    """Nothing that looks like a provider's key stands in a file git knows."""
    pattern = r"sk-(proj-|ant-)?[A-Za-z0-9]{20,}"
    done = subprocess.run(  # noqa: S603
        ["git", "grep", "-lE", pattern],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == []
