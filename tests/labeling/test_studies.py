import numpy as np
import pytest
from house import ALL_ROLES, judged, make_house, make_records, make_rubric, press

from judge.errors import NotFoundError, UsageError
from judge.labeling import items, people, studies
from judge.labeling.frame import ABSTAINED, DIFFER, Opinion, score_strata, uncertainties
from judge.labeling.study import Design, Plan, State
from judge.records import Record
from judge.scores import Rating
from judge.store import datasets, judges, ratings


def drawn(house):
    columns = "record_id, inclusion_probability, stratum, raters, cluster"
    return house.rows(f"SELECT {columns} FROM item WHERE NOT training ORDER BY record_id")  # noqa: S608 - our own table


def create(house, *, runs_=(), **plan):
    return studies.create(
        house.db, Plan(**({"name": "first", "n": 10} | plan)), house.rubric, house.dataset, runs=runs_
    )


def test_a_uniform_study(house):
    """Ten of thirty records are drawn, each with probability a third; half of them overlap."""
    study = create(house, raters=3, overlap=0.5, seed=4)
    rows = drawn(house)
    assert len({row[0] for row in rows}) == 10
    assert {row[1] for row in rows} == {1 / 3}
    assert sorted(row[3] for row in rows) == [1] * 5 + [3] * 5
    assert items.counts(house.db, study) == items.ItemCounts(10, 5, 0, 20, 1 / 3, 1 / 3)
    assert (study.population, study.state, study.rubric, study.design["kind"]) == (
        30,
        State.OPEN,
        house.rubric,
        "uniform",
    )


def test_a_stratified_study(house):
    """Records are drawn within each of the judge's scores: rare ones get their floor, each has its own probability."""
    run = judged(house, ["no"] * 4 + [None] * 2 + ["yes"] * 24)
    create(house, runs_=[run], design=Design.STRATIFIED, n=15, floor=4)
    rows = drawn(house)
    counts = {name: [row[1] for row in rows if row[2] == name] for name in ("no", "yes", ABSTAINED)}
    assert {name: len(chances) for name, chances in counts.items()} == {"no": 4, ABSTAINED: 2, "yes": 9}
    assert counts["no"] == [1.0] * 4
    assert counts["yes"] == [9 / 24] * 9


def test_a_study_of_what_the_judge_is_unsure_of(house):
    """Records on which the judge was torn are likelier to be drawn, and none is impossible."""
    run = judged(house, ["yes"] * 30)
    create(house, runs_=[run], design=Design.UNCERTAINTY, n=12)
    rows = drawn(house)
    assert len(rows) == 12
    by_key = {row[0]: row[1] for row in rows}
    torn = [chance for key, chance in by_key.items() if key % 10 in {0, 1, 2}]
    sure = [chance for key, chance in by_key.items() if key % 10 in {8, 9}]
    assert min(torn) > max(sure, default=0.0)
    assert min(by_key.values()) > 0.05


def test_a_study_of_where_two_judges_differ(house):
    """Half of the draw goes to the records on which the judges differ."""
    first = judged(house, ["yes"] * 30)
    second = judged(house, ["no"] * 8 + ["yes"] * 22, model="other")
    create(house, runs_=[first, second], design=Design.DISAGREEMENT, n=10, floor=1)
    rows = drawn(house)
    assert [row[1] for row in rows if row[2] == DIFFER] == [5 / 8] * 5
    assert [row[1] for row in rows if row[2] != DIFFER] == [5 / 22] * 5


def test_conversations_are_drawn_whole(db):
    """With conversations kept together, every turn of a drawn one is an item with the conversation's probability."""
    house = make_house(db, 40, conversations=10)
    create(house, n=12, clusters=True)
    rows = drawn(house)
    assert len(rows) == 12
    assert {row[1] for row in rows} == {3 / 10}
    assert len({row[4] for row in rows}) == 3
    assert len({(row[0] - 1) % 10 for row in rows}) == 3


