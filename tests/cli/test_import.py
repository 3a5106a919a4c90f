import gzip
import json

import pytest

ROWS = [
    {
        "id": "1",
        "input": "Q?",
        "output": "Yes.",
        "documents": ["Yes."],
        "human": [{"rater": "ann", "label": "fine"}, {"rater": "bob", "label": "bad"}],
        "judge": [{"judge": "gpt-4", "label": "fine"}],
    },
    {
        "id": "2",
        "input": "Q?",
        "output": "No.",
        "documents": ["Yes."],
        "human": [{"rater": "ann", "label": "bad"}],
        "judge": [{"judge": "gpt-4", "label": "unparsed"}],
    },
]
WORDS = ("--label-map", "fine=supported", "--label-map", "bad=unsupported")


def write(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.fixture
def labelled(tmp_path):
    return write(tmp_path / "labelled.jsonl", ROWS)


def test_import_twice(judge, log):
    """Importing is idempotent, and says what it did."""
    assert judge("import", log, "--dataset", "d").out.strip() == "Data set d: 3 new records."
    again = judge("import", log, "--dataset", "d", "--json").json
    assert (again["new"], again["unchanged"], again["rejected"]) == (0, 3, 0)


def test_labels_and_outputs(judge, labelled):
    """Labels and judge outputs of a log become ratings and an imported run; an unparsed output is an abstention."""
    done = judge(
        "import", labelled, "--dataset", "d", "--ratings", "--judgements", "--rubric", "hallucination", *WORDS, "--json"
    )
    assert done.code == 0, done.err
    assert (done.json["ratings"], done.json["judgements"]) == (3, 2)
    assert list(done.json["judges"]) == ["gpt-4"]
    rows = [json.loads(line) for line in judge("export", "judgements").out.splitlines()]
    assert [(row["record_id"], row["outcome"], row["score"], row["reason"]) for row in rows] == [
        ("1", "scored", "supported", None),
        ("2", "abstained", None, "unparsed"),
    ]
    ratings = [json.loads(line) for line in judge("export", "ratings", "--dataset", "d").out.splitlines()]
    assert {(row["record_id"], row["annotator"], row["score"]) for row in ratings} == {
        ("1", "ann", "supported"),
        ("1", "bob", "unsupported"),
        ("2", "ann", "unsupported"),
    }


def test_labels_again_are_no_news(judge, labelled):
    """Importing labels twice adds neither ratings nor a second run."""
    command = ("import", labelled, "--dataset", "d", "--ratings", "--judgements", "--rubric", "hallucination", *WORDS)
    judge(*command)
    again = judge(*command, "--json").json
    assert again["ratings"] == 0
    assert list(again["judges"].values()) == [1]


def test_labels_that_stand_nowhere_are_told(judge, log):
    """Asked for labels that no line holds, the import says so and how to name their column; found ones are silent."""
    asked = ("import", log, "--dataset", "d", "--rubric", "hallucination", "--ratings", "--judgements")
    told = judge(*asked).out
    assert "No ratings: no line holds a human label" in told
    assert "--map labels.ann=COLUMN" in told
    assert "No judgements: no line holds a judge's output" in told
    assert len(judge(*asked, "--json").json["missed"]) == 2


def test_labels_of_other_criteria_are_counted(judge, tmp_path):
    """Labels that answer another criterion are passed over by name and number, never in silence."""
    human = [
        {"rater": "ann", "label": 5, "criterion": "grammar"},
        {"rater": "ann", "label": 4, "criterion": "coherence"},
    ]
    log = write(tmp_path / "quality.jsonl", [{"id": "1", "input": "Q?", "output": "Yes.", "human": human}])
    told = judge("import", log, "--dataset", "d", "--rubric", "coherence", "--ratings").out
    assert "1 ratings." in told
    assert "Passed over: 1 labels of the criterion 'grammar'." in told


def test_a_label_off_the_scale_leaves_nothing_behind(judge, labelled):
    """A label that cannot be read ends the import before the records beside it are stored."""
    assert judge("import", labelled, "--dataset", "d", "--rubric", "hallucination", "--ratings").code == 2
    assert judge("export", "records", "--dataset", "d").out == ""


def test_unknown_label_says_how_to_map_it(judge, labelled):
    """A label that is no value of the scale names the values and the option to write."""
    done = judge("import", labelled, "--dataset", "d", "--ratings", "--rubric", "hallucination")
    assert done.code == 2
    assert "fine" in done.err
    assert "supported" in done.err
    assert "--label-map" in done.err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--ratings"], "which rubric do the labels answer?"),
        (["--rubric", "hallucination"], "add --ratings or --judgements"),
        (["--ratings", "--rubric", "hallucination:tone"], "has no criterion 'tone'"),
        (["--map", "response"], "'response' is not of the form KEY=VALUE"),
        (["--map", "response=a", "--map", "response=b"], "'response' is given twice"),
        (["--map", "respons=answer"], "respons"),
        (["--format", "xml"], "xml"),
    ],
)
def test_options_that_cannot_be_meant(judge, log, options, message):
    """Each is answered with what is wrong, and nothing goes in."""
    done = judge("import", log, "--dataset", "d", *options)
    assert done.code == 2
    assert message in done.err


