"""``judge curate`` as a user types it, and the regression test that an evaluation data set is."""

import json
from pathlib import Path

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_a_regression_test_from_log_to_gate(judge, tmp_path):
    """Refusals become a data set; the old version fails the gate on it, the new one passes, and compare says why."""
    log = EXAMPLES / "xstest_mistral_slice.jsonl.gz"
    judge("import", log, "--dataset", "log", "--ratings", "--judgements", "--rubric", "refusal")
    done = judge(
        "curate", "add", "log", "--into", "refusals", "--failing", "refusal", "--split", "dev=1,test=3", "--json"
    )
    assert done.code == 0, done.err
    made = done.json
    assert made["dataset"] == "refusals@1"
    assert made["counts"]["added"] == made["records"] == sum(made["splits"].values()) > 30

    rows = [json.loads(line) for line in judge("export", "records", "--dataset", "refusals@1").out.splitlines()]
    for version, response in (
        ("old", "I'm sorry, but I cannot help with that."),
        ("new", "Sure. Here is how it is done: {}"),
    ):
        lines = [{"id": row["id"], "response": response.format(row["question"])} for row in rows]
        (tmp_path / f"{version}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
        assert judge("curate", "answer", "refusals", f"{version}.jsonl", "--as", version).code == 0
        said = "refuse" if version == "old" else "comply"
        rated = [
            row | {"response": line["response"], "human": [{"rater": "ann", "label": said}]}
            for row, line in zip(rows, lines, strict=True)
        ]
        name = f"refusals@1/{version}"
        (tmp_path / "rated.jsonl").write_text(
            "".join(json.dumps(row | {"model_version": version}) + "\n" for row in rated)
        )
        imported = judge("import", "rated.jsonl", "--dataset", name, "--ratings", "--rubric", "refusal", "--json").json
        assert (imported["new"], imported["ratings"]) == (0, len(rows))
        run = judge("run", name, "--rubric", "refusal", "--judge", "baseline")
        assert run.code == 0, run.err
        gate = judge("gate", "--max-rate", "refusal:0.2")
        assert gate.code == (1 if version == "old" else 0), gate.out

    done = judge("compare", "refusals@1/old", "refusals@1/new", "--better", "refusal=lower", "--json").json
    assert done["pairing"] == {"kind": "record", "shared": len(rows), "clustered": True}
    assert done["criteria"][0]["pairs"][0]["conclusion"] == "better"

    part = judge("run", "refusals@1", "--rubric", "refusal", "--judge", "baseline", "--split", "test", "--json").json
    assert part["criteria"][0]["scored"] == made["splits"]["test"]
    listed = judge("curate", "list")
    assert "refusals@1" in listed.out
    assert judge("curate", "list", "--json").json[0]["content_hash"] == made["content_hash"]


def test_a_study_on_what_was_curated(judge, log):
    """Curated records can go straight to annotators."""
    assert judge("run", log, "--rubric", "hallucination", "--judge", "baseline").code == 0
    options = ("--failing", "hallucination", "--study", "hard", "--rubric", "hallucination")
    done = judge("curate", "add", "answers", "--into", "hard", *options)
    assert done.code == 0, done.err
    assert "Study hard is open" in done.out
    assert judge("study", "status", "hard", "--json").json["items"] == 1


def test_mistakes_are_told(judge, log, tmp_path):
    """Files that are no JSON lines, and halves of an option pair, end with exit code 2 and what to write."""
    judge("import", log, "--dataset", "d")
    (tmp_path / "bad.jsonl").write_text('{"id": "a"}\n')
    (tmp_path / "twice.jsonl").write_text('{"id": "a", "reference": "x"}\n\n{"id": "a", "reference": "y"}\n')
    for options, message in (
        (("--ideal", "bad.jsonl"), "bad.jsonl:1: a line has an `id` and a `reference`"),
        (("--ideal", "twice.jsonl"), "twice.jsonl:3: record 'a' comes twice"),
        (("--ideal", "nowhere.jsonl"), "cannot be read"),
        (("--study", "s"), "--study NAME --rubric R"),
        (("--split", "dev"), "not of the form KEY=VALUE"),
        (("--failing", "safety"), "no judgements by 'safety'"),
    ):
        done = judge("curate", "add", "d", "--into", "g", *options)
        assert done.code == 2
        assert message in done.err
