import json
import os
import signal
import subprocess
import sys
import time

from provider.server import Provider


def test_file_to_summary(judge, log):
    """One command from a log file to a summary that says uncalibrated and counts what has no documents."""
    done = judge("run", log, "--rubric", "hallucination", "--judge", "baseline")
    assert done.code == 0
    assert "Data set answers: 3 new records." in done.err
    assert "uncalibrated" in done.out
    assert "1 missing_field" in done.out
    assert "The baseline judge is no LLM" in done.out


def test_json_summary(judge, log):
    """--json prints one document with the counts, the distribution and the status of every criterion."""
    done = judge("run", log, "--rubric", "hallucination", "--judge", "baseline", "--json")
    (criterion,) = done.json["criteria"]
    assert criterion["scored"] + sum(criterion["abstained"].values()) == 3
    assert sum(criterion["distribution"].values()) == criterion["scored"] == 2
    assert criterion["status"] == "uncalibrated"
    assert done.json["totals"]["cost"] == 0


def test_again_costs_nothing(judge, log):
    """The same command again makes no call and says so."""
    judge("run", log, "--rubric", "hallucination", "--judge", "baseline")
    done = judge("run", log, "--rubric", "hallucination", "--judge", "baseline")
    assert done.code == 0
    assert "No new calls: everything was on the ledger already." in done.out


def test_limit_sample_and_where(judge, log):
    """Only what is selected is judged."""
    judge("import", log, "--dataset", "d")
    common = ("--rubric", "hallucination", "--judge", "baseline", "--json")
    assert judge("run", "d", "--limit", 1, *common).json["criteria"][0]["scored"] == 1
    assert judge("run", "d", "--where", "id=b", *common).json["criteria"][0]["scored"] == 1
    two = judge("run", "d", "--sample", 2, "--seed", 3, *common).json["criteria"][0]
    assert two["scored"] + sum(two["abstained"].values()) == 2


def test_metric_alone(judge, tmp_path):
    """A metric needs no judge."""
    (tmp_path / "m.jsonl").write_text('{"response": "the cat sat", "reference": "the cat sat"}\n')
    done = judge("run", "m.jsonl", "--metric", "chrf", "--json")
    assert done.code == 0
    assert done.json["measures"][0]["mean"] == 100.0


def test_unknown_source(judge):
    """A source that is neither a file nor a data set says so, and how to make one."""
    done = judge("run", "nothing", "--rubric", "hallucination", "--judge", "baseline")
    assert (done.code, done.out) == (2, "")
    assert "Error: 'nothing' is neither a file nor a data set" in done.err
    assert "judge import FILE --dataset NAME" in done.err


def test_unknown_rubric_and_judge(judge, log):
    """A misspelt rubric or judge names what is allowed, before anything is judged."""
    done = judge("run", log, "--rubric", "halucination", "--judge", "baseline")
    assert done.code == 2
    assert "hallucination" in done.err
    done = judge("run", log, "--rubric", "hallucination", "--judge", "basline")
    assert done.code == 2
    assert "basline" in done.err
    assert "baseline" in done.err


def test_nothing_to_do(judge, log):
    """Without a rubric or a metric there is nothing to do; without a judge nobody to do it."""
    assert "nothing to do" in judge("run", log).err
    done = judge("run", log, "--rubric", "hallucination")
    assert done.code == 2
    assert "--judge baseline needs no key" in done.err


def test_missing_key(judge, log):
    """A missing key is named before the first call, and the exit code says that the world has to change."""
    done = judge("run", log, "--rubric", "hallucination", "--judge", "openai/gpt-5-mini")
    assert done.code == 4
    assert "OPENAI_API_KEY" in done.err


def test_no_traceback_for_a_wrong_option(judge, log):
    """A wrong option is answered with usage and exit code 2."""
    done = judge("run", log, "--limit", "many")
    assert done.code == 2
    assert "Traceback" not in done.err


def test_cap_needs_a_price(judge, log, tmp_path):
    """A cap on a model of unknown price is refused with the lines to write."""
    (tmp_path / "judge.toml").write_text('[endpoints.local]\nbase_url = "http://127.0.0.1:9/v1"\n')
    done = judge("run", log, "--rubric", "hallucination", "--judge", "local/m", "--max-cost", "1")
    assert done.code == 2
    assert "price of this model is unknown" in done.err
    assert "[prices." in done.err


def test_openai_compatible_server(judge, log, tmp_path):
    """An endpoint of judge.toml is asked once a record, with no key, and its usage is counted."""
    with Provider().in_thread() as provider:
        (tmp_path / "judge.toml").write_text(f'[endpoints.local]\nbase_url = "{provider.url}"\n')
        done = judge("run", log, "--rubric", "hallucination", "--judge", "local/some-model", "--json")
        assert done.code == 0
        assert provider.count == done.json["totals"]["calls"] == 2
        assert not any(provider.keys)
        assert done.json["totals"]["prompt_tokens"] > 0
        judge("run", log, "--rubric", "hallucination", "--judge", "local/some-model")
        assert provider.count == 2


def test_interrupt_keeps_what_was_done(tmp_path):
    """Ctrl-C once: the run stops in good order with exit code 130, and the same command finishes it."""
    rows = [
        {"id": str(n), "question": "How long?", "response": f"{n} days.", "documents": [f"{n} days."]}
        for n in range(200)
    ]
    (tmp_path / "many.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    with Provider(latency=0.2).in_thread() as provider:
        (tmp_path / "judge.toml").write_text(f'[endpoints.local]\nbase_url = "{provider.url}"\n')
        command = [sys.executable, "-m", "judge", "run", "many.jsonl", "--rubric", "hallucination"]
        command += ["--judge", "local/m", "--concurrency", "4", "--json"]
        environment = {name: value for name, value in os.environ.items() if name != "EVENHAND_DB"}
        process = subprocess.Popen(  # noqa: S603 - our own command
            command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
        )
        while provider.count < 8:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        assert process.returncode == 130, err
        first = json.loads(out)
        assert first["run"]["state"] == "stopped"
        assert 0 < first["criteria"][0]["scored"] < 200
        assert first["totals"]["orphans"] == 0
    with Provider(port=int(provider.url.rpartition(":")[2].partition("/")[0])).in_thread() as provider:
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True, env=environment)  # noqa: S603
        second = json.loads(done.stdout)
        assert second["run"]["id"] == first["run"]["id"]
        assert second["criteria"][0]["scored"] == 200
        assert provider.count == 200 - first["criteria"][0]["scored"]
