import csv
import json

import pyarrow.parquet as pq
import pytest

COLUMNS = [
    "record_id",
    "rubric",
    "criterion",
    "outcome",
    "score",
    "probability",
    "reason",
    "rationale",
    "evidence",
    "model",
    "fingerprint",
    "attempts",
    "prompt_tokens",
    "completion_tokens",
    "cost",
]


@pytest.fixture
def judged(judge, log):
    """A data set that was judged once."""
    judge("run", log, "--rubric", "hallucination", "--judge", "baseline")


@pytest.mark.usefixtures("judged")
def test_formats_say_the_same(judge, tmp_path):
    """JSONL, CSV and Parquet hold the same rows, with the columns that are promised."""
    for ending in ("jsonl", "csv", "parquet"):
        done = judge("export", "judgements", "--run", "last", "-o", f"out.{ending}")
        assert (done.code, done.out) == (0, "")
        assert f"3 judgements written to out.{ending}." in done.err
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    with (tmp_path / "out.csv").open(newline="") as stream:
        cells = list(csv.DictReader(stream))
    rows = pq.read_table(tmp_path / "out.parquet").to_pylist()
    assert set(COLUMNS) <= set(lines[0])
    assert list(lines[0]) == list(cells[0]) == list(rows[0])
    for line, cell, row in zip(lines, cells, rows, strict=True):
        assert line["record_id"] == cell["record_id"] == row["record_id"]
        assert line["score"] == (cell["score"] or None) == row["score"]
        assert line["reason"] == (cell["reason"] or None) == row["reason"]
        assert line["evidence"] == json.loads(cell["evidence"] or "[]") == json.loads(row["evidence"] or "[]")
    assert {line["outcome"] for line in lines} == {"scored", "abstained"}


def test_formulas_are_neutralised(judge, tmp_path):
    """A cell that a spreadsheet would run starts with an apostrophe in CSV, and is untouched in JSONL."""
    evil = ["=cmd()", "+1", "-1", "@x", "\tx", "harmless"]
    log = [{"id": str(n), "response": text} for n, text in enumerate(evil)]
    (tmp_path / "evil.jsonl").write_text("".join(json.dumps(row) + "\n" for row in log))
    judge("import", "evil.jsonl", "--dataset", "d")
    judge("export", "records", "--dataset", "d", "-o", "out.csv")
    with (tmp_path / "out.csv").open(newline="") as stream:
        cells = [row["response"] for row in csv.DictReader(stream)]
    assert cells == ["'=cmd()", "'+1", "'-1", "'@x", "'\tx", "harmless"]
    lines = judge("export", "records", "--dataset", "d").out.splitlines()
    assert [json.loads(line)["response"] for line in lines] == evil


def test_exported_records_import_again(judge, log, tmp_path):
    """What is exported as records is a log."""
    judge("import", log, "--dataset", "d")
    judge("export", "records", "--dataset", "d", "-o", "again.jsonl")
    assert judge("import", "again.jsonl", "--dataset", "e").out.strip() == "Data set e: 3 new records."
    first = judge("export", "records", "--dataset", "d").out
    assert judge("export", "records", "--dataset", "e").out == first
    assert (tmp_path / "again.jsonl").read_text() == first


def test_no_run_yet(judge):
    """Exporting from an empty database says what makes a run."""
    done = judge("export", "judgements")
    assert done.code == 2
    assert "there is no run yet" in done.err
    assert "judge run SOURCE" in done.err


@pytest.mark.usefixtures("judged")
def test_output_that_cannot_be_written(judge):
    """A folder that is not there is named, and no half file is left."""
    done = judge("export", "judgements", "-o", "no/such/folder.csv")
    assert done.code == 2
    assert "no/such/folder.csv: cannot be written" in done.err


@pytest.mark.usefixtures("judged")
def test_runs_are_listed(judge):
    """`judge runs` names data sets and runs, for people and for machines."""
    done = judge("runs")
    assert "answers" in done.out
    assert "baseline" in done.out
    listed = judge("runs", "--json").json
    assert listed["datasets"] == [{"name": "answers", "records": 3}]
    assert listed["runs"][0]["state"] == "finished"


@pytest.mark.usefixtures("judged")
def test_reparse(judge):
    """`judge reparse` reads the stored replies again and asks nobody; nothing has changed."""
    done = judge("reparse", "last", "--json").json
    assert (done["read"], done["changed"]) == (2, 0)
    assert "2 judgements read again, 0 changed" in judge("reparse").out
