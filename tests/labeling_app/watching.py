"""What a camera on the screen and on the keys would have seen, to be held against what is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app_house import HouseStudy
    from playwright.sync_api import Page

VALUES = {"1": "supported", "2": "unsupported"}

# Runs before the app does. A press belongs to the item whose picture was on the screen at the time of the event,
# which may lie well before the page got round to handling it.
CAMERA = """
  window.seen = { shown: [], pressed: [] };
  const watch = () => {
    const host = document.querySelector('[data-testid=stBidiComponentIsolated]');
    const desk = host?.shadowRoot?.querySelector('[data-desk]');
    if (!desk) return void setTimeout(watch, 5);
    const note = () => {
      const item = desk.dataset.painted ?? null;
      const shown = window.seen.shown;
      if (shown.at(-1)?.item !== item) shown.push({ at: performance.now(), item });
    };
    note();
    new MutationObserver(note).observe(desk, { attributes: true, attributeFilter: ['data-painted'] });
  };
  watch();
  addEventListener('keydown', (event) => {
    window.seen.pressed.push({ at: event.timeStamp, key: event.key });
  }, { capture: true });
"""


def film(page: Page) -> None:
    """Start watching every page that this one will load."""
    page.add_init_script(CAMERA)


def first_presses(page: Page, study: HouseStudy) -> dict[str, str]:
    """Record -> value of the first digit pressed while the item was on the screen."""
    seen: dict[str, list[dict[str, Any]]] = page.evaluate("window.seen")
    names = {code: record for record, code in study.codes.items()}
    found: dict[str, str] = {}
    for press in seen["pressed"]:
        on_screen = [shown["item"] for shown in seen["shown"] if shown["at"] <= press["at"]]
        if on_screen and on_screen[-1] and press["key"] in VALUES:
            found.setdefault(names[on_screen[-1]], VALUES[press["key"]])
    return found


def stored(study: HouseStudy) -> dict[str, Any]:
    """Record -> value of its first version."""
    return {row.item: row.entry.answers[0].score for row in study.ratings() if row.version == 1}


def versions(study: HouseStudy) -> list[str]:
    """Every record as often as it was stored."""
    return [row.item for row in study.ratings()]
