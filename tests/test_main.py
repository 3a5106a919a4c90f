from judge import cli as judge_cli


def test_what_escapes_is_told_as_our_bug(judge, monkeypatch):
    """Exit code 70, as the help says, a traceback that commands no terminal, and a line that says whose bug it is."""

    def broken():
        raise RuntimeError("unforeseen \x1b[2J")

    monkeypatch.setattr(judge_cli, "app", broken)
    done = judge("runs")
    assert done.code == 70
    assert "RuntimeError: unforeseen ⟦U+001B⟧[2J" in done.err
    assert done.err.endswith("This is a bug of Evenhand: what stands above helps to mend it.\n")
    assert done.out == ""
