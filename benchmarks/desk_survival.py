"""Bursts, kill -9, reloads, closed tabs and cut networks, twenty rounds each, against the real app.

    python benchmarks/desk_survival.py [ROUNDS]

Runs tests/labeling_app/test_survival.py with more rounds than the suite does. Every round holds what is stored
against what was on the screen when each key was pressed: none wrong, none lost, none twice.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1] / "tests" / "labeling_app" / "test_survival.py"


def main() -> int:
    """Run them, and give back what pytest says."""
    rounds = sys.argv[1] if len(sys.argv) > 1 else "20"
    command = [sys.executable, "-m", "pytest", "-q", str(TESTS)]
    return subprocess.run(command, env={**os.environ, "EVENHAND_ROUNDS": rounds}, check=False).returncode  # noqa: S603 - our own command


if __name__ == "__main__":
    sys.exit(main())
