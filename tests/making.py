"""Things that tests of several floors make."""

from judge.rubric.schema import Rubric


def make_rubric(**changes):
    """A rubric with one binary criterion, changed as a test needs it."""
    content = {
        "name": "polite",
        "version": 1,
        "title": "Is the response polite?",
        "reads": ["question", "response"],
        "criteria": [
            {
                "name": "tone",
                "question": "Is it polite?",
                "scale": {"kind": "binary", "values": {"polite": "kind", "rude": "not kind"}, "good": "polite"},
            }
        ],
    }
    return Rubric.model_validate(content | changes)
