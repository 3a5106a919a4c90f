"""From key press to the next record painted: the rating desk against a bare page of `st.button(shortcut=)`, one run.

    python benchmarks/desk_latency.py [ITEMS]

Both pages are served by Streamlit on this machine and driven by the same headless Chromium, one after the other. A
press is timed in the page, from the event's own time stamp to the first frame after the next record is in the page.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests" / "labeling_app")]

from app_house import House, make_item  # noqa: E402 - found only now
from app_world import CHROMIUM, FLAGS, RUBRIC, Server, sign_in  # noqa: E402 - as above
from playwright.sync_api import sync_playwright  # noqa: E402 - as above

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# Resolves with the milliseconds from the next key press to the frame in which `shown()` has changed.
TIME_ONE = """
  window.timeOne = (shown) => new Promise((resolve) => {
    const before = shown();
    addEventListener('keydown', (event) => {
      const look = () => {
        if (shown() === before) return void requestAnimationFrame(look);
        requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - event.timeStamp)));
      };
      requestAnimationFrame(look);
    }, { capture: true, once: true });
  });
"""
DESK = (
    "() => document.querySelector('[data-testid=stBidiComponentIsolated]').shadowRoot"
    ".querySelector('[data-desk]').dataset.item"
)
LONG = "\n\n".join(f"Paragraph {n}: " + "the quick brown fox jumps over it. " * 16 for n in range(150))
BUTTONS = "() => document.querySelector('[data-testid=stText]').textContent"


def measure(page: Page, shown: str, count: int) -> list[float]:
    """Milliseconds of each press, one at a time and in no hurry."""
    page.evaluate(f"{TIME_ONE}; 0")
    times = []
    for n in range(count):
        page.evaluate(f"window.timed = window.timeOne({shown}); 0")
        page.keyboard.press("12"[n % 2])
        times.append(page.evaluate("window.timed"))
        page.wait_for_timeout(150)
    return times


def desk(browser: Browser, count: int, document: str) -> tuple[list[float], float, int]:
    """Times at the desk, milliseconds to the first record of the first visitor, and how many ratings are stored."""
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder))
        store = house.study("bench", [make_item(f"i{n}", f"R {n}.", (document,)) for n in range(count + 5)], RUBRIC)
        server = Server(house)
        server.start()
        try:
            page = browser.new_page()
            start = time.perf_counter()
            sign_in(page, server, store)
            first = 1000 * (time.perf_counter() - start)
            times = measure(page, DESK, count)
            page.get_by_text("All saved").wait_for()
            page.close()
            return times, first, len(store.ratings())
        finally:
            server.kill()
            house.close()


def buttons(browser: Browser, count: int) -> list[float]:
    """Times on the bare page."""
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder))
        server = Server(house)
        flags = server.plan.command[5:]
        script = str(Path(__file__).with_name("desk_button_page.py"))
        command = [sys.executable, "-m", "streamlit", "run", script, *flags]
        process = subprocess.Popen(command, env={**os.environ, **server.plan.environment})  # noqa: S603 - our own command
        try:
            page = browser.new_page()
            for _ in range(100):
                try:
                    page.goto(server.url)
                    break
                except Exception:  # noqa: BLE001 - whatever the reason, it is not up yet
                    time.sleep(0.2)
            page.get_by_text("record 0").wait_for()
            page.wait_for_timeout(1000)
            times = measure(page, BUTTONS, count)
            page.close()
        finally:
            process.kill()
            process.wait()
            house.close()
        return times


def quantiles(times: list[float]) -> dict[str, Any]:
    """Median and 95th percentile in milliseconds."""
    return {"p50": statistics.median(times), "p95": statistics.quantiles(times, n=20)[18]}


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        bare = quantiles(buttons(browser, count))
        times, first, stored = desk(browser, count, "A document.")
        mine = quantiles(times)
        long_times, _, long_stored = desk(browser, count, LONG)
        long = quantiles(long_times)
        browser.close()
    print(f"{count} presses, {os.cpu_count()} cores")
    print(f"st.button page   p50 {bare['p50']:6.1f} ms   p95 {bare['p95']:6.1f} ms")
    print(f"rating desk      p50 {mine['p50']:6.1f} ms   p95 {mine['p95']:6.1f} ms   stored {stored} of {count}")
    print(f"20k-token texts  p50 {long['p50']:6.1f} ms   p95 {long['p95']:6.1f} ms   stored {long_stored} of {count}")
    print(f"desk / buttons   p50 {mine['p50'] / bare['p50']:6.2f}      p95 {mine['p95'] / bare['p95']:6.2f}")
    print(f"first record of the first visitor, with signing in: {first:.0f} ms")


if __name__ == "__main__":
    main()
