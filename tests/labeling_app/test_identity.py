import pytest
from app_house import House
from app_world import RUBRIC, Server, all_saved, painted
from identity import CLIENT, provider

from judge.labeling import people

pytestmark = pytest.mark.browser
ACCOUNTS = {
    "ann@example.org": {"email_verified": True, "roles": ["owner"], "groups": ["owner"]},
    "ben@example.org": {"email_verified": False},
    "cas@example.org": {},
    "eve@example.org": {"email_verified": True},
}
SECRETS = """
[auth]
redirect_uri = "{app}/oauth2callback"
cookie_secret = "{secret}"
client_id = "{client[0]}"
client_secret = "{client[1]}"
server_metadata_url = "{provider}/.well-known/openid-configuration"
"""


@pytest.fixture(scope="module")
def organisation(tmp_path_factory):
    """A house whose people sign in through a provider: ann, ben and cas are registered with their addresses."""
    house = House(tmp_path_factory.mktemp("organisation"))
    study = house.study("organisation", 9, RUBRIC)
    for name in ("ann", "ben", "cas"):
        study.seat(name)
        people.add(house.db, study.person(name), email=f"{name}@example.org")
    with provider(ACCOUNTS) as one:
        server = Server(house)
        place = house.folder / ".streamlit"
        place.mkdir()
        filled = SECRETS.format(app=server.url, secret="s" * 64, client=CLIENT, provider=one.url)
        (place / "secrets.toml").write_text(filled)
        server.start()
        yield server, study
        server.kill()
    house.close()


def enter(page, server, email):
    """Press the button on the first page, and choose an account at the provider's."""
    page.goto(server.url)
    page.get_by_role("button", name="Sign in with your organisation").click()
    page.get_by_role("link", name=email).click()
    page.wait_for_url(f"{server.url}/**")


def test_somebody_registered_signs_in_and_rates(organisation, page):
    """A proven address of somebody registered leads to the desk; ratings stand under the name in our database."""
    server, study = organisation
    enter(page, server, "ann@example.org")
    painted(page, study, "i0")
    page.keyboard.press("1")
    painted(page, study, "i1")
    all_saved(page)
    assert [(row.annotator, row.item) for row in study.ratings()] == [("ann", "i0")]


def test_roles_come_from_our_database(organisation, page):
    """Whatever roles the provider claims count for nothing, and one that is taken away is gone with the next page."""
    server, study = organisation
    enter(page, server, "ann@example.org")
    page.get_by_role("link", name="My work").wait_for()
    assert page.get_by_role("link", name="Agreement").count() == 0
    people.add(study.db, study.person("ann"), roles=(people.Role.ADJUDICATOR,))
    page.reload()
    page.get_by_role("link", name=study.person("ann")).wait_for()
    assert page.get_by_role("link", name="My work").count() == 0
    people.add(study.db, study.person("ann"))


@pytest.mark.parametrize(
    ("email", "why"),
    [
        ("ben@example.org", "has not confirmed the address ben@example.org"),
        ("cas@example.org", "has not confirmed the address cas@example.org"),
        ("eve@example.org", "eve@example.org is not registered"),
    ],
)
def test_who_is_not_let_in_reads_why(organisation, page, email, why):
    """An address that is not proven, by word or by silence, and one that nobody registered open nothing."""
    server, study = organisation
    before = len(study.ratings())
    enter(page, server, email)
    page.get_by_text(why).wait_for()
    page.goto(f"{server.url}/my-work")
    page.get_by_text(why).wait_for()
    assert page.locator("[data-testid=stBidiComponentIsolated]").count() == 0
    assert len(study.ratings()) == before


def test_signing_out(organisation, page):
    """The button on the page of one's account ends the session: the first page asks for signing in again."""
    server, _ = organisation
    enter(page, server, "ann@example.org")
    page.get_by_role("link", name="ann of").click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign in with your organisation").wait_for()
