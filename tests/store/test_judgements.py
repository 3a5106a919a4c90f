import pytest

from judge.scales import Level, Scale
from judge.scores import Abstention, Judgement, Quote, Reason
from judge.store import datasets, judgements, judges, runs


@pytest.fixture
def place(db, records, rubric):
    """A run with its records' keys."""
    dataset = datasets.ensure(db, "log")
    _, keys = datasets.add(db, dataset, records)
    judge = judges.Judge("m", rubric, {})
    run, _ = runs.start(db, dataset, identity="i", kind=runs.JUDGED, model="m", settings={}, judges_=[judge])
    return run, keys


def keep(db, place, judgement):
    run, keys = place
    row = judgements.to_row(
        judgement, run_id=run.id, key=keys[judgement.record_id], fingerprint=run.fingerprints[0], call=None, fresh=True
    )
    with db.write() as connection:
        judgements.write(connection, [row])


def everything(db, place, rubric):
    run, _ = place
    scales = {(run.fingerprints[0], "tone"): rubric.criterion("tone").scale}
    return [stored.judgement for stored in judgements.stream(db, run, scales, size=1)]


SCORED = Judgement(
    "r1",
    "polite",
    "tone",
    score="rude",
    probabilities={"rude": 0.7, "polite": 0.3},
    rationale="Curt.",
    evidence=(Quote("response", "Response", 0, 8, "claim"), Quote("documents[0]", "not there")),
    suspicious=("hidden_text:U+200B",),
)
ABSTAINED = Judgement("r2", "polite", "tone", abstention=Abstention(Reason.OFF_SCALE, "off_scale: 95"))


def test_judgements_come_back_as_they_went_in(db, place, rubric):
    """Scores, reasons, probabilities, quotes and signs survive the store."""
    keep(db, place, SCORED)
    keep(db, place, ABSTAINED)
    assert everything(db, place, rubric) == [SCORED, ABSTAINED]


def test_a_newer_reading_replaces_the_older(db, place, rubric):
    """Reading a reply again leaves one judgement an item, never two."""
    keep(db, place, SCORED)
    again = Judgement("r1", "polite", "tone", score="polite")
    keep(db, place, again)
    assert everything(db, place, rubric) == [again]


def test_distribution_counts_scores_and_reasons_apart(db, place):
    """Abstentions are counted by reason, beside the scores and never among them."""
    keep(db, place, SCORED)
    keep(db, place, ABSTAINED)
    keep(db, place, Judgement("r3", "polite", "tone", score="rude"))
    run, _ = place
    counts = judgements.distribution(db, run)
    assert counts == {(run.fingerprints[0], "tone"): {("rude", None): 2, (None, "off_scale"): 1}}


def test_what_could_not_be_reached_is_asked_again(db, place):
    """On resuming, an item that failed for want of an answer is not done; one that is unreadable is."""
    keep(db, place, ABSTAINED)
    keep(db, place, Judgement("r3", "polite", "tone", abstention=Abstention(Reason.UNREACHABLE, "503")))
    run, keys = place
    done = judgements.done(db, run, list(keys.values()))
    assert done == {(keys["r2"], run.fingerprints[0], "tone", 0)}
    assert judgements.count_done(db, run) == (0, 1)


def test_numbers_stay_numbers():
    """An interval score is a number again when it comes back, a name stays a name."""
    interval = Scale(Level.INTERVAL, good=("high",), low=0, high=10)
    ordinal = Scale(Level.ORDINAL, values={"1": "low", "2": "high"}, good=("2",))
    assert judgements.score_from_text(str(7.5), interval) == 7.5
    assert judgements.score_from_text("2", ordinal) == "2"
    assert judgements.score_from_text(None, interval) is None
