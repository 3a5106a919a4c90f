"""The page on importing logs says what the code does."""

import re
from pathlib import Path

import pytest

from judge.logs import FORMATS, Entry, read_log
from judge.logs.aliases import ALIASES, HUMAN_NAMES, JUDGE_NAMES, LABEL_COLUMNS, METADATA_NAMES
from judge.logs.document import LISTS
from judge.logs.entry import GOLD_RATERS, REJECT_CHARS
from judge.logs.lines import MAX_BYTES
from judge.logs.parquet import BATCH_ROWS
from judge.logs.passages import _TEXT
from judge.logs.reading import SNIFFED_ROWS
from judge.logs.strict import MAX_DEPTH

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "import-logs.md").read_text("utf-8")


def words(text):
    return re.findall(r"`([^`]+)`", text)


def paragraph(start):
    """The text from these words to the next full stop or semicolon."""
    return re.split(r"[.;](?:\s|$)", PAGE[PAGE.index(start) :].replace("\n", " "), maxsplit=1)[0]


def test_the_table_of_names_is_that_of_the_code():
    """Every field and every name, in the order in which they are tried."""
    rows = dict(re.findall(r"^\| (\w+) \| (`.+`) \|$", PAGE, re.MULTILINE))
    expected = {field: list(names) for field, names in ALIASES.items() if field != "criterion"}
    assert {field: words(names) for field, names in rows.items()} == expected


def test_the_table_of_formats_is_that_of_the_code():
    """Every format that may be named is explained."""
    start = PAGE.index("| `--format` |")
    named = re.findall(r"^\| `(\w+)` \|", PAGE[start : PAGE.index("## Names")], re.MULTILINE)
    assert {"auto", *named} == set(FORMATS)


@pytest.mark.parametrize(
    ("start", "names"),
    [
        ("`results`, `data`", LISTS),
        ("`text`, `content`", [name for name in _TEXT if name != "pageContent"]),
        ("`human_label`, `human_score`", LABEL_COLUMNS),
        ("`gold`, `expert_gold`", GOLD_RATERS),
        ("`metadata` or `meta`", METADATA_NAMES),
    ],
)
def test_the_lists_of_names_are_those_of_the_code(start, names):
    """Each list in the text names just what the code knows."""
    found = words(paragraph(start))
    assert set(found) >= set(names)
    assert set(found[: len(list(names))]) == set(names)


def test_the_columns_of_labels_and_outputs_are_named():
    """Both lists of columns are complete."""
    assert set(words(PAGE[PAGE.index("`human` (also") :].split(") with")[0])) == set(HUMAN_NAMES)
    assert set(words(PAGE[PAGE.index("`judge` (also") :].split(") with")[0])) == set(JUDGE_NAMES)


def test_the_limits_are_those_of_the_code():
    """The numbers on the page are the code's."""
    assert f"more than\n{MAX_BYTES >> 20} MiB is rejected" in PAGE
    assert f"batches of {BATCH_ROWS} rows" in PAGE
    assert f"its first {SNIFFED_ROWS} rows" in PAGE
    assert f"deeper than {MAX_DEPTH} levels" in PAGE
    assert f"first {REJECT_CHARS:,} characters" in PAGE


def test_the_conversation_is_shown_as_it_is_read(data):
    """The example of a conversation is what the example log gives."""
    shown = PAGE[PAGE.index("```text\n") + 8 :].split("\n```")[0]
    questions = [each.record.question for each in read_log(data / "chat.jsonl") if isinstance(each, Entry)]
    assert shown in [(question or "").removesuffix("\n[image]") for question in questions]
