"""Memory of a run over 1,000,000 records that asks a provider for each of them: its course, not only its end.

Run: python benchmarks/memory_asked.py [--records 1000000] [--folder FOLDER]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from memory import write_log

SERVER = Path(__file__).parents[1] / "tests" / "provider" / "server.py"
CONCURRENCY = 128
SETTINGS = """
[endpoints.local]
base_url = "{url}"
[prices."local/m"]
prompt = 1
completion = 1
[judge]
logprobs = false
"""
MARKS = tuple(step * 10**power for power in range(4, 7) for step in (1, 2, 5))
"""At how many requests a row is printed."""


def memory_of(process: int) -> tuple[float, float]:
    """Resident memory of a process now and its peak so far, in MiB."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    lines = dict(line.split(":", 1) for line in status.splitlines())
    return int(lines["VmRSS"].split()[0]) / 1024, int(lines["VmHWM"].split()[0]) / 1024


def requests_at(url: str) -> int:
    """How many requests the server has counted."""
    with urllib.request.urlopen(url.removesuffix("/v1") + "/counts") as reply:  # noqa: S310 - loopback
        return int(json.load(reply)["count"])


def follow(process: subprocess.Popen[str], url: str) -> None:
    """Print a row at each mark until the process ends, and one for its end."""
    started, marks = time.monotonic(), list(MARKS)
    last = memory_of(process.pid)
    while process.poll() is None:
        count = requests_at(url)
        status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
        if "VmRSS" in status:
            last = memory_of(process.pid)
        if marks and count >= marks[0]:
            print_row(f"{marks.pop(0):,}", last, time.monotonic() - started)
        time.sleep(1)
    print_row(f"end: {requests_at(url):,}", last, time.monotonic() - started)


def print_row(what: str, memory: tuple[float, float], seconds: float) -> None:
    """One row of the table."""
    print(f"| {what} | {memory[0]:.0f} | {memory[1]:.0f} | {seconds:,.0f} |", flush=True)


def main() -> None:
    """Import a log, judge it through a loopback provider, and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--folder", default=None, help="where the log and the database go, some 4 GB")
    options = parser.parse_args()
    judge = [sys.executable, "-m", "judge"]
    server = [sys.executable, str(SERVER)]
    with (
        tempfile.TemporaryDirectory(dir=options.folder) as folder,
        subprocess.Popen(server, stdout=subprocess.PIPE, text=True) as provider,  # noqa: S603 - our own script
    ):
        url = provider.stdout.readline().strip()  # type: ignore[union-attr]
        write_log(Path(folder) / "log.jsonl", options.records)
        (Path(folder) / "judge.toml").write_text(SETTINGS.format(url=url), encoding="utf-8")
        environment = {name: value for name, value in os.environ.items() if name != "EVENHAND_DB"}
        importing = [*judge, "import", "log.jsonl", "--dataset", "log"]
        subprocess.run(importing, cwd=folder, env=environment, check=True, capture_output=True)  # noqa: S603
        print("| requests | memory, MiB | peak so far, MiB | seconds |\n| ---: | ---: | ---: | ---: |", flush=True)
        command = [*judge, "run", "log", "--rubric", "hallucination", "--judge", "local/m", "--json"]
        command += ["--concurrency", str(CONCURRENCY)]
        with (Path(folder) / "out.json").open("w") as out, (Path(folder) / "err.txt").open("w") as err:
            run = subprocess.Popen(command, cwd=folder, env=environment, stdout=out, stderr=err, text=True)  # noqa: S603
            follow(run, url)
        assert run.returncode == 0, (Path(folder) / "err.txt").read_text(encoding="utf-8")[-2000:]
        report = json.loads((Path(folder) / "out.json").read_text(encoding="utf-8"))
        totals, criterion = report["totals"], report["criteria"][0]
        user, system = os.times().children_user, os.times().children_system
        size = (Path(folder) / "evenhand.db").stat().st_size / 2**30
        provider.terminate()
        assert criterion["scored"] == totals["calls"] == options.records, report
        print(f"\n{criterion['scored']:,} scored, ${totals['cost']:.2f}, database {size:.1f} GiB")
        print(f"CPU of import and run: {(user + system) / options.records * 1000:.2f} ms a record")


if __name__ == "__main__":
    main()
