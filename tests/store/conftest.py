"""The tests of the store run on SQLite and on Postgres, save those that are about SQLite's own ways."""

SQLITE_ONLY = {"test_sqlite_is_set_up_to_survive_power_loss", "test_full_disk"}


def pytest_generate_tests(metafunc):
    """Give every test that asks for a database both kinds of it."""
    if "db" in metafunc.fixturenames:
        kinds = ["sqlite"] if metafunc.function.__name__ in SQLITE_ONLY else ["sqlite", "postgres"]
        metafunc.parametrize("db", kinds, indirect=True)
