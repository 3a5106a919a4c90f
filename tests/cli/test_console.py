from rich.table import Table
from rich.text import Text

from judge.cli.console import say, show


def test_nothing_that_is_shown_commands_the_terminal(capsys):
    """A record, a segment or a provider's words with escapes come out as text, in lines and in tables alike."""
    table = Table("segment")
    table.add_row("a\x1b[2Jb")
    table.add_row(Text("c\x1b]0;titled", style="bold"))
    show(table)
    show("e\x1b[1mf")
    say("g\x9b2Jh")
    out, err = capsys.readouterr()
    assert "\x1b" not in out
    assert "a⟦U+001B⟧[2Jb" in out
    assert "e⟦U+001B⟧[1mf" in out
    assert err == "g⟦U+009B⟧2Jh\n"
