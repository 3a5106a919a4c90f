import orjson
import pytest
from house import NOON, at, judged, make_house, make_rubric, press, skip

from judge import exporting
from judge.errors import LogError, UsageError
from judge.labeling import incoming, studies
from judge.labeling.desk import Mark
from judge.labeling.rating_rows import read_rating_file
from judge.rows import write_rows
from judge.store import judges
from judge.store.database import Database


@pytest.fixture
def rated(house):
    """Ratings of every kind: evidence, notes that look like formulas, skips, not applicable, repeats, gold."""
    desk = house.study(n=8, raters=2, people_=("ann", "bob"), repeats=1.0)
    for turn in range(40):
        for name in ("ann", "bob"):
            for item in desk.lease(name, 1, at(turn)):
                entry = skip(item.id, "no idea") if turn == 3 else press(item.id, "no", "3", note='=1+"1",\nyes')
                marked = press(item.id, marks=(Mark("response", 0, 8),), note="'quoted'") if turn % 2 else entry
                desk.save(name, [entry if turn == 3 else marked], at(turn))
    return house


def exported(house, **options):
    return list(exporting.rating_rows(house.db, house.dataset, {house.rubric.hash: house.rubric}, **options))


def write(house, path, **options):
    rows = exported(house, **options)
    write_rows(rows, exporting.RATING_COLUMNS, format_=path.suffix[1:], output=path)
    return rows


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet"])
def test_a_round_trip_keeps_everything(rated, tmp_path, ending):
    """What is exported and imported into another database is exported again to the letter, and once only."""
    path = tmp_path / f"ratings.{ending}"
    rows = write(rated, path, study="first")
    assert {row["repeat"] for row in rows} == {0, 1}
    assert {row["inclusion_probability"] for row in rows} == {8 / 30}
    assert {row["outcome"] for row in rows} == {"scored", "abstained"}
    with Database(f"sqlite:///{tmp_path}/other.db") as db:
        other = make_house(db)
        judges.keep_rubric(db, other.rubric)
        found = read_rating_file(db, str(path), None)
        assert incoming.store(db, other.dataset, found) == len(rows)
        assert exported(other) == rows
        assert incoming.store(db, other.dataset, read_rating_file(db, str(path), None)) == 0


def test_a_rubric_this_database_has_never_seen(rated, tmp_path):
    """Ratings under an unknown wording need its file; with it they go in, and the rubric is kept."""
    path = tmp_path / "ratings.jsonl"
    rows = write(rated, path)
    with Database(f"sqlite:///{tmp_path}/other.db") as db:
        other = make_house(db)
        with pytest.raises(LogError, match=r"ratings\.jsonl:1: .* which this database has never seen(.|\n)*--rubric"):
            read_rating_file(db, str(path), None)
        found = read_rating_file(db, str(path), other.rubric)
        assert incoming.store(db, other.dataset, found) == len(rows)
        assert judges.rubric(db, other.rubric.hash) == other.rubric


def test_into_a_study(house, tmp_path):
    """Ratings counted as a study's get its name and its inclusion probabilities, whatever the file says."""
    house.study(n=30)
    path = tmp_path / "in.jsonl"
    row = {"record_id": "r0001", "criterion": "tone", "annotator": "zoe", "score": 2, "inclusion_probability": 0.1}
    path.write_bytes(orjson.dumps(row))
    study = studies.find(house.db, "first")
    found = read_rating_file(house.db, str(path), study.rubric)
    assert incoming.store(house.db, house.dataset, found, study=study) == 1
    (back,) = exported(house, study="first")
    assert (back["annotator"], back["score"], back["source"], back["inclusion_probability"]) == (
        "zoe",
        "2",
        "first",
        1.0,
    )


