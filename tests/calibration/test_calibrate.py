import numpy as np
import pytest

from judge.calibration.calibrate import calibrate
from judge.calibration.standing import Answer
from judge.errors import CalibrationError
from judge.scores import Reason
from judge.settings import CalibrationTable
from judge.stats.intervals import Refused
from judge.store import runs
from making import make_rubric
from rated import rows_of

LIMITS = CalibrationTable()


def only(calibration):
    (found,) = calibration.criteria
    return found


def test_corrected_rate_by_hand(db, rubric, stored):
    """P·PPV + (1-P)·FOR, worked out by hand: 100 items, 20 called rude; of 10 rated rude 8 are, of 20 polite 2 are."""
    rows = rows_of(
        [
            *[("rude", "rude", 8), ("rude", "polite", 2), ("rude", None, 10)],
            *[("polite", "rude", 2), ("polite", "polite", 18), ("polite", None, 60)],
        ]
    )
    found = only(calibrate(db, stored(rubric, rows), LIMITS))
    assert found.pool.size == 100
    assert found.panel.size == 30
    assert found.main.raw == pytest.approx(0.20)
    assert found.main.corrected.value == pytest.approx(0.2 * 0.8 + 0.8 * 0.1)  # = .24
    assert found.main.corrected.low < 0.24 < found.main.corrected.high
    assert found.main.human.value == pytest.approx(10 / 30)
    assert found.main.bias == pytest.approx(0.20 - 0.24)


def test_kappa_and_confusion_by_hand(db, rubric, stored):
    """Of 30 rated items 26 agree: p_o = 26/30, p_e = (10·10 + 20·20)/900, kappa = (p_o - p_e)/(1 - p_e) = .7."""
    rows = rows_of([("rude", "rude", 8), ("rude", "polite", 2), ("polite", "rude", 2), ("polite", "polite", 18)])
    found = only(calibrate(db, stored(rubric, rows), LIMITS))
    observed, expected = 26 / 30, (10 * 10 + 20 * 20) / 900
    assert found.agreement.kappa.estimate.value == pytest.approx((observed - expected) / (1 - expected))
    assert found.agreement.confusion == {
        "polite": {"polite": 18, "rude": 2, "abstained": 0},
        "rude": {"polite": 2, "rude": 8, "abstained": 0},
    }


def test_inclusion_probabilities_weigh(db, rubric, stored):
    """Within one score, an item chosen with probability .1 stands for ten times as many as one chosen for certain."""
    sure, rare = {"rating": {"inclusion_probability": 1.0}}, {"rating": {"inclusion_probability": 0.1}}
    rows = [(f"a{n}", "polite", {"ann": "rude"}, sure) for n in range(10)]
    rows += [(f"b{n}", "polite", {"ann": "polite"}, rare) for n in range(10)]
    rows += [(f"c{n}", "rude", {"ann": "rude" if n % 2 else "polite"}, sure) for n in range(10)]
    rows += [(f"d{n}", "polite", {}) for n in range(80)]
    found = only(calibrate(db, stored(rubric, rows), LIMITS))
    # 100 of 110 items are called polite; of them 10 rude ones stand for 10 and 10 polite ones for 100.
    assert found.main.corrected.value == pytest.approx(100 / 110 * 10 / 110 + 10 / 110 * 0.5)


def test_abstentions_are_a_score_of_their_own(db, rubric, stored):
    """What the judge could not score is corrected by people too, and bounds say how far the raw figure could be off."""
    rows = rows_of(
        [("rude", "rude", 10), ("polite", "polite", 20), (Reason.UNPARSED, "rude", 6), (Reason.UNPARSED, "polite", 4)]
    )
    found = only(calibrate(db, stored(rubric, rows), LIMITS))
    assert found.pool.abstained == {"unparsed": 10}
    assert found.main.raw == pytest.approx(10 / 30)
    assert found.main.bounds == pytest.approx((10 / 40, 20 / 40))
    assert found.main.corrected.value == pytest.approx(16 / 40)
    assert found.agreement.confusion["rude"]["abstained"] == 6


def test_records_that_nobody_can_rate_are_not_asked_for(db, rubric, stored):
    """Records without what the rubric reads are counted and bounded; the corrected rate is of the others."""
    scored = [("rude", "rude", 10), ("polite", "polite", 20)]
    found = only(calibrate(db, stored(rubric, rows_of([*scored, (Reason.MISSING_FIELD, None, 10)])), LIMITS))
    assert found.pool.abstained == {"missing_field": 10}
    assert found.main.bounds == pytest.approx((10 / 40, 20 / 40))
    assert found.main.corrected.value == pytest.approx(10 / 30)
    assert not any("abstained" in advice for advice in found.standing.advice)
    rated = rows_of([*scored, (Reason.MISSING_FIELD, "rude", 5), (Reason.MISSING_FIELD, "polite", 5)])
    found = only(calibrate(db, stored(rubric, rated, name="e"), LIMITS))
    assert found.main.corrected.value == pytest.approx(15 / 40)


