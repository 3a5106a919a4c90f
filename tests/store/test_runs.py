import pytest

from judge.errors import NotFoundError
from judge.store import datasets, judges, runs, workers


@pytest.fixture
def dataset(db):
    return datasets.ensure(db, "log")


def start(db, dataset, rubric, *, identity="i", reopen=False, kind=runs.JUDGED):
    judge = judges.Judge("m", rubric, {"temperature": 0})
    return runs.start(
        db, dataset, identity=identity, kind=kind, model="m", settings={"a": 1}, judges_=[judge], reopen=reopen
    )


def test_an_unfinished_run_goes_on(db, dataset, rubric):
    """The same command after an interruption is the same run."""
    first, before = start(db, dataset, rubric)
    assert not before
    runs.end(db, first, runs.STOPPED)
    again, before = start(db, dataset, rubric)
    assert (again.id, again.state, before) == (first.id, runs.RUNNING, True)


def test_prices_that_change_on_the_way_are_all_kept(db, dataset, rubric):
    """A run that goes on at another price has that one, and beside it those by which earlier calls were paid."""
    judge = judges.Judge("m", rubric, {"temperature": 0})
    for price, cap in ((1, 5), (1, 7), (2, 7), (3, 7)):
        settings = {"price": {"prompt": price}, "price_table": "2026-11-01", "max_cost": cap}
        run, _ = runs.start(db, dataset, identity="i", kind=runs.JUDGED, model="m", settings=settings, judges_=[judge])
        runs.end(db, run, runs.STOPPED, learnt={"adaptations": ["seed left out"]} if price == 1 else None)
    kept = runs.find(db, str(run.id)).settings
    assert (kept["price"], kept["max_cost"], kept["adaptations"]) == ({"prompt": 3}, 7, ["seed left out"])
    assert [each["price"] for each in kept["prices_before"]] == [{"prompt": 1}, {"prompt": 2}]


def test_a_finished_run_is_finished(db, dataset, rubric):
    """The same command after a finished run is a new run; imports reopen theirs."""
    first, _ = start(db, dataset, rubric)
    runs.end(db, first, runs.FINISHED)
    second, before = start(db, dataset, rubric)
    assert (second.id != first.id, before) == (True, False)
    runs.end(db, second, runs.FINISHED)
    third, before = start(db, dataset, rubric, reopen=True)
    assert (third.id, before) == (second.id, True)


def test_a_run_that_a_crash_ended_is_listed_as_stopped(db, dataset, rubric):
    """A run is running while a living worker is at it, and stopped when its process has gone without a word."""
    run, _ = start(db, dataset, rubric)
    with workers.at_work(db, run):
        assert [each.state for each in runs.listing(db)] == [runs.RUNNING]
    assert [each.state for each in runs.listing(db)] == [runs.STOPPED]


def test_an_import_under_way_is_listed_as_running(db, dataset, rubric):
    """An import has no worker that could be missed."""
    start(db, dataset, rubric, kind=runs.IMPORTED)
    assert [each.state for each in runs.listing(db)] == [runs.RUNNING]


def test_last_is_the_newest_that_judges(db, dataset, rubric):
    """`last` passes over runs of metrics alone."""
    first, _ = start(db, dataset, rubric)
    start(db, dataset, rubric, identity="j", kind=runs.MEASURED)
    assert runs.find(db, "last").id == first.id
    assert [run.id for run in runs.listing(db)] == [first.id + 1, first.id]


def test_a_judge_comes_back_whole(db, dataset, rubric):
    """Rubric, model and settings of a judge are found again by its fingerprint."""
    run, _ = start(db, dataset, rubric)
    judge = judges.find(db, run.fingerprints[0])
    assert judge.rubric == rubric
    assert judge.fingerprint == run.fingerprints[0]
    assert judge.content == {"temperature": 0}


def test_fingerprint_changes_with_everything_that_can_change_a_score(rubric):
    """Rubric content, model and settings each make another judge."""
    base = judges.Judge("m", rubric, {"model": "m", "temperature": 0})
    others = [
        judges.Judge("m", rubric.model_copy(update={"guidance": "Be kind."}), {"model": "m", "temperature": 0}),
        judges.Judge("m", rubric, {"model": "n", "temperature": 0}),
        judges.Judge("m", rubric, {"model": "m", "temperature": 1}),
    ]
    assert len({base.fingerprint, *(other.fingerprint for other in others)}) == 4


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("last", "there is no run yet"),
        ("7", "there is no run 7"),
        ("newest", r"'newest' is no run(.|\n)*write `last`, or a number"),
    ],
)
def test_unknown_run(db, name, message):
    """A run that is not there says how to find one."""
    with pytest.raises(NotFoundError, match=message):
        runs.find(db, name)


def test_unknown_judge_and_rubric(db):
    """A fingerprint or hash that this database never saw is told as such."""
    with pytest.raises(NotFoundError, match="no judge with fingerprint abc"):
        judges.find(db, "abc")
    with pytest.raises(NotFoundError, match="no rubric with hash abc"):
        judges.rubric(db, "abc")
