from __future__ import annotations

import json
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
AUDIT = runpy.run_path(str(ROOT / "tools" / "audit.py"))


@pytest.mark.parametrize(
    "told", ["MIT", "Apache Software License", "BSD-3-Clause AND Zlib", "LGPL-3.0-only", "MPL-2.0"]
)
def test_allowed_licences_pass(told):
    """Permissive licences and weak copyleft are no complaint."""
    assert AUDIT["complaints"]([("thing", told)]) == []


@pytest.mark.parametrize(
    "told", ["GPL-3.0-or-later", "AGPL-3.0", "GNU General Public License v3 (GPLv3)", "SSPL-1.0", ""]
)
def test_other_and_unknown_licences_fail(told):
    """Strong copyleft, source-available and nothing at all are named, save for the one exception."""
    (line,) = AUDIT["complaints"]([("thing", told)])
    assert line.startswith("thing: licence ")
    assert AUDIT["complaints"]([("krippendorff", told)]) == []


def test_a_start_up_file_that_nobody_knows_fails(tmp_path):
    """Python runs a .pth file at every start, which is how a compromised package stays."""
    for name in ("distutils-precedence.pth", "litellm_init.pth"):
        (tmp_path / name).touch()
    assert AUDIT["strangers"](tmp_path) == [f"{tmp_path / 'litellm_init.pth'}: unexpected start-up file"]


def test_the_bill_of_materials_names_what_is_installed(tmp_path):
    """Each package with version, licence and address, in CycloneDX's form."""
    path = tmp_path / "sbom.json"
    subprocess.run(  # noqa: S603 - our own script
        [sys.executable, str(ROOT / "tools" / "audit.py"), "--sbom", str(path)], check=False, capture_output=True
    )
    written = json.loads(path.read_text(encoding="utf-8"))
    assert (written["bomFormat"], written["specVersion"]) == ("CycloneDX", "1.6")
    components = {each["name"]: each for each in written["components"]}
    assert "evenhand" not in components
    assert components["openai"]["purl"] == f"pkg:pypi/openai@{components['openai']['version']}"
    assert components["krippendorff"]["licenses"] == [{"license": {"name": "GPL-3.0-or-later"}}]
