"""``judge assign`` as a user types it."""

import io


def test_one_conversation(judge):
    """One id gives one version, and nothing else."""
    done = judge("assign", "c-4", "--experiment", "greeting", "--weights", "v1=0.5,v2=0.5")
    assert (done.code, done.out) == (0, "v1\n")


def test_many_from_standard_input(judge, monkeypatch):
    """Ids on standard input come back with their versions, also as JSON."""
    monkeypatch.setattr("sys.stdin", io.StringIO("c-0\n\nc-4\n"))
    assert judge("assign", "-e", "greeting", "--weights", "v1=1,v2=1").out == "c-0\tv2\nc-4\tv1\n"
    assert judge("assign", "c-0", "-e", "x", "--json").json["weights"] == {"a": 1.0, "b": 1.0}


def test_bad_weights(judge):
    """A weight that is no number is named, with how to write it."""
    done = judge("assign", "c", "-e", "x", "--weights", "v1=half")
    assert done.code == 2
    assert "'half' is no number" in done.err
    assert "v1=0.9,v2=0.1" in done.err
