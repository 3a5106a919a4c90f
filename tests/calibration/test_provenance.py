import hashlib

from judge.calibration.calibrate import calibrate
from judge.calibration.provenance import trace
from judge.settings import CalibrationTable
from judge.store import datasets
from rated import rows_of

LIMITS = CalibrationTable()


def test_the_data_set_is_hashed(db, rubric, stored):
    """The hash is over ids and contents of all records in order, and one more record changes it."""
    rows = rows_of([("rude", "rude", 3), ("polite", "polite", 4)])
    run = stored(rubric, rows)
    found = trace(db, calibrate(db, run, LIMITS))
    whole = hashlib.sha256()
    for chunk in datasets.chunks(db, datasets.find(db, "d")):
        for _, record in chunk:
            whole.update(f"{record.id}\0{record.digest()}\n".encode())
    assert (found.records, found.dataset_hash) == (7, whole.hexdigest())
    stored(rubric, rows_of([("rude", "rude", 1)], start=7))
    assert trace(db, calibrate(db, run, LIMITS)).dataset_hash != found.dataset_hash


def test_where_ratings_come_from(db, rubric, stored):
    """Each source is named with how its items were chosen, as far as that is known."""
    stored(rubric, rows_of([("rude", "rude", 3)]))
    weighted = [("x", "rude", {"ann": "rude"}, {"rating": {"inclusion_probability": 0.5}})]
    run = stored(rubric, weighted, source="spring")
    imported, spring = trace(db, calibrate(db, run, LIMITS)).designs
    assert (imported.source, imported.ratings, spring.source, spring.ratings) == ("import", 3, "spring", 1)
    assert "taken as drawn at random" in imported.method
    assert "inclusion probabilities" in spring.method
    (only,) = trace(db, calibrate(db, run, LIMITS, study="spring")).designs
    assert only.source == "spring"


def test_versions(db, rubric, stored):
    """The versions of what computed the figures are kept."""
    found = trace(db, calibrate(db, stored(rubric, rows_of([("rude", "rude", 3)])), LIMITS))
    assert {"python", "evenhand", "numpy", "krippendorff"} <= set(found.versions)
