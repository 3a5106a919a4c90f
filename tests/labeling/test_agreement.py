import pytest
from house import ALL_ROLES, NOON, at, judged, make_house, press

from judge.errors import UsageError
from judge.labeling import people, studies
from judge.labeling.agreement import read_agreement
from judge.labeling.status import read_status
from judge.labeling.study import State
from judge.stats.alpha import alpha
from judge.stats.intervals import Estimate, Refused

NAMES = ("ann", "bob", "cas")


@pytest.fixture
def rated(db):
    """Forty items rated by three: ann and bob agree, cas differs on every fourth; ann sees half of them twice."""
    house = make_house(db, 40)
    judged(house, ["no" if key % 5 == 0 else "yes" for key in range(1, 41)])
    desk = house.study(n=40, raters=3, people_=NAMES, repeats=0.5, least_seconds=3.0)
    people.add(house.db, "boss", roles=ALL_ROLES)
    for name in NAMES:
        while items := desk.lease(name, 12, at(1)):
            desk.save(name, [said(name, item) for item in items], at(1))
    return house, desk


def said(name, item):
    number = int(item.passages[0].text.split()[1][:-1]) + 1
    value = "no" if number % 3 == 0 else "yes"
    if name == "cas" and number % 4 == 0:
        value = "yes" if value == "no" else "no"
    slow = name == "ann" and number == 7
    return press(item.id, value, "2" if number % 2 else "3", seconds=900.0 if slow else 4.0 + number % 5 + number / 50)


def study_of(house):
    return studies.find(house.db, "first")


def test_agreement_by_criterion(rated):
    """Alpha over all annotators, and every pair: those who agree have 1, the other pairs what the table gives."""
    house, _ = rated
    found = read_agreement(house.db, study_of(house))
    supported = found["supported"]
    assert (supported.metric, found["tone"].metric, supported.items) == ("nominal", "ordinal", 40)
    pairs = {(pair.first, pair.second): pair for pair in supported.pairs}
    assert set(pairs) == {("ann", "bob"), ("ann", "cas"), ("bob", "cas")}
    assert pairs["ann", "bob"].percent.value == 1
    assert pairs["ann", "cas"].percent.value == pytest.approx(0.75)
    table = [["no" if n % 3 == 0 else "yes"] * 2 for n in range(1, 41)]
    rows = [[*row, row[0] if n % 4 else {"no": "yes", "yes": "no"}[row[0]]] for n, row in enumerate(table, start=1)]
    expected = alpha(rows)
    assert isinstance(expected, Estimate)
    assert supported.alpha.value == pytest.approx(expected.value)
    assert supported.alpha.low < supported.alpha.value < supported.alpha.high


def test_each_annotator_beside_the_others_and_the_judge(rated):
    """Each has agreement with the others over pairs, severity, agreement with the judge, and with themselves."""
    house, _ = rated
    standings = {s.annotator: s for s in read_agreement(house.db, study_of(house))["supported"].standings}
    assert standings["ann"].others.percent.value == pytest.approx((1 + 0.75) / 2)
    assert standings["cas"].others.percent.value == pytest.approx(0.75)
    assert standings["ann"].rated == 40
    assert isinstance(standings["cas"].severity, Estimate)
    same = sum((n % 3 == 0) == (n % 5 == 0) for n in range(1, 41))
    assert standings["ann"].judge.percent.value == pytest.approx(same / 40)
    repeats = standings["ann"].repeats.percent
    assert isinstance(repeats, Estimate)
    assert repeats.value == 1
    assert 8 < repeats.n < 32


def test_disputes_and_outliers(rated):
    """The items people disagree on most come first with what each said, and times out of the ordinary are told."""
    house, _ = rated
    supported = read_agreement(house.db, study_of(house))["supported"]
    assert len(supported.disputes) == 10
    numbers = [int(dispute.record[1:]) + 1 for dispute in supported.disputes]
    assert all(number % 4 == 0 for number in numbers)
    first = supported.disputes[0]
    assert first.distance == pytest.approx(2 / 3)
    assert first.values["ann"] == first.values["bob"] != first.values["cas"]
    assert [(o.record, o.annotator, o.seconds) for o in supported.outliers] == [("r0006", "ann", 900.0)]


def test_only_owners_who_do_not_rate_while_it_runs(rated):
    """Annotators never see agreement; an owner who rates sees it once the study is paused or closed."""
    house, _ = rated
    study = study_of(house)
    assert read_agreement(house.db, study, person="boss")
    with pytest.raises(UsageError, match="ann is no owner"):
        read_agreement(house.db, study, person="ann")
    people.add(house.db, "ann", roles=ALL_ROLES)
    with pytest.raises(UsageError, match=r"ann rates in study first(.|\n)*judge study pause 'first'"):
        read_agreement(house.db, study, person="ann")
    paused = studies.set_state(house.db, study, State.PAUSED)
    assert read_agreement(house.db, paused, person="ann")


def test_agreement_before_anybody_rated(house):
    """A fresh study refuses every figure instead of guessing one."""
    house.study()
    found = read_agreement(house.db, study_of(house))["supported"]
    assert isinstance(found.alpha, Refused)
    assert (found.items, found.pairs, found.standings, found.disputes, found.outliers) == (0, (), (), (), ())


def test_status_of_a_study(rated):
    """Filled slots, complete records, each annotator's count and what the interval still takes."""
    house, _ = rated
    status = read_status(house.db, study_of(house), at(300))
    assert (status.items, status.slots, status.filled, status.complete) == (40, 120, 120, 40)
    assert (status.held, status.stale) == (0, 0)
    workers = {worker.name: worker for worker in status.workers}
    assert set(workers) == set(NAMES)
    assert workers["ann"].done > 45
    assert workers["ann"].seconds == pytest.approx(6.4, abs=1.0)
    assert workers["ann"].last is not None
    need = status.needs["supported"]
    # Of a population of forty a few fewer than all will do, by the finite population correction.
    assert (need.rated, need.more) == (40, 0)
    assert 30 < need.needed < 40
    assert status.more == 0


def test_status_of_leases_and_flags(house):
    """Held and stale leases are told apart; skipped, flagged and rushed ones are counted; nobody has rated enough."""
    desk = house.study(n=10, people_=("ann", "bob"))
    first, second, third, *_ = desk.lease("ann", 4, NOON)
    desk.lease("bob", 2, at(200))
    desk.save("ann", [press(first.id, flagged=True, seconds=0.5), press(second.id)], at(1))
    status = read_status(house.db, study_of(house), at(301))
    assert (status.filled, status.held, status.stale, status.complete) == (2, 2, 2, 2)
    ann, bob = status.workers
    assert (ann.done, ann.held, ann.stale, ann.flagged, ann.rushed) == (2, 0, 2, 1, 1)
    assert (bob.held, bob.stale, bob.seconds, bob.last) == (2, 0, None, None)
    assert [(flag.annotator, flag.code) for flag in status.flags] == [("ann", first.id)]
    assert status.needs["supported"].rated == 2
    assert status.more == 28
    assert status.to_json()["needs"]["tone"]["more"] == 28
    desk.save("ann", [press(first.id)], at(302))
    assert read_status(house.db, study_of(house), at(303)).flags == ()
    assert third.order == 3
