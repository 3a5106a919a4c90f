"""Draw docs/images/report-*.png: the example reports as a browser shows them. Run: python tools/report_pictures.py."""

from __future__ import annotations

import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

DOCS = Path(__file__).parents[1] / "docs"
PICTURES = (
    ("report-light", "xstest-gpt-4", 1280, 1720, "light"),
    ("report-dark", "xstest-gpt-4", 1280, 1720, "dark"),
    ("report-phone", "pandalm-gpt-3.5", 390, 1500, "light"),
)


def main() -> None:
    """Write the pictures."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"))
        for name, report, width, height, scheme in PICTURES:
            page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
            page.goto((DOCS / "examples" / f"{report}.html").as_uri())
            page.screenshot(path=DOCS / "images" / f"{name}.png")
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
