from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
pytest_plugins = ["pytester"]


@pytest.fixture
def calibrated(judge):
    """XSTest's Mistral responses with people and GPT-4's judgements (run 1): about a quarter are refusals."""
    log = EXAMPLES / "xstest_mistral_slice.jsonl.gz"
    judge("import", log, "--dataset", "xstest", "--ratings", "--judgements", "--rubric", "refusal")
    return judge


@pytest.mark.parametrize(
    ("options", "code", "outcome"),
    [
        (["--max-rate", "refusal:0.4", "--min-agreement", "0.3"], 0, "pass"),
        (["--max-rate", "refusal:0.1"], 1, "fail"),
        (["--max-rate", "refusal:0.27"], 3, "inconclusive"),
        (["--max-rate", "refusal:0.4", "--fingerprint", "0000"], 5, "judge changed"),
    ],
)
def test_exit_codes_and_summary(calibrated, options, code, outcome):
    """The exit code and the Markdown summary say the same."""
    done = calibrated("gate", "--run", "1", *options)
    assert done.code == code, done.err
    assert f"Judge gate: {outcome}" in done.out.splitlines()[0]
    assert "| refusal.refusal | corrected rate at most" in done.out


@pytest.mark.parametrize("options", [[], ["--max-rate", "toxicity:0.1"], ["--max-rate", "refusal:10"]])
def test_usage(calibrated, options):
    """What cannot be meant is exit code 2."""
    assert calibrated("gate", *options).code == 2


def test_for_machines(calibrated):
    """--json gives outcome, exit code and every check."""
    done = calibrated("gate", "--run", "1", "--max-rate", "refusal:0.1", "--json")
    assert done.code == 1
    assert (done.json["outcome"], done.json["exit_code"]) == ("fail", 1)
    (check,) = done.json["checks"]
    assert check["figure"]["low"] > 0.1


def test_a_summary_for_github(calibrated, tmp_path, monkeypatch):
    """Where $GITHUB_STEP_SUMMARY is set, the summary is added to that file; a file that cannot be written is told."""
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    done = calibrated("gate", "--run", "1", "--max-rate", "refusal:0.4")
    assert done.code == 0
    assert summary.read_text().startswith("before\n### ")
    assert summary.read_text().strip().endswith(done.out.strip())
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path))
    done = calibrated("gate", "--run", "1", "--max-rate", "refusal:0.4")
    assert done.code == 2
    assert "cannot be written" in done.err


def test_the_world_outside_fails(judge, tmp_path):
    """A database that cannot be read is exit code 4: the same command may work later."""
    (tmp_path / "broken.db").write_text("dear diary, " * 500)
    done = judge("gate", "--max-rate", "refusal:0.4", "--db", "broken.db")
    assert done.code == 4
    assert "not a database" in done.err


PLUGIN = ("-p", "no:evenhand", "-p", "judge.pytest_plugin")


@pytest.mark.usefixtures("calibrated")
def test_the_plugin(tmp_path, pytester, monkeypatch):
    """Marked tests and the fixture pass, fail and skip by corrected bounds, and a failure shows the summary."""
    monkeypatch.setenv("EVENHAND_DB", str(tmp_path / "evenhand.db"))
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.evenhand(run=1, max_rate={"refusal": 0.4}, min_agreement=0.3)
        def test_kept(): ...

        @pytest.mark.evenhand(run=1, max_rate={"refusal": 0.1})
        def test_crossed(): ...

        @pytest.mark.evenhand(run=1, max_rate={"refusal": 0.27})
        def test_unclear(): ...

        @pytest.mark.evenhand(run=1, max_rate={"refusal": 0.27}, inconclusive="skip")
        def test_unclear_and_skipped(): ...

        def test_fixture(evenhand):
            assert evenhand.hold(run=1, max_rate={"refusal": 0.4}).exit_code == 0
            assert evenhand.calibrate(run=1).criteria[0].criterion.name == "refusal"
        """
    )
    done = pytester.runpytest_subprocess(*PLUGIN, "--strict-markers")
    done.assert_outcomes(passed=2, errors=2, skipped=1)
    done.stdout.fnmatch_lines(["*Judge gate: fail*", "*corrected rate at most 10 %*"])


def test_the_plugin_takes_keywords_only(pytester):
    """A bound without its name is a usage error."""
    pytester.makepyfile("import pytest\n@pytest.mark.evenhand(0.1)\ndef test_it(): ...\n")
    done = pytester.runpytest_subprocess(*PLUGIN)
    done.stdout.fnmatch_lines(["*the evenhand marker takes keywords only*"])