GOOD = {"record_id": "r0001", "criterion": "tone", "annotator": "zoe", "score": "2"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"annotator": ""}, "a rating needs record_id, criterion, annotator; this row has no annotator"),
        ({"criterion": "x"}, "support has no criterion 'x', only supported, tone"),
        ({"score": "9"}, "'9' is not on the scale of tone; allowed: 1, 2, 3"),
        ({"score": None}, "a rating has a score or a reason why there is none, exactly one"),
        ({"reason": "skipped"}, "a rating has a score or a reason why there is none, exactly one"),
        ({"score": None, "reason": "tired"}, "'tired' is no reason; allowed: not_applicable"),
        ({"evidence": "yes"}, "evidence is a list of objects with source, text, start, end and role"),
        ({"seconds": "long"}, "seconds is a number, found 'long'"),
        ({"inclusion_probability": 1.5}, "an inclusion probability is above 0 and at most 1, found 1.5"),
        ({"time": "noon"}, "'noon' is no time; write it as 2026-09-01"),
        ({"time": "2026-09-01T12:00:00"}, "has no timezone"),
        ({"record_id": "r9999"}, "data set log has no record 'r9999'"),
    ],
)
def test_a_bad_row_stops_all(house, tmp_path, changes, message):
    """The message names file and line, what was found and what is allowed; nothing of the file goes in."""
    path = tmp_path / "in.jsonl"
    path.write_bytes(b"\n".join(orjson.dumps(row) for row in (GOOD, GOOD | changes)))
    with pytest.raises(LogError, match=r"in\.jsonl:2: (.|\n)*nothing was imported") as told:
        incoming.store(house.db, house.dataset, read_rating_file(house.db, str(path), house.rubric))
    assert message in str(told.value)
    assert house.rows("SELECT count(*) FROM rating") == [(0,)]


def test_many_bad_rows_are_counted(house, tmp_path):
    """The first few are told, and how many more there are."""
    path = tmp_path / "in.csv"
    path.write_text("record_id,criterion,annotator,score\n" + "r0001,tone,zoe,9\n" * 6)
    with pytest.raises(LogError, match=r"in\.csv:2: '9' is not on the scale(.|\n)*in\.csv:3(.|\n)*and 3 more"):
        read_rating_file(house.db, str(path), house.rubric)


def test_rows_of_another_rubric_or_none(house, tmp_path):
    """Without a rubric anywhere the file means nothing; a study takes only its own wording."""
    path = tmp_path / "in.jsonl"
    path.write_bytes(orjson.dumps(GOOD))
    with pytest.raises(UsageError, match=r"the rows do not say which rubric they answer(.|\n)*--rubric R"):
        read_rating_file(house.db, str(path), None)
    house.study(n=30)
    other = make_rubric(version=2)
    found = read_rating_file(house.db, str(path), other)
    with pytest.raises(UsageError, match="study first rates with another wording of support"):
        incoming.store(house.db, house.dataset, found, study=studies.find(house.db, "first"))


def test_records_outside_the_study(house, tmp_path):
    """A rating of a record that was not drawn cannot count for the study: its probability is not known."""
    desk = house.study(n=1)
    (item,) = desk.lease("ann", 1, NOON)
    drawn = int(item.passages[0].text.split()[1][:-1])
    path = tmp_path / "in.jsonl"
    path.write_bytes(orjson.dumps(GOOD | {"record_id": f"r{(drawn + 1) % 30:04}"}))
    found = read_rating_file(house.db, str(path), house.rubric)
    with pytest.raises(LogError, match="is not in study first"):
        incoming.store(house.db, house.dataset, found, study=studies.find(house.db, "first"))


def test_judgements_do_not_matter(house, tmp_path):
    """Exported ratings say nothing of a judge."""
    judged(house, ["yes"] * 30)
    desk = house.study(n=2)
    desk.save("ann", [press(item.id) for item in desk.lease("ann", 2, NOON)], at(1))
    assert not any("model" in column or "judge" in column for column in write(house, tmp_path / "x.jsonl")[0])
