"""The pytest plugin: a test fails where a judge's corrected figure crosses its bound.

@pytest.mark.evenhand(max_rate={"hallucination": 0.05}, min_agreement=0.6)
def test_the_assistant_keeps_to_its_documents(): ...

def test_refusals(evenhand):
    evenhand.hold(max_rate={"refusal": 0.2})
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from judge.calibration.calibrate import Calibration
    from judge.calibration.gate import Bound, Gate

MARKER = (
    "evenhand(max_rate=None, min_mean=None, min_agreement=None, run='last', study=None, unseen=False, fingerprints=(), "
    "db=None, inconclusive='fail'): fail where a corrected figure of a judge's run crosses its bound."
)


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", MARKER)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Hold every marked test's bounds before it runs."""
    for mark in item.iter_markers("evenhand"):
        if mark.args:
            raise pytest.UsageError(f"{item.nodeid}: the evenhand marker takes keywords only: {MARKER}")
        Evenhand().hold(**mark.kwargs)


@pytest.fixture
def evenhand() -> Evenhand:
    """Calibrations of the runs in the database, and bounds to hold them to."""
    return Evenhand()


class Evenhand:
    """What a test asks of a judge's run."""

    def calibrate(
        self, *, run: str | int = "last", study: str | None = None, unseen: bool = False, db: str | None = None
    ) -> Calibration:
        """A run's calibration.

        Args:
            run: Its number, or ``last``.
            study: Only ratings from this study.
            unseen: Leave out what tuned the rubric or stands in it as an example.
            db: Database URL or file; by default as for the commands.
        """
        from judge.calibration.calibrate import calibrate  # noqa: PLC0415 - pytest starts without loading a database
        from judge.settings import database_url, load_settings  # noqa: PLC0415 - as above
        from judge.store import runs  # noqa: PLC0415 - as above
        from judge.store.database import Database  # noqa: PLC0415 - as above

        settings = load_settings()
        with Database(database_url(db, settings)) as database:
            found = runs.find(database, str(run))
            return calibrate(database, found, settings.calibration, study=study, unseen=unseen)

    def hold(
        self,
        *,
        max_rate: Mapping[str, float] | None = None,
        min_mean: Mapping[str, float] | None = None,
        min_agreement: float | Mapping[str, float] | None = None,
        run: str | int = "last",
        study: str | None = None,
        unseen: bool = False,
        fingerprints: Sequence[str] = (),
        db: str | None = None,
        inconclusive: Literal["fail", "skip"] = "fail",
    ) -> Gate:
        """Fail the test where a corrected figure crosses its bound.

        Args:
            max_rate: Criterion or rubric -> highest corrected rate.
            min_mean: Criterion or rubric -> lowest corrected mean.
            min_agreement: Least alpha of judge and people, for all criteria or by name.
            run: The run's number, or ``last``.
            study: Only ratings from this study.
            unseen: Leave out what tuned the rubric or stands in it as an example.
            fingerprints: The judges that are expected; any if empty.
            db: Database URL or file; by default as for the commands.
            inconclusive: What becomes of a test whose interval lies on both sides of the bound.

        Returns:
            What came of every check, where all are passed.
        """
        from judge.calibration.gate import Outcome, check  # noqa: PLC0415 - as above
        from judge.reports.gate_markdown import render  # noqa: PLC0415 - as above

        calibration = self.calibrate(run=run, study=study, unseen=unseen, db=db)
        gate = check(calibration, _bounds(max_rate, min_mean, min_agreement), fingerprints=fingerprints)
        if gate.outcome is Outcome.INCONCLUSIVE and inconclusive == "skip":
            pytest.skip(render(gate, calibration))
        if gate.outcome is not Outcome.PASS:
            pytest.fail(render(gate, calibration), pytrace=False)
        return gate


def _bounds(
    max_rate: Mapping[str, float] | None,
    min_mean: Mapping[str, float] | None,
    min_agreement: float | Mapping[str, float] | None,
) -> list[Bound]:
    from judge.calibration.gate import Bound  # noqa: PLC0415 - as above

    named: dict[str | None, float] = {}
    if isinstance(min_agreement, float | int):
        named[None] = float(min_agreement)
    else:
        named.update(min_agreement or {})
    return [
        *(Bound.parse("max-rate", f"{name}:{value}") for name, value in (max_rate or {}).items()),
        *(Bound.parse("min-mean", f"{name}:{value}") for name, value in (min_mean or {}).items()),
        *(Bound.parse("min-agreement", f"{name or ''}:{value}") for name, value in named.items()),
    ]
