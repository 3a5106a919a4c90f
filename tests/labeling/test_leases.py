import pytest
from house import ALL_ROLES, NOON, at, press

from judge.errors import UsageError
from judge.labeling import leases, people, studies


@pytest.fixture
def held(house):
    """A study in which ann holds three items and bob none."""
    desk = house.study(n=3, people_=("ann", "bob"))
    people.add(house.db, "boss", roles=ALL_ROLES)
    items = desk.lease("ann", 6, NOON)
    return house, desk, studies.find(house.db, "first"), items


def test_what_is_held_is_listed(held):
    """Each item in somebody's hands, since when and until when; a rated one no longer."""
    house, desk, study, items = held
    found = leases.listing(house.db, study)
    assert [(lease.annotator, lease.taken, lease.expires) for lease in found] == [("ann", NOON, at(300))] * len(items)
    desk.save("ann", [press(items[0].id)], at(1))
    assert len(leases.listing(house.db, study)) == len(items) - 1


def test_what_is_given_back_goes_to_the_next_who_asks(held):
    """Leases end at once; somebody else is given the items; a late rating is kept while its place is free."""
    house, desk, study, items = held
    assert leases.give_back(house.db, study, "ann", at(10), owner="boss") == len(items)
    assert leases.give_back(house.db, study, "ann", at(10), owner="boss") == 0
    (ack,) = desk.save("ann", [press(items[0].id)], at(11))
    assert ack.saved
    assert {item.id for item in desk.lease("bob", 6, at(12))} <= {item.id for item in items[1:]}
    assert desk.lease("bob", 6, at(12)) != []
    assert house.rows("SELECT count(*) FROM event WHERE kind = 'given back'") == [(1,)]


def test_only_owners_give_back(held):
    """Whoever is no owner ends nobody's leases."""
    house, _, study, items = held
    with pytest.raises(UsageError, match="bob is no owner"):
        leases.give_back(house.db, study, "ann", at(10), owner="bob")
    assert [lease.expires for lease in leases.listing(house.db, study)] == [at(300)] * len(items)
