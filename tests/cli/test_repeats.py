from __future__ import annotations

import json
from collections import Counter

import pytest

from provider.server import Provider

RECORDS = 60
RUN = ("run", "d", "--rubric", "hallucination", "--judge", "openai/gpt-4o")


@pytest.fixture
def rated(judge, tmp_path):
    """A rated data set of which every third response is unsupported."""
    rows = [
        {
            "id": f"r{n}",
            "documents": [f"Parcel {n} weighs 5 kg."],
            "answer": f"Parcel {n} weighs 5 kg.",
            "human": [{"rater": "ann", "label": "unsupported" if n % 3 == 0 else "supported"}],
        }
        for n in range(RECORDS)
    ]
    path = tmp_path / "answers.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert judge("import", path, "--dataset", "d", "--ratings", "--rubric", "hallucination").code == 0


@pytest.fixture
def provider(monkeypatch):
    """A provider without log-probabilities whose judge is sure of two thirds of the records and wavers on a third."""
    asked: Counter[str] = Counter()

    def answer(request):
        text = request["messages"][-1]["content"]
        record = text.split("Parcel ")[1].split(" ")[0]
        asked[record] += 1
        wavers = int(record) % 3 == 0 and asked[record] % 2 == 0
        score = "unsupported" if wavers else "supported"
        return json.dumps({"supported": {"evidence": [], "rationale": "So.", "score": score}})

    monkeypatch.setenv("OPENAI_API_KEY", "sk-none")
    with Provider(["null_logprobs"], answer=answer).in_thread() as served:
        monkeypatch.setenv("OPENAI_BASE_URL", served.url)
        yield served


def exported(judge):
    """The rows of `judge export judgements`."""
    done = judge("export", "judgements", "--format", "jsonl")
    assert done.code == 0, done.err
    return [json.loads(line) for line in done.out.splitlines()]


@pytest.mark.usefixtures("rated")
def test_repeats_give_the_probability_that_a_provider_keeps_back(judge, tmp_path, provider):
    """Five replies a record: each is a share of five, in the export, in the Brier score, in every report."""
    (tmp_path / "judge.toml").write_text("[judge]\ntemperature = 1.0\n")
    done = judge(*RUN, "--repeat", 5)
    assert done.code == 0, done.err
    assert provider.count == 5 * RECORDS
    rows = exported(judge)
    assert Counter((row["probability_from"], row["probability_repeats"]) for row in rows) == {("repeats", 5): len(rows)}
    sure = {row["probability"] for row in rows if row["record_id"] == "r1"}
    assert sure == {5.5 / 6}
    wavering = {(row["score"], row["probability"]) for row in rows if row["record_id"] == "r3"}
    assert wavering == {("supported", 3.5 / 6), ("unsupported", 2.5 / 6)}
    (found,) = judge("calibrate", "--json").json["criteria"]
    assert found["certainty"] == {"given": 0, "shared": RECORDS, "repeats": 5, "absent": {}}
    # Unsupported is the positive value: a third of the items at 2.5/6 against 1, the others at 0.5/6 against 0.
    brier = (20 * (1 - 2.5 / 6) ** 2 + 40 * (0.5 / 6) ** 2) / RECORDS
    assert found["probabilities"]["brier"]["value"] == pytest.approx(brier)
    assert found["probabilities"]["auroc"]["value"] == 1.0
    assert "shares of 5 repeats" in judge("calibrate").out
    for name in ("report.html", "report.md"):
        assert judge("report", "--output", name).code == 0
        page = (tmp_path / name).read_text()
        assert "shares of 5 repeats" in page
        assert "Perks 1947" in page
    drawn = judge("study", "create", "s", "--rubric", "hallucination", "--design", "uncertainty", "--n", 10, "--json")
    assert drawn.code == 0, drawn.err


@pytest.mark.usefixtures("rated", "provider")
@pytest.mark.parametrize(("options", "why"), [((), "asked_once"), (("--repeat", 3), "temperature_0")])
def test_where_nothing_speaks_the_reason_is_named(judge, tmp_path, options, why):
    """Asked once, or three times at the temperature 0 that is the default: no probability, and why, wherever it is."""
    done = judge(*RUN, *options)
    assert done.code == 0, done.err
    rows = exported(judge)
    assert {(row["probability"], row["probability_from"], row["no_probability"]) for row in rows} == {(None, None, why)}
    (found,) = judge("calibrate", "--json").json["criteria"]
    assert (found["probabilities"], found["certainty"]["absent"]) == (None, {why: RECORDS})
    assert "its probabilities" in judge("calibrate").out
    assert judge("report", "--output", "report.html").code == 0
    assert "its probabilities" in (tmp_path / "report.html").read_text()
