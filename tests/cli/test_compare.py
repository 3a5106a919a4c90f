"""``judge compare`` as a user types it."""

import json

import pytest


@pytest.fixture
def compared(judge, tmp_path):
    """Two versions on the same 200 questions, imported with a judge's outputs and people's labels of half of them."""
    rows = []
    for version, every in (("v1", 10), ("v2", 3)):
        for i in range(200):
            refuse = i % every == 0
            said = "refuse" if refuse or i % 17 == 0 else "comply"
            row = {"id": f"{version}-{i}", "question": f"Question {i}?", "response": f"Answer {i}."}
            row |= {"model_version": version, "judge": [{"judge": "m", "label": said}]}
            if i < 100:
                row["human"] = [{"rater": "ann", "label": "refuse" if refuse else "comply"}]
            rows.append(row)
    (tmp_path / "log.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    done = judge("import", "log.jsonl", "--dataset", "d", "--ratings", "--judgements", "--rubric", "refusal")
    assert done.code == 0, done.err
    return judge


SIDES = ("d:model_version=v1", "d:model_version=v2")


def test_text(compared):
    """The conclusion comes first, with its interval, then figures, tests and what pairs the sides."""
    done = compared("compare", *SIDES, "--better", "refusal=lower")
    assert done.code == 0
    first = done.out.splitlines()[0]
    assert first.startswith("On refusal, d:model_version=v2 is worse than d:model_version=v1: rate of refuse +")
    assert "positive on d:model_version=v1 alone" in done.out
    assert "+10 %" not in done.out
    for part in ("McNemar p", "permutation p", "Paired by question: 200", "judge alone (raw)", "for 80 % it takes"):
        assert part in done.out


def test_json(compared):
    """One document for machines holds every figure with its interval."""
    found = compared("compare", *SIDES, "--json").json
    (criterion,) = found["criteria"]
    (pair,) = criterion["pairs"]
    assert (found["schema"], found["pairing"]["kind"], pair["conclusion"]) == (1, "question", "higher")
    assert pair["difference"]["low"] > 0
    assert [side["rated"] for side in criterion["sides"]] == [100, 100]


def test_pages(compared, tmp_path):
    """The HTML page asks nobody for anything; names and questions in it are text; Markdown has the same figures."""
    done = compared("compare", "d", "--by", "model_version", "--html", "p.html", "--markdown", "p.md")
    page, text = (tmp_path / "p.html").read_text(), (tmp_path / "p.md").read_text()
    assert done.code == 0
    assert "http://" not in page
    assert "https://" not in page
    assert "default-src &#39;none&#39;" in page
    assert 'data-answer="higher"' in page
    assert "# v2 against v1" in text
    assert "| v2 minus v1 |" in text


@pytest.mark.parametrize(
    ("guardrail", "code", "kept"),
    [("refusal:0.45", 0, "kept"), ("refusal:0.01", 1, "broken"), ("refusal:0.23", 3, "not yet known")],
)
def test_guardrails_decide_the_exit_code(compared, guardrail, code, kept):
    """Kept is 0, broken 1, not yet known 3."""
    done = compared("compare", *SIDES, "--better", "refusal=lower", "--guardrail", guardrail)
    assert done.code == code
    assert f"of the scale: {kept}." in done.out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (SIDES[:1], "name two sides"),
        ((*SIDES, "--by", "model"), "--by splits one side"),
        ((*SIDES, "--correct", "magic"), "one of holm, bh, none"),
        ((*SIDES, "--better", "refusal=less"), "higher or lower"),
        ((*SIDES, "--better", "tone=lower"), "there is refusal.refusal"),
        ((*SIDES, "--guardrail", "refusal"), "which way refusal gets worse"),
        (("d:model_version=v1", "nowhere"), "no data set 'nowhere'"),
    ],
)
def test_mistakes_are_told(compared, options, message):
    """What cannot be meant ends with exit code 2 and what to write instead."""
    done = compared("compare", *options)
    assert done.code == 2
    assert message in done.err


def test_looking_daily(compared):
    """The plan of looking is told beside the figures."""
    assert "over 20 equally spaced looks together (95 %)" in compared("compare", *SIDES, "--looks", "20").out
    assert "anytime valid" in compared("compare", *SIDES, "--sequential").out


