"""Several questions at once."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import false_discovery_control

from judge.stats.multiplicity import adjusted

# R: p.adjust(c(0.01, 0.02, 0.03, 0.04, 0.05), "holm") and "BH"; the example of its help page's method section.
P = [0.01, 0.04, 0.03, 0.02, 0.05]


def test_holm_known_answer():
    """Holm's adjusted values equal R's p.adjust."""
    assert adjusted(P, "holm") == pytest.approx([0.05, 0.09, 0.09, 0.08, 0.09])


def test_bh_known_answer():
    """Benjamini and Hochberg's equal R's p.adjust; of eight published p-values two stand at .05."""
    assert adjusted(P, "bh") == pytest.approx([0.05] * 5)
    assert np.sum(adjusted([0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205], "bh") <= 0.05) == 2


@pytest.mark.parametrize("correction", ["bh", "by"])
def test_same_as_scipy(correction):
    """False discovery control adjusts as scipy does, in any order, under any dependence more dearly."""
    p = np.random.default_rng(1).beta(0.4, 2, 200)
    assert adjusted(p, correction) == pytest.approx(false_discovery_control(p, method=correction))
    assert (adjusted(p, "by") >= adjusted(p, "bh")).all()


def test_none_leaves_them_alone():
    """Without a correction, and without questions, nothing changes."""
    assert adjusted(P, "none") == pytest.approx(P)
    assert adjusted([], "holm").size == 0


def test_no_probability():
    """A p-value outside 0 to 1 is refused."""
    with pytest.raises(ValueError, match="between 0 and 1"):
        adjusted([0.5, 1.5])
