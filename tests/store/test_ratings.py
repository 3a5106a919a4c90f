from dataclasses import replace
from datetime import UTC, datetime

import pytest

from judge.scores import Abstention, Quote, Rating, Reason
from judge.store import datasets, judges, ratings

TIME = datetime(2026, 9, 1, tzinfo=UTC)
FIRST = Rating(
    "r1", "polite", "tone", "ann", score="rude", evidence=(Quote("response", "Response", 0, 8),), note="Hm.",
    seconds=4.5, inclusion_probability=0.25, time=TIME,
)  # fmt: skip
SKIPPED = Rating("r1", "polite", "tone", "bob", abstention=Abstention(Reason.SKIPPED, "no idea"), time=TIME)


@pytest.fixture
def dataset(db, records, rubric):
    kept = datasets.ensure(db, "log")
    datasets.add(db, kept, records)
    judges.keep_rubric(db, rubric)
    return kept


def in_force(db, dataset, rubric):
    return [rating for _, _, rating in ratings.stream(db, dataset, rubric)]


def test_ratings_come_back_as_they_went_in(db, dataset, rubric):
    """Scores, skips, highlights, notes, times and inclusion probabilities survive the store."""
    assert ratings.add(db, rubric, [(1, FIRST), (1, SKIPPED)]) == 2
    assert in_force(db, dataset, rubric) == [FIRST, SKIPPED]


def test_the_same_rating_again_is_no_news(db, dataset, rubric):
    """Importing ratings twice changes nothing."""
    ratings.add(db, rubric, [(1, FIRST)])
    assert ratings.add(db, rubric, [(1, replace(FIRST, seconds=9.0))]) == 0
    assert in_force(db, dataset, rubric) == [FIRST]


def test_a_correction_is_a_new_version(db, dataset, rubric):
    """The newest version is in force; the older is still in the table."""
    ratings.add(db, rubric, [(1, FIRST)])
    corrected = replace(FIRST, score="polite")
    assert ratings.add(db, rubric, [(1, corrected)]) == 1
    assert in_force(db, dataset, rubric) == [corrected]
    with db.read() as connection:
        versions = connection.exec_driver_sql("SELECT version, score FROM rating ORDER BY version").all()
    assert versions == [(1, "rude"), (2, "polite")]


def test_ratings_under_another_rubric_content_are_apart(db, dataset, rubric):
    """A rating belongs to the words it was given under; other versions are only taken when asked for."""
    other = rubric.model_copy(update={"version": 2})
    judges.keep_rubric(db, other)
    ratings.add(db, rubric, [(1, FIRST)])
    assert in_force(db, dataset, other) == []
    found = [rating for _, _, rating in ratings.stream(db, dataset, other, any_version=True)]
    assert found == [FIRST]


def test_a_repeat_is_no_correction(db, dataset, rubric):
    """What an annotator says of an item the second time stands beside the first rating, where it is asked for."""
    again = replace(FIRST, score="polite", repeat=1)
    assert ratings.add(db, rubric, [(1, FIRST), (1, again)]) == 2
    assert in_force(db, dataset, rubric) == [FIRST]
    found = [rating for _, _, rating in ratings.stream(db, dataset, rubric, repeats=True)]
    assert found == [FIRST, again]


def test_one_source_alone(db, dataset, rubric):
    """Ratings of one study can be read without those of another."""
    ratings.add(db, rubric, [(1, FIRST)], source="spring")
    ratings.add(db, rubric, [(1, SKIPPED)], source="autumn")
    found = [rating for _, _, rating in ratings.stream(db, dataset, rubric, source="autumn")]
    assert found == [SKIPPED]