@pytest.fixture
def asked_otherwise(judge, tmp_path):
    """Two versions on different questions, all rated; v2 gets most hard ones and refuses less in each segment."""
    rows = []
    for version, hard, rates in (("v1", 60, (5, 2)), ("v2", 240, (10, 3))):
        for i in range(300):
            refuse = (i % rates[1] == 0) if i < hard else (i % rates[0] == 0)
            said = "refuse" if refuse else "comply"
            row = {"id": f"{version}-{i}", "question": f"Question {i} to {version}?", "response": "Answer."}
            row |= {"model_version": version, "segment": "hard" if i < hard else "easy"}
            row |= {"judge": [{"judge": "m", "label": said}], "human": [{"rater": "ann", "label": said}]}
            rows.append(row)
    (tmp_path / "log.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    done = judge("import", "log.jsonl", "--dataset", "d", "--ratings", "--judgements", "--rubric", "refusal")
    assert done.code == 0, done.err
    return judge


def test_another_mix_of_questions_is_told(asked_otherwise, tmp_path):
    """Where the sides were asked differently, every format warns and says what to add; adjusted it says to what mix."""
    done = asked_otherwise("compare", *SIDES, "--html", "p.html", "--markdown", "p.md")
    warning = "the sides were not asked the same: segment differs (p < 0.001; easy: 80.0 % of d:model_version=v1"
    assert f"Warning: {warning}" in done.out
    assert "add --adjust segment." in done.out
    assert '<li class="warning">The sides were not asked the same' in (tmp_path / "p.html").read_text()
    assert "- Warning: the sides were not asked the same" in (tmp_path / "p.md").read_text()
    plain = asked_otherwise("compare", *SIDES, "--better", "refusal=lower", "--json").json
    assert plain["asked_differently"][0]["shares"]["hard"] == [0.2, 0.8]
    assert plain["criteria"][0]["pairs"][0]["difference"]["value"] > 0
    done = asked_otherwise("compare", *SIDES, "--better", "refusal=lower", "--adjust", "segment")
    assert "at one mix of segment (easy 50.0 %, hard 50.0 %)" in done.out
    assert "The judge alone, unadjusted, would say" in done.out
    assert "Warning" not in done.out
    fair = asked_otherwise("compare", *SIDES, "--adjust", "segment", "--json").json
    assert fair["adjusted"] == {"by": ["segment"], "shares": {"easy": 0.5, "hard": 0.5}, "left_out": [0, 0]}
    assert fair["criteria"][0]["pairs"][0]["difference"]["value"] == pytest.approx((0.1 + 1 / 3 - 0.2 - 0.5) / 2)
    assert asked_otherwise("compare", "d", "--adjust", "segment").code == 2


def test_preferences(judge, tmp_path):
    """Pairs in one data set are compared by preference: text, JSON, Markdown and a page of their own."""
    rows = [
        {
            "id": f"p{i}",
            "question": f"Q{i}?",
            "output": {"a": "One.", "b": "Two."},
            "model": {"a": "v1", "b": "v2"},
            "human": [{"rater": "ann", "label": "a" if i % 4 else "b"}],
            "judge": [{"judge": "m", "label": "b" if i % 3 == 0 else "tie" if i % 5 == 0 else "a"}],
        }
        for i in range(60)
    ]
    (tmp_path / "pairs.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    judge("import", "pairs.jsonl", "--dataset", "pairs", "--ratings", "--judgements", "--rubric", "preference")
    done = judge("compare", "pairs", "--html", "p.html", "--markdown", "p.md")
    assert done.code == 0, done.err
    assert done.out.startswith("People prefer v1 to every other version, says m corrected by them.")
    assert "pairs were asked in one order only" in done.out.casefold()
    page = (tmp_path / "p.html").read_text()
    assert "http" not in page.replace("http-equiv", "")
    assert "| v1 | v2 | 60 |" in (tmp_path / "p.md").read_text()
    found = judge("compare", "pairs", "--json").json
    assert [each["places"] for each in found["versions"]] == [[1, 1], [2, 2]]
    assert found["pairs"][0]["win_rate"]["value"] == pytest.approx(0.75)
