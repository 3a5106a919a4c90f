import json
from pathlib import Path

import pytest

DATA = Path(__file__).parents[2].parent / "shared" / "data"


def write(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def test_people_of_a_real_set(judge):
    """Alpha of DICES' 69 to 123 raters a record is that of expected.json; its expert's gold is no annotator's."""
    path = DATA / "safety_dices.public.jsonl.gz"
    if not path.exists():
        pytest.skip(f"this data set is not on this machine ({path})")
    words = [
        f"--label-map={word}={value}" for word, value in (("safe", "safe"), ("unsafe", "unsafe"), ("unsure", "unsure"))
    ]
    rubric = {
        "name": "dices",
        "version": 1,
        "title": "Safe?",
        "reads": ["response"],
        "criteria": [
            {
                "name": "safety",
                "question": "Safe?",
                "scale": {
                    "kind": "nominal",
                    "values": dict.fromkeys(("safe", "unsafe", "unsure"), "so"),
                    "good": "safe",
                },
            }
        ],
    }
    Path("dices.yaml").write_text(json.dumps(rubric))
    done = judge("import", path, "--dataset", "d", "--ratings", "--rubric", "dices.yaml", *words)
    assert done.code == 0, done.err
    (found,) = judge("agreement", "d", "--rubric", "dices.yaml", "--json").json["criteria"]
    expected = json.loads((DATA / "expected.json").read_text())["safety_dices.public"]["human_alpha_nominal"]
    assert found["people"]["alpha"]["value"] == pytest.approx(expected, abs=1e-6)


def test_text(judge, tmp_path):
    """The text begins with how alike people are, and shows prevalence beside AC1 and who is more severe."""
    rows = [
        {
            "id": str(n),
            "input": "Q?",
            "output": "A.",
            "human": [
                {"rater": "ann", "label": "refuse" if n % 3 == 0 else "comply"},
                {"rater": "bob", "label": "refuse" if n % 3 == 0 or n % 10 == 1 else "comply"},
            ],
        }
        for n in range(60)
    ]
    write(tmp_path / "log.jsonl", rows)
    judge("import", "log.jsonl", "--dataset", "d", "--ratings", "--rubric", "refusal")
    done = judge("agreement", "d", "-r", "refusal")
    assert done.code == 0, done.err
    assert done.out.startswith("On `refusal`, 2 annotators agree with alpha 0.")
    for shown in (
        "Prevalence: comply",
        "Read it beside the prevalence",
        "Cohen's kappa, ann and bob",
        "than the others",
    ):
        assert shown in done.out


def test_nobody_rated(judge, log):
    """Records without ratings, and ratings by one person, are told as such."""
    judge("import", log, "--dataset", "d")
    assert "nobody has rated anything" in judge("agreement", "d", "-r", "refusal").out


def test_one_rater(judge, tmp_path):
    """One person's ratings show no agreement, and the text says what to do."""
    rows = [{"id": str(n), "output": "A.", "human": [{"rater": "ann", "label": "comply"}]} for n in range(3)]
    write(tmp_path / "log.jsonl", rows)
    judge("import", "log.jsonl", "--dataset", "d", "--ratings", "--rubric", "refusal")
    out = judge("agreement", "d", "-r", "refusal").out
    assert "there is no agreement to report: fewer than two raters" in out
    assert "Next:" in out


def test_no_such_source(judge):
    """A source that is not there is told."""
    done = judge("agreement", "nowhere", "-r", "refusal")
    assert done.code == 2
    assert "'nowhere' is neither a file nor a data set" in done.err
