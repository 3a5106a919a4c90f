"""Draw docs/images/demo.svg: what `make demo` really prints. Run: python tools/terminal_picture.py."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

PICTURE = Path(__file__).parents[1] / "docs" / "images" / "demo.svg"
WIDTH = 152


def printed() -> str:
    """The output of the demo in an empty folder."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-u", "-m", "judge", "demo"],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=True,
        )
    return done.stdout


def draw(output: str) -> str:
    """The output as a picture that loads nothing from anywhere."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), highlight=False)
    console.print(Text("$ make demo", style="bold"))
    for line in output.splitlines():
        text = Text(line.rstrip())
        text.highlight_regex(r"uncalibrated|usable with correction|not usable", "bold yellow")
        text.highlight_regex("^Run .*", "bold")
        console.print(text, soft_wrap=False)
    picture = console.export_svg(title="Evenhand")
    picture = re.sub(r"@font-face \{.*?\}\s*", "", picture, flags=re.DOTALL)
    return picture.replace("font-family: Fira Code, monospace", "font-family: monospace")


def main() -> None:
    """Write the picture."""
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    PICTURE.write_text(draw(printed()), encoding="utf-8")


if __name__ == "__main__":
    main()
