"""Makes the pictures of the pages beside the desk in docs/images: training, adjudicating, agreement, study, pairs.

python tests/labeling_app/office_pictures.py
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path[:0] = [str(Path(__file__).parent)]

from app_house import House  # noqa: E402 - found only now
from app_world import CHROMIUM, FLAGS, Server  # noqa: E402 - as above
from office import CLAIM, EXAMPLE, ferry, judge_all, let_in, open_page, rate_all, teach  # noqa: E402 - as above
from PIL import Image  # noqa: E402 - as above
from playwright.sync_api import sync_playwright  # noqa: E402 - as above
from screenshots import FAITHFUL, IMAGES, ON_BOARD, OTHERS, RESPONSE, TIMETABLE  # noqa: E402 - as above

from judge.labeling.people import Role  # noqa: E402 - as above
from judge.records import Document, Record  # noqa: E402 - as above
from judge.rubric.load import load_rubric  # noqa: E402 - as above

if TYPE_CHECKING:
    from app_house import HouseStudy
    from playwright.sync_api import Browser, Page

WIDE = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
COLOURS = 200
RATERS = {"Ana": (3, 1), "Ben": (3, 2), "Cleo": (4, 1)}
LETTER = "Write two sentences that tell a customer their parcel is a week late."
PAIR = (
    "We are sorry: your parcel is a week late. It now arrives on Friday, and the postage is refunded.",
    (
        "Unfortunately, there may be some delay with certain parcels at this time. Thank you so much for your "
        "wonderful patience and understanding! 🙏 We truly value every one of our customers."
    ),
)


def build(house: House) -> tuple[HouseStudy, HouseStudy]:
    """A study of three raters who differ now and then, with a judge; and one of pairs."""
    documents = (Document(TIMETABLE, title="Ferry timetable"), Document(ON_BOARD, title="On board"))
    rubric = FAITHFUL | {"examples": [EXAMPLE]}
    items = ferry(120, documents, (RESPONSE, *OTHERS))
    teach(house, rubric, "ferry", items, gold=120)
    made = house.study("ferry", items, rubric, n=80, raters=3, gold=0.05, repeats=0.15, clusters=False)
    pairs = [Record(f"p{n:03}", PAIR[0], question=LETTER, rival=PAIR[1]) for n in range(4)]
    compared = house.study(
        "letters", pairs, load_rubric("preference").model_dump(mode="json", exclude_defaults=True), raters=3
    )
    for study in (made, compared):
        study.suffix = ""
    wrong = {record for record in made.codes if int(record[1:]) % 4 == 0}
    for name in RATERS:
        made.seat(name)
    for name, (every, offset) in RATERS.items():
        slips = {record for n, record in enumerate(sorted(made.codes)) if n % (3 * every) == offset}
        said = {
            record: "unsupported" if (record in wrong) != (record in slips) else "supported" for record in made.codes
        }
        rate_all(made, name, said, notes=True)
    judge_all(house, made, {record: "unsupported" if record in wrong else "supported" for record in made.codes})
    return made, compared


def save(page: Page, name: str) -> None:
    """A picture with few colours, which is all that these pages have."""
    page.wait_for_timeout(400)
    file = IMAGES / f"{name}.png"
    page.screenshot(path=file)
    Image.open(file).convert("RGB").quantize(COLOURS).save(file, optimize=True)


def shoot(browser: Browser, server: Server, made: HouseStudy, compared: HouseStudy, look: tuple[str, Any]) -> None:
    """Every page in one look: a width and a colour scheme."""
    suffix, options = look
    context = browser.new_context(**options)
    page = context.new_page()
    open_page(page, server, made.seat(f"Dan {suffix}"), "training")
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    page.locator("[data-learning]").wait_for()
    save(page, f"page-training-{suffix}")
    open_page(page, server, let_in(made, f"Eve {suffix}", Role.ADJUDICATOR), "adjudicate")
    while CLAIM not in page.locator("[data-slot=right]").inner_text():
        first = page.locator("[data-desk]").get_attribute("data-painted")
        page.keyboard.press("s")
        page.locator(f"[data-desk][data-painted]:not([data-painted='{first}'])").wait_for()
    page.keyboard.press("2")
    save(page, f"page-adjudicate-{suffix}")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.locator("[data-learning]").wait_for()
    save(page, f"page-decided-{suffix}")
    owner = let_in(made, f"Owner {suffix}", Role.OWNER)
    for name in ("agreement", "study"):
        open_page(page, server, owner, f"{name}?study={made.name}", wait="[data-sheet] section")
        save(page, f"page-{name}-{suffix}")
        owner = let_in(made, f"Owner {suffix}", Role.OWNER)
    open_page(page, server, compared.seat(f"Fay {suffix}"), "")
    save(page, f"page-pair-{suffix}")
    context.close()


def main() -> None:
    """Make them all."""
    phone = {"viewport": PHONE, "device_scale_factor": 1.5, "has_touch": True, "is_mobile": True}
    looks: dict[str, Any] = {
        "light": {"viewport": WIDE},
        "dark": {"viewport": WIDE, "color_scheme": "dark"},
        "phone": phone,
    }
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        house = House(Path(folder))
        server = Server(house)
        server.start()
        studies = build(house)
        for look in looks.items():
            shoot(browser, server, *studies, look)
        server.kill()
        house.close()
        browser.close()


if __name__ == "__main__":
    main()
