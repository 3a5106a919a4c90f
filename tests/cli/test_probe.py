from __future__ import annotations

import re

import pytest

RUBRIC = ("--judge", "baseline", "--rubric", "hallucination")
SMALL = ("--sample", 20, "--records", 6, "--each", 1, "--family", "override", "--family", "number")


@pytest.fixture
def source(tmp_path):
    """Eight records, half of them with a number that stands nowhere."""
    import json

    path = tmp_path / "parcels.jsonl"
    rows = [
        {
            "id": f"p{place}",
            "question": "How heavy is the parcel?",
            "documents": [f"The parcel weighs {20 + place} kg and arrives on Monday morning."],
            "answer": f"The parcel weighs {20 + place + 500 * (place % 2)} kg.",
        }
        for place in range(16)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_probe_says_what_a_judge_can_be_talked_into(judge, source):
    """Rates with intervals, noise beside them, and the records, as text, JSON, Markdown and one page."""
    done = judge("probe", *RUBRIC, *SMALL, "--source", source, "--html", "p.html", "--markdown", "p.md")
    assert done.code == 0, done.err
    assert "Of 6 spoilt records made from 6 good ones, the judge noticed 6." in done.out
    assert "by noise alone" in done.out
    again = judge("probe", *RUBRIC, *SMALL, "--source", source, "--json")
    assert again.json["calls"] == 0
    caught = next(each for each in again.json["results"] if each["family"] == "number")
    assert caught["rate"]["value"] == 1.0
    assert caught["rate"]["low"] < 1
    assert {case["outcome"] for case in again.json["cases"] if case["family"] == "number"} == {"caught"}
    page = source.with_name("p.html").read_text()
    assert "default-src &#39;none&#39;" in page
    assert not re.search(r"(?:src|href)=\"(?!#)", page)
    assert "# baseline under attack: hallucination on parcels" in source.with_name("p.md").read_text()


def test_probe_fails_a_build_where_a_bound_is_crossed(judge, source):
    """Exit 1 where a rate is past its bound, 0 where it keeps it, and a typing error is the user's."""
    assert judge("probe", *RUBRIC, *SMALL, "--source", source, "--min-catch", "number:0.5").code == 0
    assert judge("probe", *RUBRIC, *SMALL, "--source", source, "--max-flip", "0.01").code == 3
    wrong = judge("probe", *RUBRIC, *SMALL, "--source", source, "--max-flip", "0.5%")
    assert (wrong.code, "is no number" in wrong.err) == (2, True)


def test_a_hostile_record_is_only_text_on_the_page(judge, tmp_path):
    """Markup in a record or an attack never becomes markup of the report."""
    import json

    path = tmp_path / "evil.jsonl"
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    rows = [
        {
            "id": f"e{n}",
            "documents": [f"The tower is {n + 20} metres high."],
            "answer": f"It is {n + 500} metres. {evil}",
        }
        for n in range(8)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    done = judge("probe", *RUBRIC, "--source", path, "--family", "padding", "--html", "p.html", "--markdown", "p.md")
    assert done.code == 0, done.err
    for name in ("p.html", "p.md"):
        text = (tmp_path / name).read_text()
        assert "<script>alert" not in text
        assert "<img" not in text