def test_the_records_a_run_judged(house):
    """A uniform draw with a run is among what that run judged."""
    run = judged(house, ["yes"] * 6)
    study = create(house, runs_=[run], n=6)
    assert study.population == 6
    assert [row[0] for row in drawn(house)] == [1, 2, 3, 4, 5, 6]


def test_records_that_cannot_be_asked_are_told(house):
    """A record without a field the rubric reads is not drawn, and how many there are is kept."""
    bare = [Record(id="bare", response="Yes."), Record(id="blank", response=" ", question="Q?")]
    datasets.add(house.db, house.dataset, bare)
    study = create(house, n=40)
    assert study.population == 30
    assert study.design["missing"] == {"question": 1, "documents": 1}


def test_the_order_of_the_table_tells_nothing(house):
    """Items stand in random order, with codes of random digits, so that neither tells the stratum."""
    run = judged(house, ["no"] * 15 + ["yes"] * 15)
    create(house, runs_=[run], design=Design.STRATIFIED, n=30, floor=0)
    rows = house.rows("SELECT stratum, code, again FROM item ORDER BY id")
    strata = [row[0] for row in rows]
    assert strata not in (sorted(strata), sorted(strata, reverse=True))
    assert len({code for row in rows for code in row[1:]}) == 60


def test_training_items_are_gold_and_not_drawn(house):
    """Items for training are records whose every criterion has a gold rating and which nobody is to rate."""
    judges.keep_rubric(house.db, house.rubric)
    gold = [
        (key, Rating(f"r{key}", "support", name, "boss", score=score, gold=True))
        for key in range(1, 30)
        for name, score in (("supported", "yes"), ("tone", "2"))
    ]
    half = (30, Rating("r30", "support", "tone", "boss", score="1", gold=True))
    ratings.add(house.db, house.rubric, [*gold, half])
    study = create(house, n=10, gold=0.5)
    training = {row[0] for row in house.rows("SELECT record_id FROM item WHERE training")}
    assert len(training) == 5
    assert not training & {row[0] for row in drawn(house)}
    assert 30 not in training
    assert items.counts(house.db, study).training == 5


def test_states_are_on_the_audit_trail(house):
    """Who paused and closed a study, and when, can be read."""
    study = create(house)
    closed = studies.set_state(house.db, study, State.CLOSED, who="ann")
    assert closed.closed is not None
    assert studies.set_state(house.db, study, State.OPEN).closed is None
    assert house.rows("SELECT kind FROM event ORDER BY id") == [("created",), ("closed",), ("open",)]


def test_last_is_the_newest(house):
    """`last` means the newest study, and an unknown name is told with those there are."""
    create(house, name="a")
    create(house, name="b")
    assert studies.find(house.db, "last").name == "b"
    assert studies.names(house.db) == ["a", "b"]
    with pytest.raises(NotFoundError, match=r"there is no study 'x'(.|\n)*there are: a, b"):
        studies.find(house.db, "x")


def test_there_is_no_study_yet(db):
    """Without any study the message says how to make one."""
    with pytest.raises(NotFoundError, match="judge study create NAME --rubric R"):
        studies.find(db, "last")


