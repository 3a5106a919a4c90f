"""The world that the app's tests build: the server as `judge label` starts it over a house, and a page at its desk."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

from judge.labeling.server import plan_server

if TYPE_CHECKING:
    from app_house import House, HouseStudy
    from playwright.sync_api import Page

CHROMIUM = Path(os.environ.get("EVENHAND_CHROMIUM", "/usr/bin/chromium"))
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

RUBRIC: dict[str, Any] = {
    "name": "hallucination",
    "version": 1,
    "title": "Is every claim supported by the documents?",
    "reads": ["question", "documents", "response"],
    "guidance": "Read the response claim by claim, and look each claim up in the documents.",
    "criteria": [
        {
            "name": "supported",
            "question": "Does the response make only claims that the documents support?",
            "scale": {
                "kind": "binary",
                "values": {"supported": "Every claim stands there.", "unsupported": "At least one does not."},
                "good": "supported",
            },
        }
    ],
}


class Server:
    """The app in a process of its own, with the command and the environment that `judge label` starts it with.

    Args:
        house: What it serves.
        options: More for `judge.labeling.server.plan_server`.
    """

    def __init__(self, house: House, **options: Any) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.house = house
        self.plan = plan_server(str(house.db.url), port=port, environment={}, **options)
        self.environment = {**os.environ, **self.plan.environment}
        self.log = house.folder / "server.log"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it is."""
        return self.plan.url

    def start(self) -> None:
        """Start it, and wait until it answers."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own command
                self.plan.command, env=self.environment, cwd=self.house.folder, stdout=log, stderr=log
            )
        for _ in range(600):
            try:
                urllib.request.urlopen(f"{self.url}/health", timeout=5).close()  # noqa: S310 - our own server
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                if self.process.poll() is not None:
                    break
                # Waits for the process, not for a time: it returns at once when the server has died.
                try:
                    self.process.wait(0.1)
                except subprocess.TimeoutExpired:
                    continue
            else:
                return
        raise RuntimeError(f"the server did not start:\n{self.log.read_text()}")

    def kill(self) -> None:
        """As a power cut would."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process = None


def sign_in(page: Page, server: Server, study: HouseStudy, name: str = "ana") -> None:
    """Sign in through a one-time link, and wait for the first item."""
    page.goto(f"{server.url}/enter/{study.seat(name)}")
    page.get_by_role("button", name="Start as").click()
    page.wait_for_selector("[data-painted]")


def painted(page: Page, study: HouseStudy, item: str) -> None:
    """Wait until an item is on the screen, so that a press is taken for it."""
    page.wait_for_selector(f"[data-painted='{study.codes[item]}']")


def all_saved(page: Page) -> None:
    """Wait until the desk says that all is saved."""
    page.wait_for_function(
        "() => document.querySelector('[data-testid=stBidiComponentIsolated]')"
        "?.shadowRoot.querySelector('[data-slot=status]')?.textContent === 'All saved'"
    )


def drag_over(page: Page, slot: str, words: str) -> None:
    """Drag the mouse over words."""
    box = page.evaluate(
        """([slot, words]) => {
          const root = document.querySelector('[data-testid=stBidiComponentIsolated]').shadowRoot;
          const walker = document.createTreeWalker(root.querySelector(`[data-slot=${slot}]`), NodeFilter.SHOW_TEXT);
          for (let node; (node = walker.nextNode()); ) {
            const at = node.data.indexOf(words);
            if (at < 0) continue;
            const range = document.createRange();
            range.setStart(node, at);
            range.setEnd(node, at + words.length);
            const { left, right, top, bottom } = range.getBoundingClientRect();
            return [left, right, (top + bottom) / 2];
          }
        }""",
        [slot, words],
    )
    page.mouse.move(box[0] + 1, box[2])
    page.mouse.down()
    page.mouse.move(box[1] - 1, box[2], steps=4)
    page.mouse.up()
