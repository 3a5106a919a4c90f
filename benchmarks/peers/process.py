"""A process in which a tool is at work, started from here with telemetry off."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from peers.known import OURS, PEERS, Peer

if TYPE_CHECKING:
    from collections.abc import Sequence

_SCRIPT = Path(__file__).parent
_QUIET = {
    "DEEPEVAL_TELEMETRY_OPT_OUT": "1",
    "INSPECT_DISPLAY": "none",
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "PROMPTFOO_DISABLE_REMOTE_GENERATION": "1",
    "PROMPTFOO_DISABLE_TELEMETRY": "1",
    "PROMPTFOO_DISABLE_UPDATE": "1",
    "RAGAS_DO_NOT_TRACK": "true",
}


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool that is there.

    Attributes:
        name: One of `PEERS` or `OURS`.
        version: Its version.
        python: The interpreter that can import it.
        program: Its program, where it is one of its own.
    """

    name: str
    version: str
    python: str
    program: str = ""

    @property
    def peer(self) -> Peer:
        """What is known of it."""
        return (OURS | PEERS)[self.name]

    def start(
        self, url: str, texts: Path, concurrency: int, *options: str, out: int = subprocess.DEVNULL
    ) -> subprocess.Popen[str]:
        """Start it in the folder of the texts, at the head of a group of processes of its own."""
        command = [self.python, str(_SCRIPT), self.name, url, str(texts), str(concurrency), *options]
        return subprocess.Popen(  # noqa: S603 - our own script
            command,
            cwd=texts.parent,
            env=os.environ | _QUIET | {"OPENAI_API_KEY": "none", "OPENAI_API_BASE": url, "PROMPTFOO": self.program},
            stdout=out,
            stderr=None if os.environ.get("PEERS_STDERR") else subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )

    def work(self, url: str, texts: Path, concurrency: int, *options: str) -> dict[str, Any]:
        """What it comes to."""
        with self.start(url, texts, concurrency, *options, out=subprocess.PIPE) as process:
            out, _ = process.communicate()
        if process.returncode:
            raise SystemExit(f"{self.name} ended with {process.returncode}; PEERS_STDERR=1 shows what it says")
        found: dict[str, Any] = json.loads(out.splitlines()[-1])
        return found


def tools(paths: Sequence[str], *, ours: bool = False) -> list[Tool]:
    """The tools that these interpreters, or programs, hold, in the order of the table; ours first, where asked for."""
    here = [sys.executable] if ours else []
    found = {}
    for path in [*here, *paths]:
        if Path(path).name in PEERS:
            version = _said([path, "--version"]).splitlines()[-1]
            found[Path(path).name] = Tool(Path(path).name, version, sys.executable, path)
            continue
        for name, version in json.loads(_said([path, str(_SCRIPT)]).splitlines()[-1]).items():
            if name in PEERS or path in here:
                found.setdefault(name, Tool(name, version, path))
    return [found[name] for name in OURS | PEERS if name in found]


def _said(command: list[str]) -> str:
    done = subprocess.run(command, env=os.environ | _QUIET, capture_output=True, text=True, check=True)  # noqa: S603
    return done.stdout.strip()