def test_not_applicable_is_no_abstention(db, stored):
    """Items to which the question does not apply are counted apart and are not in the rate."""
    scale = {"kind": "binary", "values": {"polite": "kind", "rude": "not kind"}, "good": "polite"}
    criterion = {"name": "tone", "question": "Is it polite?", "scale": scale, "not_applicable": "There is no answer."}
    rows = rows_of([("rude", "rude", 10), ("polite", "polite", 20)])
    rows += [(f"n{n}", Reason.NOT_APPLICABLE, {"ann": Reason.NOT_APPLICABLE}) for n in range(5)]
    found = only(calibrate(db, stored(make_rubric(criteria=[criterion]), rows), LIMITS))
    assert (found.pool.size, found.pool.not_applicable, found.pool.abstained) == (30, 5, {})
    assert found.main.raw == pytest.approx(1 / 3)


def test_slices(db, rubric, stored):
    """Each part has its own three figures; a part with too few ratings is refused, not guessed."""
    rows = [(f"a{n}", "rude" if n < 10 else "polite", {"ann": "rude" if n < 12 else "polite"}) for n in range(40)]
    rows = [(*row, {"record": {"segment": "de"}}) for row in rows]
    rows += [(f"b{n}", "polite", {"ann": "polite"} if n < 3 else {}, {"record": {"segment": "en"}}) for n in range(40)]
    found = only(calibrate(db, stored(rubric, rows), LIMITS, by=("segment",)))
    german, english = found.slices
    assert (german.value, german.items, german.rated) == ("de", 40, 40)
    assert german.figures.corrected.value == pytest.approx(12 / 40)
    assert german.figures.raw == pytest.approx(10 / 40)
    assert (english.value, english.items, english.rated) == ("en", 40, 3)
    assert isinstance(english.figures.corrected, Refused)
    assert english.figures.corrected.needed == "rate 2 more items"


def test_without_ratings(db, rubric, stored):
    """A judge that nobody has rated is not estimated at all."""
    found = only(calibrate(db, stored(rubric, rows_of([("rude", None, 5), ("polite", None, 5)])), LIMITS))
    assert found.standing.answer is Answer.UNKNOWN
    assert isinstance(found.main.corrected, Refused)
    assert isinstance(found.main.human, Refused)
    assert isinstance(found.agreement.alpha, Refused)
    assert found.main.raw == pytest.approx(0.5)


def test_too_few_ratings(db, rubric, stored):
    """Under the owner's least number the answer says how many more are needed."""
    rows = rows_of([("rude", "rude", 8), ("polite", "polite", 8), ("polite", None, 50)])
    standing = only(calibrate(db, stored(rubric, rows), LIMITS)).standing
    assert standing.answer is Answer.UNKNOWN
    assert standing.reasons == ("16 of the judged items are rated, at least 30 are needed",)
    assert standing.advice == ("rate 14 more items",)


def test_too_few_of_one_score(db, rubric, stored):
    """Enough ratings in all, but under 5 of what the judge flagged: the answer says which items to rate."""
    rows = rows_of([("rude", "rude", 2), ("rude", None, 20), ("polite", "polite", 40)])
    standing = only(calibrate(db, stored(rubric, rows), LIMITS)).standing
    assert standing.answer is Answer.UNKNOWN
    assert "rude" in standing.advice[0]
    assert "3 more" in standing.advice[0]


def test_one_category(db, rubric, stored):
    """Where people give one value only, agreement is undefined and says so, and the rate is a bound on one side."""
    rows = rows_of([("rude", "polite", 6), ("polite", "polite", 60)])
    found = only(calibrate(db, stored(rubric, rows), LIMITS))
    assert isinstance(found.people.alpha, Refused)
    assert found.main.corrected.sides == "upper"
    assert found.main.corrected.value == 0


def test_another_wording_does_not_count(db, rubric, stored):
    """Ratings under another wording of the rubric are counted, named in the advice, and not used."""
    stored(rubric, rows_of([("rude", "rude", 20), ("polite", "polite", 20)]))
    newer = make_rubric(guidance="Look twice.")
    found = only(calibrate(db, stored(newer, rows_of([("rude", None, 20), ("polite", None, 20)])), LIMITS))
    assert (found.panel.size, found.panel.older) == (0, 40)
    assert any("another wording" in advice for advice in found.standing.advice)


