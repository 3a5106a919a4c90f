from collections import Counter
from datetime import timedelta

import numpy as np
import pytest
from pydantic import ValidationError

from judge.monitoring.figure import POOLED, corrected_figure, corrected_level, corrected_rate, plain_figure, trend_of
from judge.monitoring.form import RuleForm
from judge.monitoring.histogram import Histogram
from judge.monitoring.rated import Rated
from judge.monitoring.thresholds import _crossed
from judge.monitoring.window import Window, bounds_of, window_of
from judge.scales import Level, Scale
from judge.stats.intervals import Estimate, Refused
from judge.stats.sequential import spent_level
from making import make_rubric
from traffic import START, after, traffic, write

SCALE = make_rubric().criteria[0].scale
DAY = timedelta(days=1)
WINDOW = Window(1, "*", "*", *bounds_of(window_of(START, DAY), DAY))


def series(polite, rude):
    return Histogram(Counter({"polite": polite, "rude": rude}), float(rude), float(rude))


def rated(cells, time):
    return [Rated(said, truth == "rude", time) for said, truth, count in cells for _ in range(count)]


CELLS = [("polite", "polite", 72), ("rude", "polite", 8), ("polite", "rude", 4), ("rude", "rude", 16)]


def test_error_rates_are_carried_over():
    """Without ratings in the window the rate is Rogan and Gladen's: (.3 + .9 - 1)/(.9 + .8 - 1) = 2/7."""
    found = corrected_rate(series(70, 30), rated(CELLS, START - 9 * DAY), SCALE, [WINDOW], 0.95)
    assert isinstance(found, Estimate)
    assert found.value == pytest.approx(2 / 7)
    assert found.low < 2 / 7 < found.high


def test_ratings_of_the_window_go_first():
    """With ratings in the window it is post-stratified: .7·4/76 + .3·16/24."""
    found = corrected_rate(series(700, 300), rated(CELLS, START), SCALE, [WINDOW], 0.95)
    assert isinstance(found, Estimate)
    assert found.value == pytest.approx(0.7 * 4 / 76 + 0.3 * 16 / 24)


def test_no_ratings_no_figure():
    """Without ratings there is no corrected figure, and the refusal says what to do."""
    found = corrected_rate(series(70, 30), [], SCALE, [WINDOW], 0.95)
    assert isinstance(found, Refused)
    assert found.needed.startswith("rate until")
    assert isinstance(corrected_rate(Histogram(), [], SCALE, [WINDOW], 0.95), Refused)
    assert isinstance(plain_figure("latency", Histogram(), None, 0.95), Refused)


def of(version, cells, time=START):
    return [Rated(one.score, one.positive, one.time, version) for one in rated(cells, time)]


def test_a_version_is_corrected_by_its_own_ratings():
    """Where a version has ratings enough, those of another on which the judge errs otherwise change nothing."""
    window = Window(1, "v2", "*", *bounds_of(window_of(START, DAY), DAY))
    milder = [("polite", "polite", 40), ("polite", "rude", 40), ("rude", "rude", 20), ("rude", "polite", 20)]
    both = [*of("v2", CELLS), *of("v1", milder)]
    found = corrected_figure(series(700, 300), both, SCALE, [window], 0.95)
    assert found == corrected_rate(series(700, 300), of("v2", CELLS), SCALE, [window], 0.95)
    assert POOLED not in found.method


def test_ratings_of_other_versions_stand_in_and_say_so():
    """Where a version has too few ratings, those of all are taken, and the method names what that assumes."""
    window = Window(1, "v2", "*", *bounds_of(window_of(START, DAY), DAY))
    found = corrected_figure(series(700, 300), of("v1", CELLS), SCALE, [window], 0.95)
    assert isinstance(found, Estimate)
    assert found.method.endswith(POOLED)
    assert isinstance(corrected_figure(series(7, 3), [], SCALE, [window], 0.95), Refused)


POINTS = Scale(level=Level.INTERVAL, low=0, high=10, good=("high",))
STARS = Scale(level=Level.ORDINAL, values={"bad": "", "fair": "", "good": ""}, good=("good",), positive=())


def points(values):
    found = Histogram()
    for value in values:
        found.add(f"{value:.2f}", value)
    return found


