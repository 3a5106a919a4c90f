import csv
import gzip
import io
import json
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from judge.errors import LogError
from judge.logs import FORMATS, Entry, Label, Reject, read_log, read_row
from judge.logs.aliases import ALIASES, HUMAN_NAMES, JUDGE_NAMES, LABEL_COLUMNS
from judge.logs.entry import REJECT_CHARS
from judge.logs.reading import _EARLY, SNIFFED_ROWS, shown_raw
from judge.records import Document, Record

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
WORDS = TEXTS.filter(lambda text: text.strip() and text.strip()[0] not in "[{\"'")


def test_nothing_is_opened_before_it_is_asked_for(tmp_path):
    """A missing file is an error when the first entry is asked for, not before."""
    reading = read_log(tmp_path / "no.jsonl")
    with pytest.raises(LogError, match=r"no\.jsonl: there is no such file"):
        next(reading)


def test_entries_come_while_the_file_is_still_written(tmp_path):
    """Only as much is read as is asked for."""
    path = tmp_path / "log.jsonl"
    with gzip.open(path, "wt") as file:
        for number in range(30_000):
            file.write(f'{{"id": {number}, "answer": "{number}"}}\n')
    path.write_bytes(path.read_bytes()[:-100])
    reading = read_log(path)
    assert [next(reading).record.id for _ in range(3)] == ["0", "1", "2"]
    reading.close()
    with pytest.raises(LogError, match="the gzip data is damaged or ends early"):
        list(read_log(path))


@pytest.mark.parametrize("kind", ["jsonl", "json", "csv", "parquet"])
def test_memory_does_not_grow_with_the_file(kind, tmp_path):
    """Four times the rows need the same memory at their peak."""

    def peak(rows):
        path = tmp_path / f"{rows}.{kind}"
        table = [{"id": str(n), "question": "q" * 100, "answer": "a" * 2000} for n in range(rows)]
        if kind == "jsonl":
            path.write_text("".join(json.dumps(row) + "\n" for row in table))
        elif kind == "json":
            path.write_text(json.dumps({"data": table}))
        elif kind == "csv":
            pd.DataFrame(table).to_csv(path, index=False)
        else:
            pq.write_table(pa.Table.from_pylist(table), path, row_group_size=500)
        del table
        tracemalloc.start()
        count = sum(1 for _ in read_log(path))
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert count == rows
        return highest

    peak(10)
    assert peak(4_000) < 1.2 * peak(1_000)


@given(st.lists(st.fixed_dictionaries({"question": WORDS, "answer": WORDS, "lang": WORDS}), min_size=1, max_size=4))
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_same_rows_in_every_file_are_the_same_records(tmp_path, rows):
    """JSONL, a JSON document, CSV and Parquet, packed or not, give equal records with equal ids."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, ["question", "answer", "lang"], quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows(rows)
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    files = {
        "log.jsonl": lines.encode(),
        "log.jsonl.gz": gzip.compress(lines.encode()),
        "log.json": json.dumps({"rows": rows}, indent=1).encode(),
        "list.json": json.dumps(rows).encode(),
        "log.csv": text.getvalue().encode(),
        "log.csv.gz": gzip.compress(b"\xef\xbb\xbf" + text.getvalue().encode()),
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "log.parquet")
    found = {name: [entry.record for entry in read_log(tmp_path / name)] for name in [*files, "log.parquet"]}
    expected = [(row["question"], row["answer"], {"lang": row["lang"]}) for row in rows]
    assert [(r.question, r.response, r.metadata) for r in found["log.jsonl"]] == expected
    for records in found.values():
        assert records == found["log.jsonl"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["role", "content", "text", "label", "rater", "a", "b", "name"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)
NAMES = sorted(
    {name.partition(".")[0] for names in ALIASES.values() for name in names}
    | {*HUMAN_NAMES, *JUDGE_NAMES, *LABEL_COLUMNS, "choices", "request", "scores", "observations", "type", "traceId"}
    | {"attributes", "events", "status", "resource", "spanId", "vars", "gradingResult", "provider", "testCase", "usage"}
    | {"resourceSpans", "error", "object", "body", "metadata", "startTime", "gen_ai.prompt", "gen_ai.output.messages"}
)


@given(st.lists(st.dictionaries(st.sampled_from(NAMES), JSON, max_size=6), max_size=4), st.sampled_from(FORMATS))
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_row_however_odd_stops_the_stream(tmp_path, rows, format_):
    """Every row of any shape is an entry, a reject, or passed over and counted; never a traceback."""
    path = tmp_path / "log.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    reading = read_log(path, format=format_)
    found = list(reading)
    lines = {each.line for each in found}
    if not any("resourceSpans" in row for row in rows):
        assert len(lines) + reading.passed.total() == len(rows)
    for each in found:
        if isinstance(each, Entry):
            assert isinstance(each.record.response, str)
            json.dumps(each.record.metadata, allow_nan=False).encode()
        else:
            assert each.reason
            assert json.loads(each.text) is not None


def test_bad_lines_are_rejects_between_entries(write, read):
    """Each bad line is told with file, number, reason and raw text; the rest is read."""
    path = write('{"answer": "a"}\n{"answer": \n{"question": "q"}\n{"answer": "b"}\n')
    entries, rejects = read(path)
    assert [(entry.line, entry.record.response) for entry in entries] == [(1, "a"), (4, "b")]
    assert rejects == [
        Reject(str(path), 2, "not JSON: Expecting value at character 13", '{"answer": '),
        Reject(str(path), 3, "no response among question: name it with --map response=COLUMN", '{"question": "q"}'),
    ]
    assert rejects[0].where == f"{path}:2"
    assert Reject("log.parquet", 2, "r", "", "row").where == "log.parquet: row 2"


def test_an_empty_log_has_no_entries(write):
    """A log in which nothing happened is no error, mapping or not."""
    assert list(read_log(write(""), mapping={"response": "x"})) == []
    assert list(read_log(write("[]", "log.json"))) == []


def test_standard_input(monkeypatch):
    """A dash reads standard input, whatever lies in it."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(gzip.compress(b"id,answer\n1,a\n"))))
    (entry,) = read_log("-")
    assert (entry.record.id, entry.record.response) == ("1", "a")


