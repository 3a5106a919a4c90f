import gzip
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
DATA = EXAMPLES.parents[1] / "shared" / "data"
SOURCES = {
    "summedits_slice": "hallucination_summedits",
    "xstest_mistral_slice": "safety_xstest",
    "dices_slice": "safety_dices",
    "pandalm_slice": "pairwise_pandalm",
}


@pytest.fixture
def whole(read_rows):
    """Reads the records of the data set a slice was taken from."""

    def read(name):
        path = DATA / f"{SOURCES[name]}.public.jsonl.gz"
        if not path.exists():
            pytest.skip(f"the whole data set is not on this machine ({path})")
        return read_rows(path)

    return read


def test_the_script_gives_the_slices_again_byte_for_byte(tmp_path):
    """Running the script on the whole data sets writes exactly the rows that stand in the folder."""
    if not DATA.is_dir():
        pytest.skip(f"the whole data sets are not on this machine ({DATA})")
    script = [sys.executable, str(EXAMPLES / "make_real_slices.py"), "--out", str(tmp_path)]
    subprocess.run(script, check=True, capture_output=True)  # noqa: S603 - our own script
    for name in SOURCES:
        file = f"{name}.jsonl.gz"
        assert gzip.decompress((tmp_path / file).read_bytes()) == gzip.decompress((EXAMPLES / file).read_bytes())


@pytest.mark.parametrize("name", SOURCES)
def test_records_are_those_of_the_source(name, whole, read_rows):
    """Each record is the source's, unchanged, ratings and all."""
    source = {row["id"]: row for row in whole(name)}
    assert all(row == source[row["id"]] for row in read_rows(f"{name}.jsonl.gz"))


@pytest.mark.parametrize("name", SOURCES)
def test_groups_are_whole(name, whole, read_rows):
    """A group is in the slice with all its records (of the models that may be shown) or not at all."""
    rows = read_rows(f"{name}.jsonl.gz")
    kept = [row for row in whole(name) if name != "xstest_mistral_slice" or row["model"].startswith("mistral")]
    sizes = Counter(row["group"] for row in kept)
    assert all(sizes[group] == count for group, count in Counter(row["group"] for row in rows).items())


def test_xstest_holds_the_mistral_completions_alone(read_rows):
    """Completions of other companies' models, whose terms are stricter, are not here; people and judges are."""
    rows = read_rows("xstest_mistral_slice.jsonl.gz")
    assert {row["model"] for row in rows} == {"mistralinstruct", "mistralguard"}
    assert all({"h1", "h2", "adjudicated"} == {rating["rater"] for rating in row["human"]} for row in rows)
    assert all({"gpt-4", "string-match"} == {output["judge"] for output in row["judge"]} for row in rows)
    assert "unparsed" in {output["label"] for row in rows for output in row["judge"]}


def test_dices_keeps_every_rater(read_rows):
    """No rating is dropped: each record has at least 69."""
    assert min(len(row["human"]) for row in read_rows("dices_slice.jsonl.gz")) >= 69


def test_ragtruth_is_not_here():
    """Its source texts may be used in tests only."""
    for path in EXAMPLES.glob("*.gz"):
        assert "RAGTruth" not in gzip.decompress(path.read_bytes()).decode()
