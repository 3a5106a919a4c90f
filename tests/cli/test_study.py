import re

import orjson
import pytest

from judge.labeling.desk import Answer, Entry
from judge.labeling.stored import StoredDesk
from judge.store.database import Database
from judge.store.tables import now

LINK = re.compile(r"^http://127\.0\.0\.1:8501/enter/[A-Za-z0-9_-]{32,}$", re.MULTILINE)


@pytest.fixture
def study(judge, tmp_path):
    """A data set of forty support answers, and a study of ten of them."""
    rows = [
        {"id": f"r{n}", "question": "How long?", "answer": f"It takes {n} days.", "documents": [f"{n} days."]}
        for n in range(40)
    ]
    (tmp_path / "log.jsonl").write_bytes(b"\n".join(map(orjson.dumps, rows)))
    assert judge("import", "log.jsonl", "--dataset", "log").code == 0
    done = judge("study", "create", "pilot", "--rubric", "hallucination", "--from", "log", "--n", 10, "--seed", 3)
    assert done.code == 0, done.err
    assert "Study pilot: 10 of 40 records of log, for hallucination (uniform draw)." in done.out
    assert "Each had probability 0.25 to be drawn." in done.out
    return judge


def rate(tmp_path, name, n):
    """Rate n items at the desk."""
    with Database(f"sqlite:///{tmp_path}/evenhand.db") as db:
        desk = StoredDesk(db, "pilot")
        for item in desk.lease(name, n, now()):
            criterion = desk.rubric.criteria[0]
            answers = (Answer(criterion.name, criterion.scale.names[0]),)
            desk.save(name, [Entry(f"key-{name}-{item.id}", item.id, answers, seconds=5.0)], now())


def test_annotators_get_a_link(study):
    """Adding somebody prints the link that signs them in once; it is the only thing on standard output."""
    done = study("study", "annotators", "add", "Ann Lee", "--study", "pilot", "--role", "annotator", "--role", "owner")
    assert LINK.fullmatch(done.out.strip())
    assert "Ann Lee (annotator, owner) is in pilot." in done.err
    again = study("study", "annotators", "link", "Ann Lee", "--url", "https://rate.example.org/").out
    assert again.startswith("https://rate.example.org/enter/")
    listed = study("study", "annotators", "list", "--json").json
    assert listed == [{"name": "Ann Lee", "roles": ["annotator", "owner"], "studies": ["pilot"]}]
    assert "Ann Lee" in study("study", "annotators", "list").out
    assert study("study", "annotators", "remove", "Ann Lee").code == 0
    assert study("study", "annotators", "list", "--json").json == []


def test_status_says_what_is_needed(study, tmp_path):
    """Status tells ratings given and wanted, what the interval takes, and each annotator."""
    assert "Nobody takes part yet" in study("study", "status", "pilot").out
    study("study", "annotators", "add", "ann", "--study", "pilot")
    rate(tmp_path, "ann", 4)
    told = study("study", "status", "pilot").out
    assert "Study pilot (open): 4 of 20 ratings (20 %), 0 of 10 records complete." in told
    assert "For an interval of ± 0.05 at 95 % from people's ratings alone:" in told
    assert re.search(r"supported: 4 of about \d+ records rated, \d+ more \(now ± 0\.\d+\)", told)
    assert "The study has 10 records:" in told
    status = study("study", "status", "--json").json["status"]
    assert status["filled"] == 4
    assert status["more"] > 20
    assert [worker["name"] for worker in status["workers"]] == ["ann"]


def test_assigning_and_removing(study, tmp_path):
    """Annotators are let into a study, with a limit, and out of it again."""
    study("study", "annotators", "add", "ann")
    assert study("study", "assign", "pilot", "ann", "--most", 3).err == "ann: in study pilot.\n"
    rate(tmp_path, "ann", 9)
    assert study("study", "status", "--json").json["status"]["filled"] == 3
    assert study("study", "assign", "pilot", "ann", "--remove", "--json").json["assigned"] is False
    assert "ann (no longer)" in study("study", "status").out