def test_ratings_elsewhere(db, rubric, stored):
    """Ratings on records that the run has not judged are counted and named in the advice."""
    rows = [*rows_of([("rude", "rude", 5)]), *((f"x{n}", None, {"ann": "polite"}) for n in range(7))]
    found = only(calibrate(db, stored(rubric, rows), LIMITS))
    assert found.panel.elsewhere == 7
    assert any("7 ratings are on records that this run has not judged" in advice for advice in found.standing.advice)


def test_only_one_study(db, rubric, stored):
    """With a study named, only its ratings count."""
    stored(rubric, rows_of([("rude", "rude", 10), ("polite", "polite", 30)]), source="spring")
    run = stored(rubric, rows_of([("rude", "polite", 10), ("polite", "polite", 30)]), source="import")
    assert only(calibrate(db, run, LIMITS, study="spring")).main.corrected.value == pytest.approx(0.25)
    assert only(calibrate(db, run, LIMITS, study="import")).main.corrected.value == pytest.approx(0.0)


def test_a_negative_kappa_warns(db, rubric, stored):
    """A judge that says the opposite of people is told from one that is merely bad."""
    rows = rows_of([("rude", "polite", 30), ("polite", "rude", 30)])
    standing = only(calibrate(db, stored(rubric, rows), LIMITS)).standing
    assert standing.answer is Answer.NOT_USABLE
    assert "mixed up" in standing.warnings[0]
    weak = rows_of([("rude", "rude", 9), ("rude", "polite", 21), ("polite", "rude", 11), ("polite", "polite", 19)])
    warning, _ = only(calibrate(db, stored(rubric, weak, name="e"), LIMITS)).standing.warnings
    # p_o = 28/60, p_e = (30·20 + 30·40)/3600 = .5, so kappa is -.067: less than chance, yet not surely so.
    assert "-0.067" in warning
    assert "may be mixed up" in warning


def raters(*names):
    """Sixty rows that each of some annotators rated, some once in a while apart."""
    others = ("polite", "rude")
    return [
        (f"r{n:02}", others[n % 2], {name: others[(n + (n % 20 == place)) % 2] for place, name in enumerate(names)})
        for n in range(60)
    ]


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (("ann",), ["every rating is ann's, and no interval holds", "let two others rate the same items"]),
        (("ann", "bob"), ["of these 2 annotators only", "let another annotator rate two thirds of the same 60 items"]),
        (("ann", "bob", "cem"), []),
    ],
)
def test_few_annotators_are_warned_of(db, rubric, stored, names, told):
    """One or two annotators cannot tell how others would have rated; three can, and the interval holds them."""
    found = only(calibrate(db, stored(rubric, raters(*names)), LIMITS))
    assert len(found.standing.warnings) == bool(told)
    assert all(part in found.standing.warnings[0] for part in told)
    assert found.main.corrected.method.endswith("these 2 annotators only") == (len(names) == 2)


def test_most_work_by_one_is_warned_of(db, rubric, stored):
    """Three annotators of whom one rated nearly everything are as two."""
    rows = [
        (key, said, given if n % 6 == 0 else {"ann": given["ann"]})
        for n, (key, said, given) in enumerate(raters("ann", "bob", "cem"))
    ]
    (warning,) = only(calibrate(db, stored(rubric, rows), LIMITS)).standing.warnings
    assert "most ratings are those of one or two" in warning


def test_adjudicated_items_need_no_other_annotators(db, rubric, stored):
    """Where every item is adjudicated, two annotators leave nothing to warn of."""
    rows = [(key, said, {**given, "gold": said}) for key, said, given in raters("ann", "bob")]
    found = only(calibrate(db, stored(rubric, rows), LIMITS))
    assert not found.standing.warnings
    assert "annotators only" not in found.main.corrected.method


def test_a_good_judge_with_good_people_is_usable(db, rubric, stored):
    """Raw near corrected with a narrow interval, and agreement with people like people's own."""
    rows = []
    for n in range(1500):
        truth = "rude" if n % 2 else "polite"
        other = "polite" if n % 2 else "rude"
        said = other if n % 50 in {0, 1} else truth
        rows.append((f"r{n:04}", said, {"ann": other if n % 50 in {10, 11} else truth, "bob": truth}))
    limits = CalibrationTable(max_bias=0.05)
    found = only(calibrate(db, stored(rubric, rows), limits))
    assert found.standing.answer is Answer.USABLE
    assert found.agreement.ceiling.difference.low > -0.1


