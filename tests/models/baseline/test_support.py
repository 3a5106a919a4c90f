import gzip
import json
import sys
from pathlib import Path

import pytest
from sklearn.metrics import roc_auc_score

from judge.models.baseline import support

ROOT = Path(__file__).parents[3]
SHARED = ROOT.parent / "shared" / "data"


@pytest.mark.slow
@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data are not beside this checkout")
@pytest.mark.parametrize("name", ["ragtruth", "summedits"])
def test_recorded_figures_are_real(name, monkeypatch):
    """The AUROC on groups that the fit never saw, as written beside the coefficients, is what the program reaches."""
    monkeypatch.syspath_prepend(str(ROOT / "training"))
    import fit

    rows = [row for row in fit.read_set(*fit.SETS[name]) if not fit.seen(row["group"])]
    reached = roc_auc_score([row["y"] for row in rows], [support.risk(row["x"], row["read"]) for row in rows])
    recorded = json.loads((ROOT / "judge" / "models" / "baseline" / "support.json").read_text())["held_out"][name]
    assert len(rows) == recorded["records"]
    assert reached == pytest.approx(recorded["auroc"], abs=0.005)
    sys.modules.pop("fit")


def test_the_page_has_the_recorded_figures():
    """docs/explanation/baseline-judge.md shows the figures that stand beside the coefficients."""
    recorded = json.loads((ROOT / "judge" / "models" / "baseline" / "support.json").read_text())["held_out"]
    page = (ROOT / "docs" / "explanation" / "baseline-judge.md").read_text(encoding="utf-8")
    for name, title in (("ragtruth", "RAGTruth"), ("summedits", "SummEdits")):
        (row,) = [line for line in page.splitlines() if line.startswith(f"| {title} | hallucination")]
        for figure in ("auroc", "balanced_accuracy", "brier"):
            assert f"{recorded[name][figure]:.3f}".removeprefix("0") in row


def test_features_are_named():
    """There is a name for each feature and a coefficient for each name."""
    source = support.read_source(("Returns are free within 30 days.",))
    read = support.read_sentences("Returns are free.", source)
    assert len(support.features("Returns are free.", read, source)) == len(support.NAMES)
    assert len(support.features("", [], source)) == len(support.NAMES)
    fitted = json.loads((ROOT / "judge" / "models" / "baseline" / "support.json").read_text())
    assert fitted["names"] == list(support.NAMES)
    assert len(fitted["short"]["weight"]) == len(support.NAMES)


def test_sentences_find_their_source():
    """Numbers, names and negations that stand nowhere are counted, and the nearest sentence is found."""
    source = support.read_source(("The shop opens at 9. Refunds take 5 days.", "Bob is not the owner."))
    swapped, named, turned = support.read_sentences("Refunds take 7 days. Ask Bob or Alice. Bob is the owner.", source)
    assert (swapped.numbers, swapped.missing, swapped.nearest) == (1, "7", 1)
    assert (named.names, named.missing) == (1, "Alice")
    assert turned.turned == 1


def test_shared_data_are_as_described():
    """The files that the fit reads hold what its split expects: a group for every record."""
    if not SHARED.is_dir():
        pytest.skip("the shared data are not beside this checkout")
    text = gzip.decompress((SHARED / "hallucination_ragtruth.public.jsonl.gz").read_bytes()).decode()
    assert all(json.loads(line)["group"] for line in text.splitlines())
