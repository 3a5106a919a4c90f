import pytest

from judge.scores import Rating
from judge.store import datasets, judges, ratings, tunings
from judge.store.splits import Split, Splits
from making import make_rubric

FIRST, SECOND, THIRD = make_rubric(), make_rubric(version=2), make_rubric(version=3)


@pytest.fixture
def tuned(db, records):
    """Version 1 was tuned into 2 with record r1, and 2 into 3 with r2."""
    dataset = datasets.ensure(db, "d")
    _, keys = datasets.add(db, dataset, records)
    for rubric in (FIRST, SECOND, THIRD):
        judges.keep_rubric(db, rubric)
    for rubric, parent, name in ((SECOND, FIRST, "r1"), (THIRD, SECOND, "r2")):
        used = {keys[name]: Split.TUNE}
        tunings.keep(db, dataset, rubric, parent, model="m", splits=Splits(), used=used, outcome={})
    return dataset, keys


def test_what_a_rubric_came_out_of(db, tuned, records):
    """A tuned rubric knows all that tuned it and its forebears; a rubric that nobody tuned knows nothing."""
    assert [each.rubric_hash for each in tunings.ancestry(db, THIRD.hash)] == [THIRD.hash, SECOND.hash]
    assert tunings.ancestry(db, FIRST.hash) == ()
    assert tunings.wordings(db, THIRD.hash) == (THIRD.hash, SECOND.hash, FIRST.hash)
    marks = tunings.marked(db, [THIRD.hash, SECOND.hash])
    assert marks == {records[0].digest(), records[1].digest()}
    assert tunings.looks(db, tuned[0], FIRST.hash, Splits()) == 1
    assert tunings.looks(db, tuned[0], SECOND.hash, Splits()) == 2
    assert tunings.looks(db, tuned[0], SECOND.hash, Splits(seed=1)) == 0


def test_ratings_of_the_untuned_rubric_count(db, tuned):
    """What people said by the rubric that was tuned answers the tuned one's questions, and not the reverse."""
    dataset, keys = tuned
    ratings.add(db, FIRST, [(keys["r3"], Rating("r3", "polite", "tone", "ann", "rude"))])
    assert [rating.score for _, _, rating in ratings.stream(db, dataset, THIRD)] == ["rude"]
    assert ratings.count_older(db, dataset, THIRD, "tone") == 0
    ratings.add(db, THIRD, [(keys["r2"], Rating("r2", "polite", "tone", "ann", "rude"))])
    assert len(list(ratings.stream(db, dataset, THIRD))) == 2
    assert len(list(ratings.stream(db, dataset, FIRST))) == 1
    assert ratings.count_older(db, dataset, FIRST, "tone") == 1
