import pytest

from judge.logs.aliases import ALIASES, LABEL_COLUMNS, plain_name
from judge.logs.mapping import FieldMap
from judge.logs.rows import RowReader

EXAMPLES = {
    "messages": [{"role": "user", "content": "x"}],
    "history": [{"role": "user", "content": "x"}],
}


FIELDS = [field for field in ALIASES if field != "criterion"]  # a hint for labels, no field: see test_rows


@pytest.mark.parametrize(("field", "alias"), [(field, alias) for field in FIELDS for alias in ALIASES[field]])
def test_every_alias_is_read_as_its_field(field, alias):
    """A row with one alias alone has that field, in any case and with any separator."""
    value = EXAMPLES.get(field, "1")
    for name in (alias, alias.upper().replace("_", "-"), alias.title().replace("_", " ")):
        outer, _, inner = name.partition(".")
        row = {outer: {inner: value}} if inner else {outer: value}
        found = RowReader(FieldMap()).draft(row)
        assert found.fields[field].value == value
        assert found.metadata == {}


def test_no_alias_stands_for_two_fields():
    """Only a chat and the name of a conversation may share a name: their values tell them apart."""
    owners = {}
    for field, names in ALIASES.items():
        for name in {plain_name(name) for name in names}:
            owners.setdefault(name, set()).add(field)
    assert {name: who for name, who in owners.items() if len(who) > 1} == {"conversation": {"messages", "conversation"}}


def test_plain_names_lose_what_does_not_tell_columns_apart():
    """Case, separators and signs go; a name of signs only stays itself."""
    assert plain_name("Session ID") == plain_name("session_id") == plain_name("sessionId") == "sessionid"
    assert plain_name("---") == "---"
    assert plain_name("Größe") == "grösse"


def test_label_columns_are_no_fields():
    """A column that holds labels is not read as a field too."""
    names = {plain_name(name) for names in ALIASES.values() for name in names}
    assert not names & {plain_name(name) for name in LABEL_COLUMNS}
