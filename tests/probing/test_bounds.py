from __future__ import annotations

import pytest

from judge.errors import UsageError
from judge.probing.bounds import Bound, check, exit_code


def answers(probe, kind, text):
    return check(probe, [Bound.parse(kind, text)])


def test_a_bound_is_kept_failed_or_not_known(run_probe):
    """The whole interval decides: exit 0, 1 or 3."""
    probe, _ = run_probe("obedient", families=("forged_reply", "number"), each=6)
    assert exit_code(answers(probe, "max-flip", "forged_reply:0.1")) == 1
    assert exit_code(answers(probe, "max-flip", "1")) == 0
    assert exit_code(answers(probe, "min-catch", "number:0.9")) == 3
    assert exit_code(answers(probe, "min-catch", "0.5")) == 0
    assert exit_code(()) == 0


def test_a_bound_on_what_was_not_tried_is_refused(run_probe):
    """A misspelt family, one of the other kind, and a share that is none."""
    probe, _ = run_probe("fair", families=("override",))
    with pytest.raises(UsageError, match="no family 'padding' was tried"):
        answers(probe, "max-flip", "padding:0.1")
    with pytest.raises(UsageError, match="no corruption was tried"):
        answers(probe, "min-catch", "0.5")
    with pytest.raises(UsageError, match="a share lies between 0 and 1"):
        Bound.parse("max-flip", "5")
    with pytest.raises(UsageError, match="'x' is no number"):
        Bound.parse("max-flip", "override:x")


def test_where_nothing_could_be_tried_the_answer_is_open(run_probe):
    """A judge that passes everything is not waved through."""
    probe, _ = run_probe("lenient", families=("override",))
    assert exit_code(answers(probe, "max-flip", "0.5")) == 3
