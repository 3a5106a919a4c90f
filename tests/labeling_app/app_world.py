"""The world that the app's tests build: studies on a fake house, the real server over them, a page at the desk."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

import fake_house

from judge.labeling.server import plan_server

if TYPE_CHECKING:
    from playwright.sync_api import Page

HERE = Path(__file__).parent
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


def make_item(name: str, response: str, documents: tuple[str, ...] = ("A document.",)) -> dict[str, Any]:
    """An item as the fake house reads it."""
    passages = [{"source": "question", "text": f"What about {name}?"}]
    passages += [{"source": f"documents[{n}]", "text": text} for n, text in enumerate(documents)]
    return {"id": name, "passages": [*passages, {"source": "response", "text": response}]}


class Server:
    """The real app in a process of its own.

    Args:
        root: The folder of the fake house.
    """

    def __init__(self, root: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.plan = plan_server("sqlite://", port=port, script=HERE / "fake_server.py", environment={})
        self.environment = {**os.environ, **self.plan.environment, "EVENHAND_FAKE_HOUSE": str(root)}
        self.log = root / "server.log"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it is."""
        return self.plan.url

    def start(self) -> None:
        """Start it, and wait until it answers."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.plan.command, env=self.environment, stdout=log, stderr=log)  # noqa: S603 - our own command
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


def write_study(root: Path, name: str, items: list[dict[str, Any]], rubric: dict[str, Any]) -> fake_house.FakeDesk:
    """Make a study that the server finds."""
    place = root / name
    place.mkdir()
    (place / "items.json").write_text(json.dumps(items))
    (place / "rubric.json").write_text(json.dumps(rubric))
    return fake_house.FakeDesk(place)


def sign_in(page: Page, server: Server, desk: fake_house.FakeDesk, name: str = "ana") -> None:
    """Sign in through a link, and wait for the first item."""
    page.goto(f"{server.url}/enter/link.{desk.study}.{name}")
    page.get_by_role("button", name="Start as").click()
    page.wait_for_selector("[data-painted]")


def painted(page: Page, item: str) -> None:
    """Wait until an item is on the screen, so that a press is taken for it."""
    page.wait_for_selector(f"[data-painted='{item}']")


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
