"""Texts that say nearly the same."""

import numpy as np
import pytest

from judge.curating.duplicates import Seen, likeness, shingles


def test_likeness_known_answer():
    """Two texts of six characters share 1 of 3 runs of five characters; case and white space do not count."""
    assert likeness(shingles("abcdef"), shingles("bcdefg")) == pytest.approx(1 / 3)
    assert likeness(shingles("How  LONG?\n"), shingles("how long?")) == 1
    assert likeness(shingles("ab"), shingles("ab")) == 1


def test_near_duplicates_are_met():
    """Among 2,000 texts, each one with a word changed is found, and no other text is taken for one."""
    rng = np.random.default_rng(1)
    words = np.array([f"word{n}x" for n in range(3000)])
    texts = [rng.choice(words, 40) for _ in range(2000)]
    seen = Seen()
    for text in texts:
        seen.add(shingles(" ".join(text)))
    assert len(seen) == 2000
    for text in texts[:200]:
        changed = text.copy()
        changed[20] = "another"
        assert seen.like(shingles(" ".join(changed)), 0.8)
        assert not seen.like(shingles(" ".join(rng.choice(words, 40))), 0.8)