def test_an_unknown_format_lists_those_there_are(write):
    """A misspelt format is refused with the allowed ones."""
    with pytest.raises(LogError) as caught:
        read_log(write(""), format="langfus")
    assert str(caught.value) == (
        "there is no log format 'langfus'\n  → allowed: auto, otel, promptfoo, chat, langfuse, rows"
    )


def test_a_format_may_be_forced(write, one):
    """What looks like a tool's log can be read as plain rows."""
    row = {"trace_id": "t", "type": "SPAN", "start_time": "2026-01-01", "answer": "a"}
    assert one(write(json.dumps(row)), format="rows").response == "a"


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_table_without_a_response_is_refused_at_once(kind, tmp_path):
    """Where the columns are known beforehand, not every row needs to be refused."""
    table = pa.table({"prompt_text": ["q"], "final": ["a"]})
    path = tmp_path / f"log.{kind}"
    if kind == "csv":
        table.to_pandas().to_csv(path, index=False)
    else:
        pq.write_table(table, path)
    with pytest.raises(LogError) as caught:
        next(read_log(path))
    assert "no column holds a response" in str(caught.value)
    assert "name it: --map response=COLUMN; the columns are: prompt_text, final" in str(caught.value)
    with pytest.raises(LogError, match="--map names 'fnal', which is in no row"):
        next(read_log(path, mapping={"response": "fnal"}))
    (entry,) = read_log(path, mapping={"response": "final", "question": "prompt_text"})
    assert (entry.record.question, entry.record.response) == ("q", "a")


def test_a_mapped_path_that_no_row_has_is_told_at_the_end(write):
    """In JSONL a rare column may come late, so the error comes after the last row."""
    path = write('{"answer": "a"}\n{"answer": "b"}\n')
    reading = read_log(path, mapping={"feedback": "thumb"})
    assert [next(reading).record.response for _ in range(2)] == ["a", "b"]
    with pytest.raises(
        LogError, match=r"log\.jsonl: --map names 'thumb', which is in no row\n  → the columns are: answer"
    ):
        next(reading)


def test_a_response_mapped_to_nothing_is_told_early(write):
    """Not a million lines are rejected before it is said that the path is wrong."""
    path = write('{"answer": "a"}\n' * 1000)
    found = []
    with pytest.raises(LogError, match="--map names 'anwser', which is in no row"):
        for each in read_log(path, mapping={"response": "anwser"}):
            found.append(each)  # noqa: PERF402 - what came before the error counts
    assert len(found) == _EARLY