def test_an_interval_scale_is_cut_into_fifths():
    """Scores on an interval scale are strata by their quintiles; abstentions stay apart."""
    scale = {"kind": "interval", "min": 0, "max": 10, "good": "high"}
    rubric = make_rubric(criteria=[{"name": "q", "question": "How good?", "scale": scale}])
    outcomes = np.array([*map(str, range(10)), ABSTAINED], dtype=object)
    strata = score_strata(
        Opinion(np.arange(11), outcomes, np.full(11, np.nan), np.zeros(11, dtype=bool)), rubric.criteria[0]
    )
    assert strata.tolist() == [f"fifth {1 + number // 2}" for number in range(10)] + [ABSTAINED]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "a/b"}, "'a/b' is no name for a study"),
        ({"name": "import"}, "`import` is where imported ratings come from"),
        ({"n": 0}, "--n: 0 is out of range; allowed: from 1 up"),
        ({"raters": 21}, "--raters: 21 is out of range; allowed: from 1 to 20"),
        ({"overlap": 1.5}, "--overlap: 1.5 is out of range"),
        ({"seed": -1}, "--seed: -1 is out of range"),
        ({"lease_seconds": 1}, "--lease: 1 is out of range; allowed: from 5"),
        ({"half_width": 0}, "no interval has half-width 0 at level 0.95"),
        ({"level": 1}, "no interval has half-width 0.05 at level 1"),
    ],
)
def test_plans_that_cannot_be_meant(changes, message):
    """A figure out of range is told with its option and what is allowed."""
    with pytest.raises(UsageError, match=message.replace(".", r"\.")):
        Plan(**({"name": "a", "n": 1} | changes))


def test_studies_that_cannot_be_made(house, db):
    """Every reason why a study cannot be drawn is told with what to do."""
    run = judged(house, ["yes"] * 30, probabilities=False)
    create(house, name="taken")
    other = judged(house, ["yes"] * 30, model="x", rubric=make_rubric(name="other"))
    elsewhere = datasets.ensure(db, "elsewhere")
    datasets.add(db, elsewhere, make_records(3))
    empty = datasets.ensure(db, "empty")
    cases = [
        ({"name": "taken"}, (), house.dataset, "there is a study 'taken' already"),
        ({"design": Design.STRATIFIED}, (), house.dataset, "a stratified draw needs one run, found 0"),
        (
            {"design": Design.DISAGREEMENT},
            (run,),
            house.dataset,
            "a disagreement draw needs two runs, of two judges, found 1",
        ),
        ({"design": Design.STRATIFIED}, (other,), house.dataset, "has no judgements of support: it used other"),
        ({"design": Design.UNCERTAINTY}, (run,), house.dataset, "this judge gives no probabilities"),
        ({"design": Design.STRATIFIED, "floor": 11}, (run,), house.dataset, "a floor of 11 in each of 1 strata"),
        ({}, (run,), elsewhere, "run 1 is of data set log, the study draws from elsewhere"),
        ({}, (), empty, "empty: there is no record to draw from"),
        ({"criterion": "x"}, (run,), house.dataset, "support has no criterion 'x'(.|\n)*it has supported, tone"),
        ({"gold": 1.0}, (), house.dataset, "training on 10 records needs as many with a gold rating .* found 0"),
    ]
    for plan, some, dataset, message in cases:
        with pytest.raises((UsageError, NotFoundError), match=message):
            studies.create(db, Plan(**({"name": "new", "n": 10} | plan)), house.rubric, dataset, runs=some)
    assert studies.names(db) == ["taken"]


def test_no_record_has_what_the_rubric_reads(db):
    """Where no record can be asked, the fields they lack are named."""
    house = make_house(db, 0)
    datasets.add(db, house.dataset, [Record(id="a", response="Yes.")])
    with pytest.raises(UsageError, match=r"no record has everything that support reads \(1 without question\)"):
        create(house)


def test_uncertainty_where_some_have_no_probabilities():
    """A record the judge gave no probabilities for counts as wholly uncertain."""
    opinion = Opinion(
        np.arange(2), np.array(["yes", ABSTAINED], dtype=object), np.array([0.3, np.nan]), np.zeros(2, dtype=bool)
    )
    assert uncertainties(opinion).tolist() == [0.3, 1.0]


def test_owners_take_part_in_every_study(house):
    """An owner sees all studies, an annotator those they were assigned to."""
    desk = house.study("first")
    create(house, name="second")
    people.add(house.db, "boss", roles=ALL_ROLES)
    assert people.find(house.db, "boss").studies == ("first", "second")
    assert people.find(house.db, "ann").studies == ("first",)
    assert desk.save("ann", [press("x")], studies.find(house.db, "first").created)[0].saved is False
