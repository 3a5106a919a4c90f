from __future__ import annotations

import hashlib
import json
import os
import runpy
import subprocess
import sys
import zipfile
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


PIP = (sys.executable, "-m", "pip", "--isolated", "--disable-pip-version-check", "install", "--no-index", "--dry-run")


def audited(folder, *, site):
    """Run the audit as `make check` does, with a folder of packages beside the installed ones and a site folder."""
    code = (
        "import runpy, sys, sysconfig\n"
        f"sysconfig.get_paths = lambda: {{'purelib': {str(site)!r}, 'platlib': {str(site)!r}}}\n"
        "sys.argv = ['audit.py']\n"
        f"runpy.run_path({str(ROOT / 'tools' / 'audit.py')!r}, run_name='__main__')"
    )
    return subprocess.run(  # noqa: S603 - our own script
        [sys.executable, "-c", code],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(folder)},
    )


def test_the_audit_passes_what_is_clean(tmp_path):
    """Without a fault, the exit code is 0: the two tests below fail for what they plant and for nothing else."""
    done = audited(tmp_path, site=tmp_path)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", ["stealer.pth", "sitecustomize.py", "usercustomize.py"])
def test_a_planted_start_up_file_fails_the_audit(tmp_path, name):
    """What Python would run at every start ends the audit with 1, by name."""
    (tmp_path / name).write_text("import os\n")
    done = audited(tmp_path / "nothing", site=tmp_path)
    assert (done.returncode, f"{tmp_path / name}: unexpected start-up file" in done.stdout) == (1, True)


def test_a_planted_licence_fails_the_audit(tmp_path):
    """A package under a licence that is not allowed ends the audit with 1, by name."""
    info = tmp_path / "viral-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        "Metadata-Version: 2.4\nName: viral\nVersion: 1.0\nLicense-Expression: AGPL-3.0-only\n"
    )
    done = audited(tmp_path, site=tmp_path / "nothing")
    assert (done.returncode, "viral: licence 'AGPL-3.0-only' is not on the list" in done.stdout) == (1, True)


def wheel(folder):
    """The smallest wheel there is, and its hash."""
    path = folder / "tiny-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("tiny.py", "")
        archive.writestr("tiny-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")
        archive.writestr("tiny-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("tiny-1.0.dist-info/RECORD", "")
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("tiny==1.0 --hash=sha256:{good}", None),
        ("tiny==1.0 --hash=sha256:{bad}", "DO NOT MATCH THE HASHES"),
        ("tiny==1.0", "Hashes are required in --require-hashes mode"),
    ],
)
def test_a_package_that_is_not_the_locked_one_is_not_installed(tmp_path, line, fault):
    """With the flags that the Makefile installs by, a changed file and a line without a hash end the installation."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock" in makefile
    good = wheel(tmp_path)
    (tmp_path / "requirements.lock").write_text(line.format(good=good, bad="0" * 64) + "\n")
    command = [*PIP, "--find-links", tmp_path, "--require-hashes", "-r", tmp_path / "requirements.lock"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - pip, on a wheel of ours
    assert (done.returncode == 0) == (fault is None), done.stderr
    assert fault is None or fault in done.stderr


def test_every_locked_package_has_a_hash():
    """No line of the lock file could be answered with another file than the one it was made with."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in lock.splitlines() if line and not line.lstrip().startswith("#")]
    assert len(lines) > 100
    assert [line for line in lines if "--hash=sha256:" not in line] == []
