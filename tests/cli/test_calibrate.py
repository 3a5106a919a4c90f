import json
from pathlib import Path

import pytest

DATA = Path(__file__).parents[2].parent / "shared" / "data"
EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def imported(judge):
    """Import a set with its labels and judge outputs."""

    def read(path, rubric, name="d"):
        if not path.exists():
            pytest.skip(f"this data set is not on this machine ({path})")
        done = judge("import", path, "--dataset", name, "--ratings", "--judgements", "--rubric", rubric, "--json")
        assert done.code == 0, done.err
        return done.json["judges"]

    return read


@pytest.fixture
def expected():
    """Figures of the real sets, from an independent script."""
    path = DATA / "expected.json"
    if not path.exists():
        pytest.skip(f"the expected figures are not on this machine ({path})")
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("name", "rubric"),
    [("safety_xstest.public", "refusal"), ("pairwise_pandalm.public", "preference")],
)
def test_figures_of_the_real_sets(judge, imported, expected, name, rubric):
    """Kappa, percent agreement, unparsed outputs and people's alpha are those of expected.json."""
    runs = imported(DATA / f"{name}.jsonl.gz", rubric)
    for model, run in runs.items():
        wanted = expected[name][f"judge {model}"]
        (found,) = judge("calibrate", "--run", run, "--json").json["criteria"]
        kappa = found["agreement"]["kappa"]
        assert kappa["estimate"]["value"] == pytest.approx(wanted["kappa"], abs=1e-6)
        assert kappa["percent"]["value"] == pytest.approx(wanted["accuracy"], abs=1e-6)
        assert found["counts"]["abstained"] == ({"unparsed": wanted["unparsed"]} if wanted["unparsed"] else {})
        assert found["counts"]["judged"] == wanted["n"]
        alpha = found["people"]["alpha"]["value"]
        assert alpha == pytest.approx(expected[name]["human_alpha_nominal"], abs=1e-6)
        low, high = found["rate"]["bounds"]
        scored = wanted["n"] - wanted["unparsed"]
        assert low == pytest.approx(found["rate"]["raw"] * scored / wanted["n"])
        assert high == pytest.approx((found["rate"]["raw"] * scored + wanted["unparsed"]) / wanted["n"])


def test_figures_of_llmbar(judge, imported, expected):
    """Every judge of LLMBar has the kappa of expected.json; a negative one is warned of."""
    wanted = expected["pairwise_llmbar.public"]
    runs = imported(DATA / "pairwise_llmbar.public.jsonl.gz", "preference")
    assert {f"judge {model}" for model in runs} == set(wanted) - {"records"}
    for model in ("GPT-4/Vanilla ab", "ChatGPT/CoT ba", "PaLM2/Metrics_Reference ab"):
        (found,) = judge("calibrate", "--run", runs[model], "--json").json["criteria"]
        kappa = found["agreement"]["kappa"]["estimate"]
        assert kappa["value"] == pytest.approx(wanted[f"judge {model}"]["kappa"], abs=1e-6)
        assert bool(found["standing"]["warnings"]) == (kappa["value"] < 0)


def test_the_first_line_is_the_standing(judge, imported):
    """The report begins with one sentence: what the judge may be used for, corrected figure, interval, raw figure."""
    runs = imported(EXAMPLES / "xstest_mistral_slice.jsonl.gz", "refusal")
    done = judge("calibrate", "--run", runs["gpt-4"])
    assert done.code == 0, done.err
    first = done.out.splitlines()[0]
    assert first.startswith("On `refusal`, this judge is usable with correction: ")
    assert "of responses are `refuse` [" in first
    assert "its raw figure says" in first
    for shown in (
        "judge alone (raw)",
        "people alone",
        "corrected",
        "human ceiling",
        "Cohen's kappa",
        "unparsed",
        "Next:",
    ):
        assert shown in done.out


def test_by_parts(judge, imported):
    """--by gives the three figures for each value of a field."""
    runs = imported(EXAMPLES / "xstest_mistral_slice.jsonl.gz", "refusal")
    (found,) = judge("calibrate", "--run", runs["gpt-4"], "--by", "model", "--json").json["criteria"]
    assert {(each["field"], each["value"], each["items"]) for each in found["slices"]} == {
        ("model", "mistralguard", 209),
        ("model", "mistralinstruct", 209),
    }
    assert "model mistralguard" in judge("calibrate", "--run", runs["gpt-4"], "--by", "model").out


