from pathlib import Path

from judge.rubric.load import load_rubric
from judge.scales import Level

SHIPPED = Path(__file__).parents[2] / "rubrics"
PATH = Path(__file__).parents[2] / "examples" / "rubrics" / "tone_of_voice.yaml"


def test_the_own_rubric_loads():
    """The example of a rubric of one's own is one, with two criteria of two kinds, one of which may not apply."""
    rubric = load_rubric(PATH)
    assert [criterion.scale.level for criterion in rubric.criteria] == [Level.NOMINAL, Level.BINARY]
    assert rubric.criterion("apology").not_applicable
    assert rubric.name == PATH.stem


def test_the_truth_speaks_the_language_of_the_shipped_rubrics(truth):
    """Each criterion named is one of a shipped rubric, and each score is on its scale."""
    rubrics = {path.stem: load_rubric(path.stem) for path in SHIPPED.glob("*.yaml")}
    named = {(criterion, score) for row in truth.values() for criterion, score in row["criteria"].items()}
    for criterion, score in named:
        rubric, _, name = criterion.partition(".")
        assert rubrics[rubric].criterion(name).scale.read(score) is not None
    assert {"hallucination", "relevance", "safety", "refusal", "factuality"} <= {c.split(".")[0] for c, _ in named}
