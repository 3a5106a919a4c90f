import pytest
from app_world import RUBRIC
from crowd import crowd, lost, over_assigned

PEOPLE = [f"p{n}" for n in range(12)]


@pytest.mark.slow
def test_a_crowd_loses_nothing_and_is_over_assigned_nothing(house, server):
    """A dozen annotators who come and rate at one moment fill every place once; what was acknowledged is stored."""
    study = house.study("crowd", 18, RUBRIC, raters=2, clusters=False)
    result = crowd(server, study, PEOPLE)
    assert len(result.first) == len(PEOPLE)
    assert len(result.said) == len(study.ratings()) == 36
    assert lost(study, result) == []
    assert over_assigned(study, 2) == []