def test_conversations_widen_the_interval(db, rubric, stored):
    """Items of one conversation that share their fate tell less than as many on their own."""
    alone = rows_of([("rude", "rude", 30), ("polite", "polite", 70), ("polite", "rude", 20)])
    found = only(calibrate(db, stored(rubric, alone), LIMITS))
    together = [(*row, {"record": {"conversation": f"c{place // 5}"}}) for place, row in enumerate(alone)]
    clustered = only(calibrate(db, stored(rubric, together, name="e"), LIMITS))
    assert clustered.main.corrected.value == pytest.approx(found.main.corrected.value)
    assert clustered.main.corrected.width > found.main.corrected.width


def test_ordinal_scale(db, stored):
    """An ordinal scale has a mean beside its rate, and the share of every value sums to one."""
    scale = {"kind": "ordinal", "values": {"1": "bad", "2": "so so", "3": "good"}, "good": "3"}
    rubric = make_rubric(criteria=[{"name": "tone", "question": "How?", "scale": scale}])
    rows = rows_of([("1", "1", 10), ("1", "2", 5), ("2", "2", 20), ("2", "3", 5), ("3", "3", 10), ("1", None, 50)])
    found = only(calibrate(db, stored(rubric, rows), LIMITS))
    # Strata: score 1 has 65 of 100 items and mean 4/3, score 2 has 25 and 2.2, score 3 has 10 and 3.
    assert found.mean.corrected.value == pytest.approx(0.65 * 4 / 3 + 0.25 * 2.2 + 0.10 * 3)
    assert sum(each.corrected.value for each in found.distribution.values()) == pytest.approx(1)
    assert [each.raw for each in found.distribution.values()] == [0.65, 0.25, 0.1]
    assert found.rate.what == "rate of 1/2"


def test_interval_scale(db, stored):
    """An interval scale has a mean corrected by regression, an interval alpha, and shares of its fifths."""
    scale = {"kind": "interval", "min": 0, "max": 10, "good": "high"}
    rubric = make_rubric(criteria=[{"name": "tone", "question": "How?", "scale": scale}])
    rng = np.random.default_rng(1)
    rows = []
    for n in range(400):
        truth = float(rng.uniform(0, 10))
        # No two of the judge's numbers are equal, and each is 1 too high, where there is room for it.
        rows.append((f"r{n}", min(10.0, truth + 1), {"ann": truth} if n < 100 else {}))
    found = only(calibrate(db, stored(rubric, rows), LIMITS))
    assert found.rate is None
    assert "PPI++" in found.main.corrected.method
    assert found.main.raw - found.main.corrected.value == pytest.approx(0.95, abs=0.05)
    assert found.main.corrected.width < found.main.human.width * 0.7
    # ± 0.36 is a 28th of the scale: narrow enough, though far from 0.1 points.
    assert found.standing.answer is Answer.CORRECTED
    assert "interval" in found.agreement.alpha.method
    # No two numbers need be equal, so no share of equal ones is shown.
    assert isinstance(found.people.percent, Refused)
    assert found.people.prevalence == {}
    assert found.annotators.each[0].others is None
    assert list(found.distribution) == ["0 to 2", "2 to 4", "4 to 6", "6 to 8", "8 to 10"]
    assert sum(each.corrected.value for each in found.distribution.values()) == pytest.approx(1)
    assert found.distribution["0 to 2"].raw < 0.13 < found.distribution["0 to 2"].corrected.value


def test_ties_have_no_value(db, rubric, stored):
    """An item on which two people differ is in no comparison with people's value, and is counted."""
    rows = [(f"r{n}", "rude", {"ann": "rude", "bob": "polite" if n < 4 else "rude"}) for n in range(20)]
    found = only(calibrate(db, stored(rubric, rows), LIMITS))
    assert found.agreement.tied == 4
    assert sum(found.agreement.confusion["rude"].values()) == 16


def test_gold_goes_before_the_majority(db, rubric, stored):
    """An adjudicated value decides an item whatever the others said."""
    rows = [(f"r{n}", "rude", {"ann": "polite", "bob": "polite", "gold": "rude"}) for n in range(20)]
    found = only(calibrate(db, stored(rubric, rows), LIMITS))
    assert found.agreement.confusion["rude"]["rude"] == 20
    assert found.people.annotators == ("ann", "bob")
    assert found.main.corrected.value == pytest.approx(1.0)


def test_a_run_of_metrics_alone(db, rubric, stored):
    """A run without a judge cannot be calibrated, and says so."""
    from dataclasses import replace

    run = stored(rubric, rows_of([("rude", "rude", 5)]))
    with pytest.raises(CalibrationError, match="has no judge: it only measured"):
        calibrate(db, replace(run, fingerprints=(), kind=runs.MEASURED), LIMITS)
