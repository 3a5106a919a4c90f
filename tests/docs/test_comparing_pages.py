"""The pages on comparing and curating are run: their commands work as they stand, with the offline judge in place."""

import gzip
import json
import re
import shlex
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INCONCLUSIVE = 3
"""What a command says whose answer needs more ratings."""


def commands(page):
    """The `judge` commands of each block of a page, in order, asked of the offline judge."""
    text = (ROOT / "docs" / "how-to" / page).read_text(encoding="utf-8").replace("openai/gpt-5-mini", "baseline")
    for block in BLOCK.findall(text):
        lines = [shlex.split(line, comments=True) for line in block.splitlines()]
        yield [line[1:] for line in lines if line[:1] == ["judge"] and line[1] != "label"]


def follow(judge, block, before=None):
    """Type the commands of a block; each does what it says, or says what ratings it lacks."""
    for command in block:
        if before is not None:
            before(command)
        done = judge(*command)
        assert done.code in {0, INCONCLUSIVE}, (command, done.err)
        if done.code == INCONCLUSIVE:
            assert "rate " in done.out + done.err
    return len(block)


def versions(names, n=40):
    """Responses of versions to the same questions, with what judge and people say of whether they refuse."""
    for number, version in enumerate(names):
        for i in range(n):
            refuse = i % (4 + 3 * number) == 0
            said = "refuse" if refuse else "comply"
            response = "I am sorry, I cannot help." if refuse else f"Here is how {i} works."
            row = {"id": f"{version}-{i}", "question": f"How does {i} work?", "response": response}
            row |= {"model_version": version, "segment": ("easy", "hard")[i % 2]}
            yield row | {"judge": [{"judge": "m", "label": said}], "human": [{"rater": "ann", "label": said}]}


def take(judge, tmp_path, rows, dataset, rubric):
    """Import rows with their ratings and judgements."""
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    options = ("--ratings", "--judgements", "--rubric", rubric)
    done = judge("import", "in.jsonl", "--dataset", dataset, *options)
    assert done.code == 0, done.err


def test_comparing_page_runs(judge, tmp_path):
    """A reader with rated versions, in one data set or in several, and with pairs, can type all the page says."""
    take(judge, tmp_path, versions(["v1"]), "support-v1", "refusal")
    take(judge, tmp_path, versions(["v2"]), "support-v2", "refusal")
    take(judge, tmp_path, versions(["v1", "v2", "2026-09", "2026-10"]), "support", "refusal")
    for name in ("support-v1", "support-v2"):
        assert judge("run", name, "--rubric", "safety", "--judge", "baseline").code == 0
    pairs = [
        {
            "id": f"p{i}",
            "question": f"Q{i}?",
            "output": {"a": "One.", "b": "Two."},
            "model": {"a": "v1", "b": "v2"},
            "human": [{"rater": "ann", "label": "a" if i % 3 else "b"}],
            "judge": [{"judge": "m", "label": "a" if i % 2 else "b"}],
        }
        for i in range(30)
    ]
    take(judge, tmp_path, pairs, "pairs", "preference")
    ran = 0
    for block in commands("compare-versions.md"):
        ran += follow(judge, [line for line in block if line[:2] != ["run", "pairs"]])
    assert ran >= 10


@pytest.fixture
def people_model(tmp_path):
    """A spaCy model in a folder, called as the page calls it."""
    spacy = pytest.importorskip("spacy", reason="names are an extra")
    nlp = spacy.blank("en")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "PERSON", "pattern": "Eline de Vries"}])
    nlp.to_disk(tmp_path / "en_core_web_md")


@pytest.mark.usefixtures("people_model")
def test_curating_page_runs(judge, tmp_path):
    """A reader with a judged log can type every command of the page, from choosing records to the regression test."""
    with gzip.open(ROOT / "examples" / "support.jsonl.gz", "rt") as lines:
        rows = [json.loads(line) for line, _ in zip(lines, range(120), strict=False)]
    for row in rows[:6]:
        row["human"] = [{"rater": "ann", "label": "unsupported"}]
    (tmp_path / "log.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    done = judge("import", "log.jsonl", "--dataset", "support", "--ratings", "--rubric", "hallucination")
    assert done.code == 0, done.err
    done = judge("run", "support", "--rubric", "hallucination", "--rubric", "safety", "--judge", "baseline")
    assert done.code == 0, done.err
    (tmp_path / "ideal.jsonl").write_text("")

    def before(command):
        if command[:2] == ["curate", "answer"] and not (tmp_path / command[3]).exists():
            rows = [json.loads(line) for line in (tmp_path / "golden.jsonl").read_text().splitlines()]
            answers = [{"id": row["id"], "response": f"{row['response']} So says {command[5]}."} for row in rows]
            (tmp_path / command[3]).write_text("".join(json.dumps(row) + "\n" for row in answers))

    first, *rest = commands("curate.md")
    shutil.copy("evenhand.db", "judged.db")
    ran = follow(judge, first)
    shutil.copy("evenhand.db", "curated.db")
    for block in rest:
        again = any("golden@2" in word for command in block for word in command)
        for command in block:
            # Every choice of the page stands for itself: each begins with the log as it was judged.
            if not again:
                shutil.copy("judged.db", "evenhand.db")
            ran += follow(judge, [command], before)
        shutil.copy("curated.db", "evenhand.db")
    assert ran >= 14
