"""Audit of the installed environment: licences that are allowed, no start-up file that nobody knows, and an SBOM."""

from __future__ import annotations

import argparse
import json
import re
import sys
import sysconfig
from importlib import metadata
from pathlib import Path

ALLOWED = re.compile(
    r"apache|\bmit(-0|-cmu)?\b|bsd|\bisc\b|\bpsf\b|python software foundation|mpl-2\.0"
    r"|mozilla public|unlicense|zlib|cc0|0bsd|cnri-python|lgpl",
    re.IGNORECASE,
)
"""Permissive licences, and weak copyleft that does not reach what only imports it."""
FORBIDDEN = re.compile(r"\bA?GPL|GNU (Affero )?General|SSPL|BUSL|commercial|proprietary", re.IGNORECASE)
EXCEPTIONS = {
    "krippendorff": "GPL-3.0-or-later: imported in one module only, see NOTICE",
    "evenhand": "this project",
}
READ_BY_HAND = {"httpx-aiohttp": "BSD-3-Clause"}
"""Packages whose metadata names no licence -> what their licence file says."""

START_UP = frozenset({"_evenhand.pth", "distutils-precedence.pth"})
"""Start-up files that are known: this project's editable install, and the shim of setuptools."""
RUN_AT_START = ("sitecustomize", "usercustomize")
"""Modules that Python imports at every start, if they are there."""


def licence(package: metadata.Distribution) -> str:
    """What a package says its licence is: the expression, else its classifiers, else the first line of the field."""
    told = package.metadata
    if told.get("License-Expression"):
        return str(told["License-Expression"])
    classified = [
        line.rpartition(" :: ")[2] for line in told.get_all("Classifier") or [] if line.startswith("License ::")
    ]
    field = (told.get("License") or "").strip().splitlines()
    return "; ".join(classified) or (field[0] if field else "")


def complaints(packages: list[tuple[str, str]]) -> list[str]:
    """What is wrong with the licences of (name, licence)."""
    found = []
    for name, told in packages:
        known = READ_BY_HAND.get(name, told)
        if name in EXCEPTIONS:
            continue
        if FORBIDDEN.search(known.replace("LGPL", "")) or not ALLOWED.search(known):
            found.append(f"{name}: licence {known or 'unknown'!r} is not on the list of tools/audit.py")
    return found


def strangers(folder: Path) -> list[str]:
    """The start-up files of a folder that nobody knows: Python runs what stands in them at every start."""
    found = [*folder.glob("*.pth"), *(each for name in RUN_AT_START for each in folder.glob(f"{name}*"))]
    return [f"{path}: unexpected start-up file" for path in sorted(found) if path.name not in START_UP]


def sbom(packages: list[metadata.Distribution]) -> dict[str, object]:
    """The packages as CycloneDX 1.6 JSON."""
    components = [
        {
            "type": "library",
            "name": name,
            "version": package.version,
            "purl": f"pkg:pypi/{name}@{package.version}",
            "licenses": [{"license": {"name": licence(package) or "unknown"}}],
        }
        for name, package in sorted((canonical(package), package) for package in packages)
        if name != "evenhand"
    ]
    subject = {"type": "application", "name": "evenhand", "version": metadata.version("evenhand")}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": subject},
        "components": components,
    }


def canonical(package: metadata.Distribution) -> str:
    """The name as package indexes write it."""
    return re.sub(r"[-_.]+", "-", package.metadata["Name"]).lower()


def main() -> None:
    """Check the environment that runs this, and write the SBOM where one is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sbom", type=Path, metavar="FILE", help="write the bill of materials there")
    arguments = parser.parse_args()
    packages = list({canonical(each): each for each in metadata.distributions()}.values())
    wrong = complaints(sorted((canonical(each), licence(each)) for each in packages))
    for folder in sorted({sysconfig.get_paths()[kind] for kind in ("purelib", "platlib")}):
        wrong += strangers(Path(folder))
    if arguments.sbom:
        arguments.sbom.write_text(json.dumps(sbom(packages), indent=2) + "\n", encoding="utf-8")
    sys.stdout.write(
        "".join(f"{line}\n" for line in wrong) or f"{len(packages)} packages: licences and start-up files known\n"
    )
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
