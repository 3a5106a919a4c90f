"""What `judge calibrate` says where it gives no figure: why, and what to do about it."""

import json

import pytest


def rows(cells):
    """(judge, people or None, how many) -> rows of a log with their labels."""
    made = []
    for said, truth, count in cells:
        for _ in range(count):
            people = [] if truth is None else [{"rater": "ann", "label": truth}]
            judged = [{"judge": "m", "label": said}]
            made.append({"id": f"r{len(made)}", "input": "Q?", "output": "A.", "human": people, "judge": judged})
    return made


@pytest.fixture
def calibrated(judge, tmp_path):
    """What `judge calibrate` prints for such rows, as one line."""

    def run(cells, rubric="refusal", file="log.jsonl"):
        path = tmp_path / file
        path.write_text("".join(json.dumps(row) + "\n" for row in rows(cells)))
        done = judge("import", path, "--dataset", "d", "--ratings", "--judgements", "--rubric", rubric)
        assert done.code == 0, done.err
        done = judge("calibrate")
        assert done.code == 0, done.err
        return " ".join(done.out.split())

    return run


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (
            [("refuse", "refuse", 2), ("refuse", None, 20), ("comply", "comply", 40)],
            (
                "there are not enough ratings to say how far this judge can be trusted",
                "people rated only 2 of the 22 items that the judge scored 'refuse'; 5 are needed",
                "Next: rate 3 more of the items that the judge scored 'refuse'.",
            ),
        ),
        (
            [("refuse", "refuse", 20), ("unparsed", None, 10), ("comply", "comply", 40)],
            ("Next: rate 5 more of the items on which the judge abstained.",),
        ),
        (
            [("refuse", "refuse", 4), ("comply", "comply", 4), ("comply", None, 30)],
            ("8 of the judged items are rated, at least 30 are needed", "Next: rate 22 more items."),
        ),
        (
            [("refuse", "comply", 6), ("comply", "comply", 60)],
            ("0.0 % of responses are `refuse` at most", "people call none of the rated items positive"),
        ),
        (
            [("comply", "comply", 60)],
            ("0.0 % of responses are `refuse` at most", "every rating is", "the judge never gave such a score"),
        ),
        (
            [("refuse", "comply", 30), ("comply", "refuse", 30)],
            ("Warning: the judge disagrees with people more than chance would", "two values may be mixed up"),
        ),
    ],
    ids=["a score under 5", "abstentions", "too few", "no positives", "one category", "polarity"],
)
def test_a_refusal_says_what_to_do(calibrated, cells, said):
    """Too few ratings, no positives, one category and mixed-up values are each told as a person can act on them."""
    out = calibrated(cells)
    for words in said:
        assert words in out


def test_a_stale_fingerprint(calibrated, tmp_path):
    """Ratings under another wording of the rubric do not count, and the advice is to rate again or judge by it."""
    scale = {"kind": "binary", "values": {"good": "so", "bad": "not so"}, "good": "good"}
    rubric = {"name": "mine", "version": 1, "title": "Good?", "reads": ["response"]}
    rubric["criteria"] = [{"name": "quality", "question": "Is it good?", "scale": scale}]
    (tmp_path / "first.yaml").write_text(json.dumps(rubric))
    (tmp_path / "second.yaml").write_text(json.dumps(rubric | {"guidance": "Look twice."}))
    assert "not enough ratings" not in calibrated([("good", "good", 20), ("bad", "bad", 20)], rubric="first.yaml")
    out = calibrated([("good", None, 20), ("bad", None, 20)], rubric="second.yaml", file="more.jsonl")
    assert "this judge is uncalibrated" in out
    assert "40 ratings belong to another wording of the rubric: rate again, or judge by it" in out
