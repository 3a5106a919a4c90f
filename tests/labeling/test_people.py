import pytest
from house import NOON, at

from judge.errors import NotFoundError, UsageError
from judge.labeling import links, people
from judge.labeling.people import Role
from judge.labeling.stored import StoredFrontDesk


def test_a_link_signs_in_once(house):
    """A link shows whom it is for, opens one session, and is then used up; the session lasts until it is closed."""
    house.study()
    front = StoredFrontDesk(house.db)
    code = links.invite(house.db, "ann", NOON)
    assert front.peek(code, at(1)).id == front.peek(code, at(2)).id == "ann"
    secret = front.redeem(code, at(3))
    assert front.redeem(code, at(4)) is None
    assert front.peek(code, at(4)) is None
    person = front.who(secret, at(5))
    assert (person.id, person.roles, person.studies) == ("ann", frozenset({"annotator"}), ("first",))
    front.leave(secret)
    assert front.who(secret, at(6)) is None


def test_secrets_are_kept_as_hashes(house):
    """Neither a link's code nor a session's secret stands in the database."""
    house.study()
    code = links.invite(house.db, "ann", NOON)
    secret = links.redeem(house.db, code, at(1))
    assert len(code) >= 32
    for table in ("link", "session", "event", "annotator"):
        assert code not in repr(house.rows(f"SELECT * FROM {table}"))  # noqa: S608 - our own tables
        assert secret not in repr(house.rows(f"SELECT * FROM {table}"))  # noqa: S608 - as above


def test_links_and_sessions_run_out(house):
    """A link is good for its days and a session for its own, to the second."""
    house.study()
    day = 24 * 3600
    code = links.invite(house.db, "ann", NOON, days=2)
    assert links.peek(house.db, code, at(2 * day)) is None
    assert links.redeem(house.db, code, at(2 * day)) is None
    secret = links.redeem(house.db, code, at(2 * day - 1))
    ends = 2 * day - 1 + links.SESSION_DAYS * day
    assert links.who(house.db, secret, at(ends - 1)) is not None
    assert links.who(house.db, secret, at(ends)) is None


def test_what_was_never_given_out_opens_nothing(house):
    """Unknown codes and secrets, also with odd characters, are nobody's."""
    house.study()
    for text in ("", "x", "health", "\udcff", "'; DROP TABLE link; --"):
        assert links.peek(house.db, text, NOON) is None
        assert links.redeem(house.db, text, NOON) is None
        assert links.who(house.db, text, NOON) is None


def test_who_was_removed_is_out_at_once(house):
    """Removing somebody ends their sessions, links and e-mail sign-in; adding them again lets them in again."""
    house.study()
    people.add(house.db, "ann", email="Ann@Example.org")
    secret = links.redeem(house.db, links.invite(house.db, "ann", NOON), NOON)
    open_link = links.invite(house.db, "ann", NOON)
    people.remove(house.db, "ann")
    assert links.who(house.db, secret, at(1)) is None
    assert links.peek(house.db, open_link, at(1)) is None
    assert links.who_has_email(house.db, "ann@example.org") is None
    assert people.listing(house.db) == []
    people.add(house.db, "ann")
    assert links.who(house.db, secret, at(2)).id == "ann"


def test_an_identity_provider_proves_an_address(house):
    """Whoever owns the address is its person, whatever its case; an unknown one is nobody."""
    people.add(house.db, "ann", email="Ann@Example.org ")
    front = StoredFrontDesk(house.db)
    assert front.who_has_email("ANN@example.ORG", NOON).id == "ann"
    assert front.who_has_email("eve@example.org", NOON) is None
    assert front.who_has_email("", NOON) is None


def test_roles_are_read_at_every_action(house):
    """A role that is given or taken counts from the next action on."""
    people.add(house.db, "ann", roles=[Role.OWNER])
    with house.db.read() as connection:
        assert people.require(connection, "ann", Role.OWNER)
        with pytest.raises(UsageError, match=r"ann is no adjudicator(.|\n)*--role adjudicator"):
            people.require(connection, "ann", Role.ADJUDICATOR)
    people.add(house.db, "ann", roles=[Role.ADJUDICATOR])
    with house.db.read() as connection, pytest.raises(UsageError, match="ann is no owner"):
        people.require(connection, "ann", Role.OWNER)


@pytest.mark.parametrize("name", ["", " ann", "ann ", "a/b", "a\nb", "x" * 61, "Gold", "adjudicated", "judge"])
def test_names_that_cannot_be(house, name):
    """Names are one line without slashes, and none that imports give to ratings that are nobody's."""
    with pytest.raises(UsageError, match=r"is no name for an annotator(.|\n)*1 to 60 characters"):
        people.add(house.db, name)


def test_one_address_one_person(house):
    """An address belongs to one person, and must be one."""
    people.add(house.db, "ann", email="ann@example.org")
    with pytest.raises(UsageError, match=r"ann@example\.org belongs to ann"):
        people.add(house.db, "bob", email="ann@example.org")
    with pytest.raises(UsageError, match="'ann' is no e-mail address"):
        people.add(house.db, "bob", email="ann")
    assert people.add(house.db, "ann").id == "ann"


def test_unknown_people(house):
    """Somebody who is not registered is told with those who are."""
    with pytest.raises(NotFoundError, match="judge study annotators add NAME"):
        people.find(house.db, "ann")
    people.add(house.db, "anna")
    with pytest.raises(NotFoundError, match="did you mean 'anna'"):
        links.invite(house.db, "ann", NOON)
