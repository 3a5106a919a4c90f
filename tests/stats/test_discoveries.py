from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import false_discovery_control

from judge.stats.discoveries import benjamini_hochberg, benjamini_yekutieli

KNOWN = Path(__file__).parents[2].parent / "shared" / "known_answers.json"


@pytest.mark.skipif(not KNOWN.exists(), reason="the shared known answers are not on this machine")
def test_known_answer() -> None:
    """The number of rejections equals known_answers.json "BH"."""
    answer = json.loads(KNOWN.read_text())["BH"]
    assert benjamini_hochberg(answer["p"], answer["q"]).sum() == answer["rejections"]


def test_same_as_scipy() -> None:
    """Both procedures reject what scipy's adjusted p-values reject, in any order."""
    p = np.random.default_rng(1).beta(0.4, 2, 200)
    assert (benjamini_hochberg(p) == (false_discovery_control(p) <= 0.05)).all()
    assert (benjamini_yekutieli(p) == (false_discovery_control(p, method="by") <= 0.05)).all()
    assert benjamini_yekutieli(p).sum() < benjamini_hochberg(p).sum()


def test_nothing_tested_nothing_found() -> None:
    """No tests give no discoveries, and large p-values none either."""
    assert benjamini_yekutieli([]).size == 0
    assert not benjamini_hochberg([0.5, 0.9]).any()


def test_p_values_are_checked() -> None:
    """A p-value above 1 is an error."""
    with pytest.raises(ValueError, match="between 0 and 1"):
        benjamini_hochberg([1.5])
