import numpy as np
import pytest

from judge.errors import UsageError
from judge.stats.weights import agreement_weights


def test_identity_weights():
    """Different values do not agree at all."""
    assert agreement_weights("identity", np.array(["a", "b"])).tolist() == [[1, 0], [0, 1]]


def test_numbers_are_taken_as_they_are_and_names_by_rank():
    """A gap of two grades weighs as two, and names are one step apart."""
    assert agreement_weights("linear", np.array([1, 2, 5]))[0].tolist() == [1, 0.75, 0]
    assert agreement_weights("linear", np.array(["low", "mid", "high"]))[0].tolist() == [1, 0.5, 0]


def test_quadratic_weights():
    """Fleiss and Cohen (1973): 1 - (gap/range)²."""
    assert agreement_weights("quadratic", np.array([1, 2, 3]))[0].tolist() == [1, 0.75, 0]


def test_ordinal_weights_are_gwets():
    """The "ordinal" weights of irrCAC for four values: 1 - C(gap + 1, 2)/C(4, 2)."""
    assert agreement_weights("ordinal", np.array([1, 2, 3, 4]))[0] == pytest.approx([1, 5 / 6, 1 / 2, 0])


def test_an_unknown_weighting_is_named():
    """The message lists what there is."""
    with pytest.raises(UsageError, match=r"no weighting 'cubic'\n.*identity, linear"):
        agreement_weights("cubic", np.array([1, 2]))
