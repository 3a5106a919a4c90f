import inspect
import re

from judge import errors


def test_the_tree_is_drawn():
    """The docstring draws every error with its exit code, and nothing else."""
    drawn = re.findall(r"(\w+Error)\b", errors.__doc__)
    real = [
        name for name, value in vars(errors).items() if inspect.isclass(value) and value.__module__ == "judge.errors"
    ]
    assert sorted(drawn) == sorted(real)
    for name, code in re.findall(r"(\w+Error) .* (\d+)$", errors.__doc__, re.MULTILINE):
        assert getattr(errors, name).exit_code == int(code)


def test_message_says_where_what_and_what_to_do():
    """Place, message and hint come in this order; what is not known is left out."""
    full = errors.RubricError("no such key", where="r.yaml:3", hint="write `criteria`")
    assert str(full) == "r.yaml:3: no such key\n  → write `criteria`"
    assert str(errors.UsageError("no")) == "no"


def test_exit_codes():
    """Fix your input is 2, stopped at the cap 3, try again 4, stopped by hand 130, whatever was being done."""
    assert errors.UsageError("x").exit_code == 2
    assert errors.BudgetError("x").exit_code == 3
    assert errors.ModelError("x").exit_code == 4
    assert errors.EvenhandError("x").exit_code == 70
    assert errors.UnfinishedError("x").exit_code == 130


def test_a_message_cannot_command_a_terminal():
    """What a provider or a log says stands in messages as text: escapes and turned words are written out."""
    error = errors.ModelError("no \x1b[2J\x07\x9b1m \u202eevil", hint="a\nb\tc")
    assert str(error) == "no ⟦U+001B⟧[2J⟦U+0007⟧⟦U+009B⟧1m ⟦U+202E⟧evil\n  → a\nb\tc"