def test_states(study):
    """A study is paused, reopened and closed."""
    assert study("study", "pause", "pilot").err == "Study pilot is paused.\n"
    assert study("study", "reopen", "pilot", "--json").json == {"study": "pilot", "state": "open"}
    assert study("study", "close", "last").err == "Study pilot is closed.\n"
    (row,) = study("study", "list", "--json").json
    assert (row["study"], row["state"], row["items"], row["least_probability"]) == ("pilot", "closed", 10, 0.25)
    assert "hallucination" in study("study", "list").out


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet"])
def test_export_and_import(study, tmp_path, ending):
    """A study's ratings go out with rubric hash and inclusion probability, and come in again elsewhere."""
    study("study", "annotators", "add", "ann", "--study", "pilot")
    rate(tmp_path, "ann", 5)
    file = f"out.{ending}"
    assert study("study", "export", "pilot", "-o", file).err == f"5 ratings written to {file}.\n"
    first = study("study", "export", "pilot").out
    row = orjson.loads(first.splitlines()[0])
    assert (row["inclusion_probability"], row["source"], len(row["rubric_hash"])) == (0.25, "pilot", 64)
    study("import", "log.jsonl", "--dataset", "log", "--db", "other.db")
    done = study("study", "import", file, "--dataset", "log", "--rubric", "hallucination", "--db", "other.db", "--json")
    assert (done.json["ratings"], done.json["new"]) == (5, 5)
    assert study("export", "ratings", "--dataset", "log", "--db", "other.db").out == first
    assert "0 new" in study("study", "import", file, "--study", "pilot").err


def test_label_studio(study, tmp_path):
    """An export of Label Studio is told by its form and read with the names the user gives."""
    result = {"from_name": "ok", "to_name": "text", "type": "choices", "value": {"choices": ["Fine"]}}
    task = {"id": 1, "data": {"uid": "r1"}, "annotations": [{"completed_by": 1, "result": [result]}]}
    (tmp_path / "ls.json").write_bytes(orjson.dumps([task]))
    names = ("--map", "ok=supported", "--label-map", "Fine=supported", "--record-field", "uid")
    done = study("study", "import", "ls.json", "--dataset", "log", "--rubric", "hallucination", *names)
    assert done.err == "1 ratings read, 1 new, into log.\n"
    wrong = study("study", "import", "ls.json", "--dataset", "log")
    assert (wrong.code, "which rubric do the annotations answer?" in wrong.err) == (2, True)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("create", "pilot", "-r", "hallucination", "--from", "log"), "there is a study 'pilot' already"),
        (("create", "x", "-r", "hallucination", "--from", "log", "--design", "best"), "there is no design 'best'"),
        (("create", "x", "-r", "hallucination", "--from", "log", "--design", "stratified"), "needs one run, found 0"),
        (("create", "x", "-r", "hallucination", "--from", "lag"), "'lag' is neither a file nor a data set"),
        (("create", "x", "-r", "hallucination", "--from", "log", "--annotator", "eve"), "there is no annotator 'eve'"),
        (("create", "x", "-r", "hallucination"), "there is no run yet"),
        (("status", "pilott"), "did you mean 'pilot'?"),
        (("assign", "pilot", "eve"), "judge study annotators add NAME"),
        (("annotators", "add", "ann", "--role", "king"), "one of annotator, adjudicator, owner"),
        (("annotators", "add", "a/b"), "is no name for an annotator"),
        (("import", "log.jsonl"), "add --dataset NAME or --study STUDY"),
    ],
)
def test_what_cannot_be_done(study, args, message):
    """Each mistake is told in words with what to write instead, and the exit code is 2."""
    done = study("study", *args)
    assert done.code == 2
    assert message in done.err