def test_means_are_corrected_by_ratings_of_the_window():
    """A judge that scores two points too high is put right by the window's ratings (PPI++), or by those before."""
    everyone = points([4 + n % 5 for n in range(400)])
    for time in (START, START - 9 * DAY):
        rated_ = [Rated(f"{4 + n % 5:.2f}", False, time, value=2 + n % 5) for n in range(40)]  # noqa: FBT003 - no rate
        found = corrected_level(everyone, rated_, POINTS, [WINDOW], 0.95)
        assert isinstance(found, Estimate)
        assert found.value == pytest.approx(4, abs=0.05)
        assert found.low < found.value < found.high
    assert isinstance(corrected_level(everyone, rated_[:5], POINTS, [WINDOW], 0.95), Refused)


def test_ordinal_means_are_post_stratified():
    """By the judge's value: half of 200 called fair are good by people, all called good are: (100·1.5 + 100·2)/200."""
    found = Histogram(Counter({"fair": 100, "good": 100}), 300.0, 500.0)
    said = [Rated("fair", False, START, value=1 + n % 2) for n in range(20)]  # noqa: FBT003 - no rate
    said += [Rated("good", False, START, value=2) for n in range(20)]  # noqa: FBT003 - no rate
    estimate = corrected_level(found, said, STARS, [WINDOW], 0.95)
    assert estimate.value == pytest.approx(1.75)


def test_looks_at_every_window_have_one_stated_error():
    """Over 60 windows of a share that lies on its bound, at most 5 % of streams ever cross it, within 3 errors."""
    rng = np.random.default_rng(11)
    crossed = once = 0
    for _ in range(400):
        shares = [Histogram(Counter(), float(hits), float(hits)) for hits in rng.binomial(200, 0.1, 60)]
        for share, hits in zip(shares, (one.total for one in shares), strict=True):
            share.bins.update({"yes": int(hits), "no": 200 - int(hits)})
        lows = [
            plain_figure("errors", share, None, spent_level(0.95, look), exact=True).low
            for look, share in enumerate(shares, start=1)
        ]
        crossed += any(low > 0.1 for low in lows)
        once += any(plain_figure("errors", share, None, 0.95).low > 0.1 for share in shares)
    assert crossed <= 400 * (0.05 + 3 * (0.05 * 0.95 / 400) ** 0.5)
    assert once > 200
    assert sum(1 - spent_level(0.95, look) for look in range(1, 10_000)) < 0.05


def test_rules_that_say_too_much_are_refused():
    """`look: always` needs a bound, and `width` a corrected figure; the message says so."""
    with pytest.raises(ValidationError, match="for a value has no error"):
        RuleForm(name="a", watch="latency", above=4, look="always")
    with pytest.raises(ValidationError, match="`width` is about"):
        RuleForm(name="a", watch="latency", above=4, width=0.1)


def test_trend_by_hand():
    """A line of slope 1 with errors 1 over five windows has a slope of √10 standard errors."""
    assert trend_of([0, 1, 2, 3, 4], [1] * 5) == pytest.approx(10**0.5)


@pytest.mark.parametrize(
    ("value", "living", "level"),
    [(5, False, "alert"), (3.5, False, "warn"), (2.5, False, None), (2.5, True, "warn"), (1.5, True, None)],
)
def test_hysteresis(value, living, level):
    """An alert comes above its bound, a warning above `warn`, and either goes on until the value is below `clear`."""
    rule = RuleForm(name="a", watch="latency", above=4, warn=3, clear=2)
    assert _crossed(rule, value, living=living) == level
    mirrored = RuleForm(name="a", watch="latency", below=-4, warn=-3, clear=-2)
    assert _crossed(mirrored, -value, living=living) == level


def test_rules_from_the_command_line(judge, tmp_path):
    """A figure beyond its bound, one without ratings, and silence are told; silence ends when records come again."""
    rules = """
alerts:
  - {name: slow, watch: latency, above: 0.5}
  - {name: liked, watch: feedback, below: 0.1}
  - {name: silence, absent: 30h}
"""
    (tmp_path / "watch.yaml").write_text("name: w\ndataset: d\nfiles: a.jsonl" + rules)
    write(tmp_path / "a.jsonl", traffic(2))
    done = judge("watch", "watch.yaml", "--now", after(2), "--json")
    assert (done.code, [alert["key"] for alert in done.json["living"]]) == (1, ["threshold:slow"])
    done = judge("watch", "watch.yaml", "--now", after(5), "--json")
    assert {alert["key"] for alert in done.json["living"]} == {"threshold:slow", "absent:silence"}
    write(tmp_path / "a.jsonl", traffic(5))
    done = judge("watch", "watch.yaml", "--now", after(5), "--json")
    assert [alert["key"] for alert in done.json["living"]] == ["threshold:slow"]
    told = {alert["key"]: alert["state"] for alert in done.json["alerts"]}
    assert told["absent:silence"] == "resolved"
