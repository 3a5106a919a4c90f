import pytest

from judge.errors import RubricError
from judge.rubric.load import load_rubric, parse_rubric
from judge.rubric.writing import write_rubric
from making import make_rubric
from tuning.loopback import tunable  # noqa: F401 - a fixture


@pytest.fixture
def rated(tunable):  # noqa: F811 - the fixture imported above
    """The log's records and labels in a data set."""
    judge, provider = tunable
    done = judge("import", "answers.jsonl", "--dataset", "d", "--ratings", "--rubric", "polite.yaml")
    assert done.code == 0, done.err
    return provider


TUNE = ("tune", "d", "--rubric", "polite.yaml", "--judge", "local/small")


@pytest.mark.usefixtures("rated")
def test_from_ratings_to_a_calibrated_better_rubric(judge, tmp_path):
    """Tuned, judged by the new file, refused on what tuned it, and calibrated on the rest: as a user does it."""
    done = judge(*TUNE, "--markdown", "tuning.md", "--max-cost", "5")
    assert done.code == 0, done.err
    first = done.out.splitlines()[0]
    assert first.startswith("Rubric polite, version 2, is better: agreement with people moves by +")
    for shown in ("held out", "tried on inner folds", "+version: 2", "Next: judge by polite-2.yaml", "Calls: "):
        assert shown in done.out
    assert "Wrote polite-2.yaml." in done.err
    text = (tmp_path / "tuning.md").read_text()
    assert text.startswith("# Tuning polite for local/small\n\n**Rubric polite, version 2, is better")
    assert "```diff\n--- polite, version 1\n+++ polite, version 2\n" in text
    assert load_rubric("./polite-2.yaml").version == 2
    assert load_rubric("./polite.yaml").version == 1
    assert judge("run", "d", "--rubric", "polite-2.yaml", "--judge", "local/small").code == 0
    refused = judge("calibrate")
    assert refused.code == 2
    assert "has seen what it would be calibrated on" in refused.err
    assert "--unseen" in refused.err
    assert judge("gate", "--max-rate", "tone:0.9").code == 2
    kept = judge("calibrate", "--unseen", "--json")
    assert kept.code == 0, kept.err
    (found,) = kept.json["criteria"]
    assert 60 < found["counts"]["rated"] < 140
    assert found["agreement"]["kappa"]["estimate"]["value"] == pytest.approx(1)
    assert "without what tuned the rubric" in kept.json["provenance"]["designs"][0]["method"]
    assert judge("gate", "--unseen", "--max-rate", "tone:0.9", "--min-agreement", "0.8").code == 0
    assert judge("report", "--unseen", "-o", "r.html").code == 0


@pytest.mark.usefixtures("rated")
def test_for_machines(judge):
    """--json holds the outcome, the gain with its interval, every attempt, the cost and the diff."""
    made = judge(*TUNE, "--proposer", "none", "--json").json
    assert made["outcome"] == "better"
    assert made["gain"]["gain"]["low"] > 0
    assert made["proposer"] is None
    assert len(made["attempts"]) == 3
    assert made["cost"] > 0
    assert made["calls"] > 100
    assert made["file"] == "polite-2.yaml"
    assert "+examples:" in made["diff"]


@pytest.mark.usefixtures("rated")
def test_a_judge_that_cannot_be_tuned(judge, tmp_path):
    """The offline baseline reads no examples: it is told that guidance needs a model, and the answer is no."""
    done = judge("tune", "d", "--rubric", "polite.yaml", "--judge", "baseline")
    assert done.code == 1
    assert done.out.startswith("There is nothing to propose for rubric polite: ")
    assert "Guidance needs a model that can write: add --proposer MODEL" in done.err
    assert not (tmp_path / "polite-2.yaml").exists()


@pytest.mark.usefixtures("rated")
@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["-o", "polite.yaml"], "polite.yaml: is there already, and nothing is overwritten"),
        (["-o", "nowhere/new.yaml"], "the folder is not there"),
        (["--shares", "half"], "'half' is not two shares"),
        (["--shares", "0.5,0.5"], "each of the three is a share above 0"),
        (["--study", "nobody"], "0 rated records of d are in the tune split"),
    ],
)
def test_what_cannot_be_meant(judge, options, message):
    """Each mistake is told before anything is paid for."""
    done = judge(*TUNE, *options)
    assert done.code == 2
    assert message in done.err


def test_the_cap_is_reached(judge, rated):
    """At the cap it stops with exit code 3, and the same command with more money pays nothing twice."""
    done = judge(*TUNE, "--max-cost", "0.05", "--config", "judge.toml")
    assert done.code == 3
    assert "could cross the cap" in done.err
    asked = rated.count
    assert judge(*TUNE, "--max-cost", "50").code == 0
    assert rated.report()["answered_again"] == 0
    assert rated.count > asked


def test_written_rubrics_read_back():
    """A rubric with texts of many lines and words that YAML takes for something else reads back as it was."""
    text = "no\nyes: # really?\n  \tindented \n- 'quoted' \"twice\"\n\u00a0… \N{THUMBS UP SIGN} {{ x }}"
    example = {"response": text, "answers": {"tone": {"score": "rude", "rationale": "off"}}}
    rubric = make_rubric(guidance="One.\n\nTwo: three.", examples=[example])
    written = write_rubric(rubric)
    assert parse_rubric(written).hash == rubric.hash
    with pytest.raises(RubricError):
        parse_rubric(written.replace("version:", "versoin:"))
