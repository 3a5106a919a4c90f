"""Fixtures of comparing's tests: a set of two versions that a judge treats differently."""

from __future__ import annotations

import numpy as np
import pytest

from judge.scores import Reason
from rated import stored  # noqa: F401 - a fixture


@pytest.fixture
def versions(stored, rubric):  # noqa: F811 - the fixture
    """Store versions' responses to the same or to different questions, rated at random, and give the run.

    The judge calls polite responses rude with chance 1 - tnr, which differs by version.
    """

    def store(arms, *, n=300, rated=100, same=True, seed=1, talk=None, name="d"):
        rng = np.random.default_rng(seed)
        rows = []
        hard = rng.normal(size=n)
        for version, (cut, tnr) in arms.items():
            rude = 0.9**0.5 * hard + 0.1**0.5 * rng.normal(size=n) > cut
            said = np.where(rude, rng.random(n) < 0.95, rng.random(n) > tnr)
            chosen = set(rng.choice(n, rated, replace=False).tolist())
            for i in range(n):
                truth = {"ann": "rude" if rude[i] else "polite"} if i in chosen else {}
                judged = Reason.REFUSED if i == 7 else ("rude" if said[i] else "polite")
                record = {"question": f"Q{i if same else f'{version}{i}'}?", "model_version": version}
                if talk:
                    record["conversation"] = f"c{i // talk}"
                rows.append((f"{version}-{i}", judged, truth, {"record": record}))
        return stored(rubric, rows, name=name)

    return store
