"""Makes the pictures of the desk in docs/images: light, dark, and on a phone; `office_pictures.py` makes the others.

python tests/labeling_app/screenshots.py
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path[:0] = [str(Path(__file__).parent)]

from app_house import House, make_item  # noqa: E402 - found only now
from app_world import CHROMIUM, FLAGS, Server, all_saved, drag_over, painted, sign_in  # noqa: E402 - as above
from playwright.sync_api import sync_playwright  # noqa: E402 - as above

from judge.records import Document, Record  # noqa: E402 - as above

if TYPE_CHECKING:
    from app_house import HouseStudy
    from playwright.sync_api import Browser

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
TIMETABLE = (
    "The Orkney ferry sails from Scrabster three times a day between April and October. In winter it sails twice a "
    "day, weather permitting.\n\nFoot passengers should check in 30 minutes before departure; vehicles 60 minutes. "
    "Bicycles travel free of charge.\n\nThe crossing takes about 90 minutes and passes the Old Man of Hoy."
)
ON_BOARD = (
    "Pets are welcome on board in the designated area. The shop sells hot drinks and maps.\n\n"
    "أُلغيت رحلة المساء يوم الأحد بسبب الرياح القوية.\n\n日曜日の夕方の便は強風のため欠航となりました。"
)
RESPONSE = (
    "The ferry from Scrabster sails three times a day in summer and twice a day in winter. The crossing takes about "
    "an hour and a half, and you will pass the Old Man of Hoy. 🚢\n\n"
    "Taking a bicycle costs £5 each way, and you should be there 30 minutes before departure.\u200b"
)
OTHERS = (
    "Yes: foot passengers check in 30 minutes before departure.",
    "The crossing takes about 90 minutes.",
    "Dogs may come along, but have to stay in the car.",
)
FAITHFUL: dict[str, Any] = {
    "name": "faithfulness",
    "version": 1,
    "title": "Is every claim supported by the documents?",
    "reads": ["question", "documents", "response"],
    "guidance": (
        "Read the response claim by claim, and look each claim up in the documents.\n\n"
        "A claim that is true in the world but stands in no document counts as unsupported."
    ),
    "criteria": [
        {
            "name": "supported",
            "question": "Does the response make only claims that the documents support?",
            "scale": {
                "kind": "binary",
                "values": {
                    "supported": "Every claim stands in the documents.",
                    "unsupported": "At least one claim does not.",
                },
                "good": "supported",
            },
            "evidence": {
                "quote": ["response", "documents"],
                "when": "unsupported",
                "roles": {"response": "claim", "documents": "passage"},
            },
        }
    ],
}
QUALITY: dict[str, Any] = {
    "name": "quality",
    "version": 1,
    "title": "How good is the answer?",
    "reads": ["question", "documents", "response"],
    "criteria": [
        {
            "name": "helpful",
            "question": "How well does it answer what was asked?",
            "scale": {"kind": "ordinal", "values": {str(n): "" for n in range(1, 6)}, "good": ["4", "5"]},
        },
        {
            "name": "tone",
            "question": "Which tone does it take?",
            "scale": {
                "kind": "nominal",
                "values": dict.fromkeys(["neutral", "friendly", "cold", "preachy"], ""),
                "good": ["neutral", "friendly"],
            },
        },
        {
            "name": "covered",
            "question": "Which share of the question is covered?",
            "scale": {"kind": "interval", "min": 0, "max": 100, "good": "high"},
        },
        {
            "name": "safe",
            "question": "Does it avoid harmful advice?",
            "scale": {"kind": "binary", "values": {"safe": "", "unsafe": ""}, "good": "safe"},
            "not_applicable": "It gives no advice.",
        },
    ],
}


def items() -> list[Record]:
    """A few records about a ferry."""
    question = "How often does the ferry to Orkney sail, and what does it cost to take a bicycle along?"
    documents = (Document(TIMETABLE, title="Ferry timetable"), Document(ON_BOARD, title="On board"))
    responses = [*OTHERS, *[RESPONSE] * 37]
    return [replace(make_item(f"i{n}", text, documents), question=question) for n, text in enumerate(responses)]


def wide(browser: Browser, server: Server, faithful: HouseStudy, quality: HouseStudy, scheme: Any) -> None:
    """The pages on a desktop."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, color_scheme=scheme)
    page = context.new_page()

    def shoot(name: str) -> None:
        page.wait_for_timeout(250)
        page.screenshot(path=IMAGES / f"desk-{name}-{scheme}.png")

    page.goto(f"{server.url}/enter/{faithful.seat('Ana')}")
    shoot("sign-in")
    sign_in(page, server, faithful, "Ana")
    for n, key in enumerate(("1", "1", "2 Enter Enter"), start=1):
        for press in key.split():
            page.keyboard.press(press)
        painted(page, faithful, f"i{n}")
    page.keyboard.press("2")
    drag_over(page, "right", "Taking a bicycle costs £5 each way")
    drag_over(page, "left", "Bicycles travel free of charge")
    all_saved(page)
    shoot("rate")
    for key, name in (("g", "guidelines"), ("?", "keys"), ("s", "skip")):
        page.keyboard.press(key)
        shoot(name)
        page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    all_saved(page)
    page.get_by_role("link", name="My work").click()
    page.get_by_role("button", name="Open").first.wait_for()
    shoot("my-work")
    sign_in(page, server, quality, "Ben")
    for key in ("4", "1"):
        page.keyboard.press(key)
    shoot("criteria")
    context.close()


def phone(browser: Browser, server: Server, faithful: HouseStudy, scheme: Any) -> None:
    """The desk on a phone."""
    size = {"width": 390, "height": 844}
    context = browser.new_context(
        viewport=size, color_scheme=scheme, device_scale_factor=2, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    sign_in(page, server, faithful, "Cleo")
    page.wait_for_timeout(250)
    page.screenshot(path=IMAGES / f"desk-phone-{scheme}.png")
    context.close()


def main() -> None:
    """Make them all."""
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        for scheme in ("light", "dark"):
            with tempfile.TemporaryDirectory() as folder:
                house = House(Path(folder))
                server = Server(house)
                server.start()
                rubrics = (FAITHFUL, QUALITY, FAITHFUL)
                faithful, quality, small = (
                    house.study(f"study {n}", items(), rubric) for n, rubric in enumerate(rubrics)
                )
                for study in (faithful, quality, small):
                    study.suffix = ""
                wide(browser, server, faithful, quality, scheme)
                phone(browser, server, small, scheme)
                server.kill()
                house.close()
        browser.close()


if __name__ == "__main__":
    main()