def test_the_dialect_may_show_in_a_later_row(write, read):
    """A bad or plain first line does not hide what wrote the log."""
    reply = {"request": {"messages": [{"role": "user", "content": "q"}]}, "response": {"choices": [{"text": "a"}]}}
    entries, rejects = read(write("oops\n" + json.dumps(reply) + "\n"))
    assert [entry.record.question for entry in entries] == ["q"]
    assert len(rejects) == 1
    late = '{"answer": "x"}\n' * SNIFFED_ROWS + json.dumps(reply)
    reading = read_log(write(late))
    next(reading)
    assert reading.format == "rows"


def test_what_could_not_be_read_as_a_field_is_counted(write):
    """The notes say which column was kept as metadata, and how often."""
    reading = read_log(write('{"answer": "a", "date": "week 1"}\n' * 3))
    assert [entry.record.metadata for entry in reading] == [{"date": "week 1"}] * 3
    assert reading.notes == {"`date` is kept as metadata where it is not a time (time)": 3}


def test_raw_text_is_cut_and_safe():
    """A reject keeps a bounded text that any file can hold, and says how long it was."""
    assert shown_raw(b'{"a": "\xff"}\r\n') == '{"a": "\\xff"}'
    assert shown_raw("a\udcff\n") == "a\\udcff"
    assert shown_raw({"t": pd.Timestamp("2026-01-01")}) == '{"t": "2026-01-01 00:00:00"}'
    long = shown_raw("x" * (REJECT_CHARS + 1))
    assert len(long) == REJECT_CHARS
    assert long.endswith(f"… (cut: {REJECT_CHARS + 1} characters)")


def test_a_row_in_memory():
    """A dict or a row of a data frame is read like a line of a log."""
    frame = pd.DataFrame({"question": ["q"], "answer": ["a"], "tokens_in": [3], "score": [np.nan], "human_label": [1]})
    entry = read_row(frame.to_dict("records")[0], {"segment": "question"})
    assert entry.record == Record(entry.record.id, "a", segment="q", prompt_tokens=3)
    assert entry.labels == (Label("human", 1),)
    with pytest.raises(LogError, match="row 7: the response \\(`answer`\\) is a number"):
        read_row({"answer": np.int64(4)}, place=7)
    with pytest.raises(LogError, match="row 0: in column 'answer': a NUL character"):
        read_row({"answer": "\0"})


SHARED = Path(__file__).parents[2].parent / "shared" / "data"
COUNTS = {
    "hallucination_ragtruth": (880, 880, 0),
    "hallucination_summedits": (1035, 1035, 0),
    "pairwise_llmbar": (351, 351, 7318),
    "pairwise_pandalm": (477, 1431, 954),
    "quality_recipes": (126, 3072, 0),
    "safety_dices": (678, 58478, 0),
    "safety_xstest": (1045, 3135, 2090),
}


@pytest.mark.skipif(not SHARED.exists(), reason="the real data sets are not shipped with the project")
@pytest.mark.parametrize("name", COUNTS)
def test_real_files_are_read_whole(name, read):
    """Every record, label and output of the real data sets is read, and every id is its own."""
    entries, rejects = read(SHARED / f"{name}.public.jsonl.gz")
    found = (len(entries), sum(len(e.labels) for e in entries), sum(len(e.outputs) for e in entries))
    assert rejects == []
    assert found == COUNTS[name]
    assert len({entry.record.id for entry in entries}) == len(entries)
    readme = (SHARED / "README.md").read_text()
    assert f"| {name}.public.jsonl.gz | {len(entries)} |" in readme


@pytest.mark.skipif(not SHARED.exists(), reason="the real data sets are not shipped with the project")
def test_real_files_keep_what_they_say(read):
    """Pairs, criteria, orders, highlights and unreadable outputs of the real files come through."""
    pairs, _ = read(SHARED / "pairwise_llmbar.public.jsonl.gz")
    assert all(entry.record.rival and entry.record.model is None for entry in pairs)
    assert {output.order for entry in pairs for output in entry.outputs} == {"ab", "ba"}
    assert sum(output.value is None for entry in pairs for output in entry.outputs) == 34
    assert all(label.gold for entry in pairs for label in entry.labels)
    recipes, _ = read(SHARED / "quality_recipes.public.jsonl.gz")
    hints = {label.criterion for entry in recipes for label in entry.labels}
    assert hints == {"grammar", "fluency", "verbosity", "structure", "success", "overall"}
    rag, _ = read(SHARED / "hallucination_ragtruth.public.jsonl.gz")
    assert all(isinstance(entry.record.documents[0], Document) for entry in rag)
    quotes = [quote for entry in rag for label in entry.labels for quote in label.evidence]
    assert quotes
    assert sum(quote.found for quote in quotes) > 0.95 * len(quotes)
