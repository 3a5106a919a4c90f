import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, ValidationError

from judge.calibration.calibrate import calibrate
from judge.reports import form
from judge.reports.build import build
from judge.settings import CalibrationTable
from rated import rows_of

KEPT = Path(form.__file__).with_name("calibration.schema.json")


def test_the_schema_is_kept():
    """The kept schema is that of the form; write `json_schema()` to the file when the form changes on purpose."""
    assert KEPT.read_text(encoding="utf-8") == form.json_schema()


def test_a_report_is_valid_by_the_kept_schema(db, rubric, stored):
    """What --json prints can be checked by anybody, and a missing or an unknown field would be noticed."""
    run = stored(rubric, rows_of([("rude", "rude", 10), ("rude", "polite", 5), ("polite", "polite", 30)]))
    limits = CalibrationTable()
    made = json.loads(json.dumps(build(db, calibrate(db, run, limits), limits).to_json()))
    validator = Draft202012Validator(json.loads(KEPT.read_text(encoding="utf-8")))
    validator.validate(made)
    assert made["schema"] == 1
    with pytest.raises(ValidationError):
        validator.validate(made | {"more": 1})
    with pytest.raises(ValidationError):
        validator.validate({key: value for key, value in made.items() if key != "provenance"})