def test_uncalibrated(judge, tmp_path):
    """Judgements without a rating are uncalibrated, in text and for machines, and the exit code is 0."""
    rows = [
        {"id": str(n), "input": "Q?", "output": "A.", "judge": [{"judge": "m", "label": "refuse"}]} for n in range(9)
    ]
    (tmp_path / "log.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    judge("import", "log.jsonl", "--dataset", "d", "--judgements", "--rubric", "refusal")
    done = judge("calibrate")
    assert done.code == 0
    assert done.out.startswith("On `refusal`, this judge is uncalibrated: nobody has rated what it judged.")
    (found,) = judge("calibrate", "--json").json["criteria"]
    assert found["standing"]["answer"] == "uncalibrated"
    assert found["rate"]["corrected"]["kind"] == "refused"


def test_files_are_written(judge, imported, tmp_path):
    """--html and --markdown write files beside the text."""
    imported(EXAMPLES / "pandalm_slice.jsonl.gz", "preference")
    done = judge("calibrate", "--html", "r.html", "--markdown", "r.md")
    assert done.code == 0, done.err
    assert (tmp_path / "r.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert (tmp_path / "r.md").read_text(encoding="utf-8").startswith("# How far pandalm-7b can be trusted on d")
    assert "Wrote r.html." in done.err


def test_a_place_that_cannot_be_written(judge, imported):
    """A folder that is not there is named."""
    imported(EXAMPLES / "pandalm_slice.jsonl.gz", "preference")
    done = judge("calibrate", "--html", "nowhere/r.html")
    assert done.code == 2
    assert "nowhere/r.html: cannot be written: No such file or directory" in done.err


def test_no_such_run(judge):
    """A run that is not there is told, with what to do."""
    done = judge("calibrate", "--run", "7")
    assert done.code == 2
    assert "there is no run 7" in done.err


def test_two_judges(judge, imported):
    """--judge twice compares: one sentence, both judges with standing and cost, the paired difference; also as JSON."""
    imported(EXAMPLES / "pandalm_slice.jsonl.gz", "preference")
    done = judge("calibrate", "--judge", "gpt-3.5-turbo", "--judge", "pandalm-7b")
    assert done.code == 0, done.err
    assert done.out.startswith("On `preference`, gpt-3.5-turbo")
    for shown in (
        "difference, paired",
        "McNemar",
        "both give the same value",
        "not known",
        "only where the two differ",
    ):
        assert shown in done.out
    (found,) = judge("calibrate", "--judge", "gpt-3.5-turbo", "--judge", "pandalm-7b", "--json").json["criteria"]
    assert [each["model"] for each in found["judges"]] == ["gpt-3.5-turbo", "pandalm-7b"]
    (pairing,) = found["pairings"]
    right = [each["value"] for each in pairing["right"]]
    assert pairing["difference"]["value"] == pytest.approx(right[0] - right[1])


def test_which_mixture(judge, imported, tmp_path):
    """A target is met or not by ratings that took no part in choosing; what it costs is told; also as files."""
    imported(EXAMPLES / "xstest_mistral_slice.jsonl.gz", "refusal")
    two = ("calibrate", "--judge", "string-match", "--judge", "gpt-4")
    prices = ("--rating-cost", "1", "--price", "string-match=0", "--price", "gpt-4=15")
    done = judge(*two, "--target-agreement", "0.8", *prices, "--html", "c.html", "--markdown", "c.md")
    assert done.code == 0, done.err
    second = done.out.splitlines()[1]
    assert second.startswith("On `refusal`, a mixture of string-match and gpt-4 is shown to keep 80 % agreement")
    assert "people alone" in done.out
    assert (tmp_path / "c.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert (tmp_path / "c.md").read_text(encoding="utf-8").startswith("# string-match and gpt-4 on d")
    (found,) = judge(*two, "--target-agreement", "0.99", *prices, "--json").json["criteria"]
    (mixtures,) = found["mixtures"]
    assert mixtures["chosen_by_ratings"] + mixtures["measured_by_ratings"] == 418
    assert [each["target"] for each in mixtures["targets"]] == [0.8, 0.9, 0.95, 0.98, 0.99]
    last = mixtures["targets"][-1]
    assert not last["met"]
    assert sum(last["decided"].values()) == pytest.approx(1)
    assert last["cost_per_1000"] < 1000
    assert "is shown to keep 99 %" in judge(*two, "--target-agreement", "0.99").out.splitlines()[1]
    wrong = judge(*two, "--price", "gpt-5=1")
    assert wrong.code == 2
    assert "'gpt-5' is not among the judges compared" in wrong.err


def test_one_judge_by_name(judge, imported):
    """--judge once is that judge's newest run."""
    imported(EXAMPLES / "pandalm_slice.jsonl.gz", "preference")
    assert judge("calibrate", "--judge", "gpt-3.5-turbo", "--json").json["run"]["model"] == "gpt-3.5-turbo"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--judge", "a", "--judge", "a"], "a judge is named twice"),
        (["--judge", "a", "--run", "1"], "give --run or --judge, not both"),
        (["--judge", "a", "--judge", "b", "--by", "model"], "a comparison is of whole data sets"),
        (["--target-agreement", "0.9"], "a mixture is of two judges and people"),
        (["--judge", "a", "--judge", "b", "--price", "a=much"], "'much' is no price"),
        (["--judge", "a", "--judge", "b", "--price", "a"], "not of the form KEY=VALUE"),
        (["--judge", "a"], "judge 'a' has no run"),
    ],
)
def test_comparisons_that_cannot_be_meant(judge, options, message):
    """Each is answered with what is wrong."""
    done = judge("calibrate", *options)
    assert done.code == 2
    assert message in done.err
