import re
import shlex
from pathlib import Path

import orjson

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "run-a-study.md"


def test_the_commands_of_the_page_work(judge, tmp_path):
    """Every command of the page's console blocks works in its order, and prints what the page says."""
    rows = [
        {
            "id": f"r{number}",
            "question": "How long?",
            "answer": f"It takes {number} days." if number % 3 else "Bob from Rome pays 99 euros.",
            "documents": [f"It takes {number} days."],
        }
        for number in range(200)
    ]
    (tmp_path / "answers.jsonl").write_bytes(b"\n".join(map(orjson.dumps, rows)))
    ran = 0
    for block in re.findall(r"^```console\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
        printed = ""
        for line in block.splitlines():
            if line.startswith("$ judge "):
                done = judge(*shlex.split(line)[2:])
                assert done.code == 0, done.err
                printed += done.out
                ran += 1
            else:
                assert line in printed
    assert ran > 10


def test_every_option_of_the_page_is_one(judge):
    """An option that the page names is one of a command's."""
    helps = "".join(
        judge(*words, "--help").out
        for words in (
            ["label"],
            ["study", "create"],
            ["study", "import"],
            ["study", "assign"],
            ["study", "annotators", "add"],
            ["run"],
            ["import"],
        )
    )
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", PAGE.read_text(encoding="utf-8")))
    assert named - set(re.findall(r"--[a-z][a-z-]+", helps)) == set()