def test_bad_lines_are_kept_aside(judge, tmp_path):
    """A bad line is told with file, line and reason, kept in the rejects file and counted; the rest goes in."""
    path = tmp_path / "mixed.jsonl"
    path.write_text('{"id": "1", "response": "Yes."}\nnonsense\n{"id": "2", "question": "no answer"}\n')
    done = judge("import", path, "--dataset", "d")
    assert done.code == 0
    assert "mixed.jsonl:2: " in done.err
    assert "mixed.jsonl:3: " in done.err
    assert "1 new" in done.out
    assert "2 lines rejected: see d.rejects.jsonl" in done.out
    rejects = [json.loads(line) for line in (tmp_path / "d.rejects.jsonl").read_text().splitlines()]
    assert (rejects[0]["line"], rejects[0]["text"]) == (2, "nonsense")


def test_strict_stops_at_the_first_bad_line(judge, tmp_path):
    """With --strict, a bad line ends the import with exit code 2."""
    path = tmp_path / "mixed.jsonl"
    path.write_text('{"id": "1", "response": "Yes."}\nnonsense\n')
    done = judge("import", path, "--dataset", "d", "--strict")
    assert done.code == 2
    assert "mixed.jsonl:2: " in done.err
    assert not (tmp_path / "d.rejects.jsonl").exists()


def test_other_content_under_a_known_id(judge, tmp_path):
    """A record whose id is known with other content is rejected, not exchanged."""
    judge("import", write(tmp_path / "a.jsonl", [{"id": "1", "response": "Yes."}]), "--dataset", "d")
    done = judge("import", write(tmp_path / "b.jsonl", [{"id": "1", "response": "No."}]), "--dataset", "d")
    assert "b.jsonl:1: record '1' is in d already, with other content" in done.err
    assert "1 lines rejected" in done.out


def test_settings_say_how_a_log_is_read(judge, tmp_path):
    """A [logs.NAME] table maps a data set's columns once and for all."""
    (tmp_path / "judge.toml").write_text('[logs.d]\nmap = { response = "deep.text" }\n')
    write(tmp_path / "own.jsonl", [{"id": "1", "deep": {"text": "Hello."}}])
    judge("import", "own.jsonl", "--dataset", "d")
    (row,) = [json.loads(line) for line in judge("export", "records", "--dataset", "d").out.splitlines()]
    assert row["response"] == "Hello."


def test_gzip_and_several_files(judge, tmp_path):
    """Several files, compressed or not, go into one data set."""
    with gzip.open(tmp_path / "a.jsonl.gz", "wt") as stream:
        stream.write(json.dumps({"id": "1", "response": "A."}) + "\n")
    (tmp_path / "b.csv").write_text("id,response\n2,B.\n")
    assert judge("import", "a.jsonl.gz", "b.csv", "--dataset", "d").out.strip() == "Data set d: 2 new records."


def test_missing_file(judge):
    """A file that is not there is named."""
    done = judge("import", "nothing.jsonl", "--dataset", "d")
    assert done.code == 2
    assert "nothing.jsonl" in done.err


def test_feedback_that_came_later(judge, tmp_path):
    """A line of feedback is filled into its record, wherever it stands, and what is about no record is counted."""
    log = write(
        tmp_path / "log.jsonl",
        [
            {"feedback_for": "1", "feedback": 0},
            {"id": "1", "response": "Yes."},
            {"id": "2", "response": "No."},
            {"feedback_for": "1", "feedback": "up"},
            {"feedback_for": "9", "feedback": 1},
            {"feedback_for": "2", "feedback": "purple"},
        ],
    )
    done = judge("import", log, "--dataset", "d", "--json").json
    assert (done["new"], done["updated"], done["rejected"]) == (2, 1, 1)
    assert done["passed"] == {"feedback on records that are not in the data set": 1}
    judge("export", "records", "--dataset", "d", "-o", tmp_path / "out.jsonl")
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [row.get("feedback") for row in rows] == [1.0, None]
