import json

from hypothesis import given, settings
from hypothesis import strategies as st

from judge.logs import lines
from judge.logs.lines import read_lines
from judge.logs.source import open_source


def items(path):
    with open_source(path) as source:
        return list(read_lines(source))


def test_lines_are_numbered_and_blank_ones_passed_over(write):
    """A blank line is no problem, but it counts; the last line needs no end."""
    found = items(write('{"a": 1}\r\n\n  \n{"a": 2}'))
    assert [(item.line, item.value) for item in found] == [(1, {"a": 1}), (4, {"a": 2})]


def test_a_bad_line_stands_alone(write):
    """Every bad line is told with its number, and those around it are read."""
    found = items(write(b'{"a": 1}\nnot json\n[1]\n7\n"x"\nnull\ntrue\n{"a": "\xff"}\n{"a": 2}\n'))
    assert [(item.line, item.value) for item in found if not item.problem] == [(1, {"a": 1}), (9, {"a": 2})]
    assert [item.problem for item in found if item.problem] == [
        "not JSON: Expecting value at character 1",
        "not a JSON object but a list",
        "not a JSON object but a number",
        "not a JSON object but a text",
        "not a JSON object but null",
        "not a JSON object but true or false",
        "not UTF-8: byte 8 is 0xff (write the log in UTF-8; encodings are not guessed)",
    ]


def test_a_line_without_end_is_not_kept_in_memory(write, monkeypatch):
    """A line beyond the limit is passed over as a whole, and the next one read."""
    monkeypatch.setattr(lines, "MAX_BYTES", 64)
    long = json.dumps({"a": "x" * 500})
    found = items(write(f'{{"a": 1}}\n{long}\n{{"a": 2}}\n{long}'))
    assert [(item.line, item.value, item.problem) for item in found] == [
        (1, {"a": 1}, ""),
        (2, None, "the line is longer than 0 MiB"),
        (3, {"a": 2}, ""),
        (4, None, "the line is longer than 0 MiB"),
    ]


@given(
    st.lists(st.dictionaries(st.text(max_size=5), st.integers(-9, 9) | st.text("ab\n\u2028é", max_size=5)), max_size=6)
)
@settings(deadline=None, max_examples=50)
def test_what_was_written_line_by_line_is_read(tmp_path_factory, rows):
    """Only a newline ends a line: other line separators inside a text do not."""
    path = tmp_path_factory.mktemp("lines") / "log.jsonl"
    rows = [{key.replace("\0", ""): value for key, value in row.items()} for row in rows]
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8", newline="\n")
    assert [item.value for item in items(path)] == rows
