import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.errors import LogError
from judge.logs.source import Source
from judge.logs.tables import read_header, read_table

CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=10)


def source(content, name="log.csv"):
    return Source(name, io.BytesIO(content if isinstance(content, bytes) else content.encode()))


def items(content):
    return list(read_table(source(content)))


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=6), st.sampled_from(",;\t|"), st.sampled_from(["\n", "\r\n"]))
@settings(deadline=None, max_examples=100)
def test_what_csv_writes_is_read_back(rows, delimiter, end):
    """Every cell survives, whatever stands between cells and rows; an empty one is null."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerows([("id", "question", "answer"), *rows])
    found = items(text.getvalue())
    assert [item.problem for item in found] == [""] * len(rows)
    assert [tuple(item.value.values()) for item in found] == [tuple(cell or None for cell in row) for row in rows]


def test_rows_are_numbered_by_the_line_they_begin_on():
    """A cell with line breaks does not shift the numbers; an empty line is no row."""
    found = items('id,answer\n1,"one\ntwo"\n\n2,b\n')
    assert [(item.line, item.value["id"]) for item in found] == [(2, "1"), (5, "2")]


def test_a_bad_row_stands_alone():
    """Rows with too few or many cells, bad bytes, NUL or bad quotes are told with their raw text."""
    found = items(b'id,answer\n1,a\n2\n3,b,c\n4,\xff\n5,"x"y\n6,\x00\n7,z\n')
    assert [item.value for item in found if not item.problem] == [
        {"id": "1", "answer": "a"},
        {"id": "7", "answer": "z"},
    ]
    assert [(item.line, item.problem, item.raw) for item in found if item.problem] == [
        (3, "too few cells: 1 instead of 2", "2\n"),
        (4, "too many cells: 3 instead of 2", "3,b,c\n"),
        (
            5,
            "in column 'answer': not UTF-8: byte 1 is 0xff (write the log in UTF-8; encodings are not guessed)",
            "4,\udcff\n",
        ),
        (6, "not a CSV row: ',' expected after '\"'", '5,"x"y\n'),
        (7, "in column 'answer': a NUL character", "6,\0\n"),
    ]


def test_a_quote_that_never_ends_is_told():
    """A row whose quote is not closed is a problem, not a row."""
    found = items('id,answer\n1,"abc\n2,d\n')
    assert [(item.line, item.problem) for item in found] == [(2, "not a CSV row: unexpected end of data")]


def test_names_are_cut_of_spaces_and_numbered_where_missing():
    """A column that a data frame wrote without a name gets one."""
    assert read_header(source(", question ,answer\n")) == (["column_1", "question", "answer"], ",")


def test_a_delimiter_inside_quotes_counts_for_nothing():
    """The delimiter is the one that cuts the header into most names."""
    assert read_header(source('"a,b,c";d\n')) == (["a,b,c", "d"], ";")


def test_two_columns_with_one_name_are_refused():
    """It would not be clear which cell is meant."""
    with pytest.raises(LogError, match=r"log\.csv: two columns are called 'a'\n  → rename one of them"):
        read_header(source("a,b,a\n1,2,3\n"))


def test_a_header_that_cannot_be_read_is_refused():
    """A header with a cell beyond csv's limit is an error, not a traceback."""
    before = csv.field_size_limit(100)
    try:
        with pytest.raises(LogError, match=r"log\.csv: the first line is no header of a CSV table: field larger"):
            read_header(source("a" * 500))
    finally:
        csv.field_size_limit(before)


def test_a_long_cell_is_read():
    """A document of a megabyte fits into a cell."""
    found = items("id,answer\n1," + "x" * 1_000_000 + "\n")
    assert len(found[0].value["answer"]) == 1_000_000
