import gzip
import io
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.errors import LogError
from judge.logs.source import HEAD_BYTES, Source, open_source


@given(st.binary(max_size=300).map(lambda b: b.replace(b"\0", b"y")), st.integers(1, 400))
@settings(deadline=None, max_examples=60)
def test_looking_at_the_head_loses_no_byte(content, size):
    """However far a log was looked into, reading it gives every byte."""
    source = Source("log", io.BytesIO(b"x" + content))
    head = source.head(size)
    assert (b"x" + content).startswith(head)
    assert source.stream().read() == b"x" + content


def test_gzip_is_told_by_its_bytes(tmp_path):
    """A packed log is unpacked whatever it is called, also in several members."""
    path = tmp_path / "log.jsonl"
    path.write_bytes(gzip.compress(b"a\n") + gzip.compress(b"b\n"))
    with open_source(path) as source:
        assert source.stream().readlines() == [b"a\n", b"b\n"]
        assert not source.in_file


def test_standard_input_is_read_and_unpacked(monkeypatch):
    """A dash reads standard input, packed or not."""
    packed = io.TextIOWrapper(io.BytesIO(gzip.compress(b"line\n")))
    monkeypatch.setattr(sys, "stdin", packed)
    with open_source("-") as source:
        assert source.stream().read() == b"line\n"


def test_a_byte_order_mark_is_no_text():
    """UTF-8 with a byte order mark reads as if it had none."""
    assert Source("log", io.BytesIO(b'\xef\xbb\xbf{"a": 1}')).stream().read() == b'{"a": 1}'


@pytest.mark.parametrize(
    ("encoding", "named"),
    [("utf-16", "UTF-16"), ("utf-32", "UTF-32"), ("utf-16-le", "UTF-16"), ("utf-16-be", "UTF-16")],
)
def test_wide_encodings_are_named(encoding, named):
    """UTF-16 and UTF-32 are refused by name, with the command that converts them."""
    with pytest.raises(LogError) as caught:
        Source("log.csv", io.BytesIO("id,response\n1,hello\n".encode(encoding)))
    assert f"log.csv: the text is in {named}" in str(caught.value)
    assert f"iconv -f {named} -t UTF-8" in str(caught.value)


def test_a_cut_gzip_file_says_so_after_what_could_be_read():
    """Damaged gzip data is an error that names the file, not a traceback."""
    packed = gzip.compress(bytes(range(1, 250)) * 4000)
    source = Source("log.gz", io.BytesIO(packed[:-100]))
    with pytest.raises(LogError, match=r"log.gz: the gzip data is damaged or ends early"), source.guard():
        source.stream().read()


def test_gzip_that_is_damaged_from_the_start_names_the_file():
    """A file that only begins like gzip is refused when it is opened."""
    with pytest.raises(LogError, match=r"log.gz: the gzip data is damaged"):
        Source("log.gz", io.BytesIO(b"\x1f\x8bnonsense"))


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path):
    """What cannot be opened is named with the reason."""
    with pytest.raises(LogError, match=r"no\.jsonl: there is no such file"), open_source(tmp_path / "no.jsonl"):
        pass
    with pytest.raises(LogError, match=r"it cannot be opened: Is a directory"), open_source(tmp_path):
        pass


def test_spooling_gives_a_file_that_can_be_searched():
    """A format that is read from the end gets a seekable file with the same bytes."""
    content = b"PAR1" + bytes(HEAD_BYTES + 10)
    with Source("-", io.BytesIO(content)).spool() as spooled:
        spooled.seek(-4, io.SEEK_END)
        assert spooled.read() == bytes(4)
        spooled.seek(0)
        assert spooled.read() == content
