"""Several questions at once."""

from __future__ import annotations

import numpy as np
import pytest

from judge.stats.discoveries import benjamini_hochberg
from judge.stats.multiplicity import adjusted

# R: p.adjust(c(0.01, 0.02, 0.03, 0.04, 0.05), "holm") and "BH"; the example of its help page's method section.
P = [0.01, 0.04, 0.03, 0.02, 0.05]


def test_holm_known_answer():
    """Holm's adjusted values equal R's p.adjust."""
    assert adjusted(P, "holm") == pytest.approx([0.05, 0.09, 0.09, 0.08, 0.09])


def test_bh_known_answer():
    """Benjamini and Hochberg's equal R's p.adjust, and decide as `benjamini_hochberg` does."""
    assert adjusted(P, "bh") == pytest.approx([0.05] * 5)
    drawn = np.random.default_rng(1).random(200) ** 3
    assert ((adjusted(drawn, "bh") <= 0.05) == benjamini_hochberg(drawn, 0.05)).all()


def test_none_leaves_them_alone():
    """Without a correction, and without questions, nothing changes."""
    assert adjusted(P, "none") == pytest.approx(P)
    assert adjusted([], "holm").size == 0


def test_no_probability():
    """A p-value outside 0 to 1 is refused."""
    with pytest.raises(ValueError, match="between 0 and 1"):
        adjusted([0.5, 1.5])
