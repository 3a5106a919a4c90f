from __future__ import annotations

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
SHARED = Path(__file__).parents[2].parent / "shared" / "data"


@pytest.fixture(scope="module")
def scripts():
    """The scripts whose full tables stand in the documentation, by name."""
    names = ("coverage_rows", "coverage", "real_sets")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", list(sys.path))
        for name in names:
            spec = importlib.util.spec_from_file_location(name, BENCHMARKS / f"{name}.py")
            module = importlib.util.module_from_spec(spec)
            patch.setitem(sys.modules, name, module)
            spec.loader.exec_module(module)
        yield {name: sys.modules[name] for name in names}


def test_corrected_rate_holds_the_truth(scripts) -> None:
    """On every eleventh cell the limits cover .95 on average and .935 at worst; the judge's own below .3 on average."""
    script = scripts["coverage"]
    rows = [
        row
        for index, cell in enumerate(list(script.cells())[::11])
        for row in script.measure(cell, 3000, np.random.default_rng([7, index]), methods=("mid-P", "naive"))
    ]
    held = [row.coverage for row in rows if row.method == "mid-P"]
    assert len(held) == 30
    assert np.mean(held) >= 0.95
    assert min(held) >= 0.935
    assert np.mean([row.coverage for row in rows if row.method == "naive"]) < 0.3


@pytest.mark.parametrize(
    ("estimate", "design", "bar"),
    [
        ("corrected rate", "by score, floor", 0.94),
        ("corrected rate", "uncertainty", 0.94),
        ("corrected rate", "disagreement", 0.94),
        ("corrected rate", "conversations", 0.94),
        ("A minus B", "paired", 0.94),
        ("A minus B", "conversations", 0.94),
        ("PPI++, yes or no by probability", "uniform", 0.94),
        ("TPR", "by score, floor", 0.94),
        ("corrected rate, 3 to 8 annotators", "annotators who differ much", 0.94),
        ("corrected rate, 4 to 8 annotators who share the work unequally", "annotators who differ", 0.94),
        ("corrected rate, 2 annotators, of these two", "annotators who differ", 0.94),
    ],
)
def test_designs_hold_the_truth(scripts, estimate: str, design: str, bar: float) -> None:
    """Every third cell of a design, 30 draws each: the mean coverage is at the bar, less two standard errors (.025)."""
    script = scripts["coverage_rows"]
    (study,) = (one for one in script.ROW_STUDIES if estimate in one.estimates and one.design == design)
    found = script.run_study(replace(study, cells=study.cells[::3], times=1), 30, np.random.SeedSequence(11))
    assert np.mean([cell.coverage for cell in found[estimate]]) >= bar - 0.025


@pytest.mark.parametrize(
    ("design", "cell"), [("disagreement", (0.1, 300, (0.9, 0.8))), ("conversations", (0.3, 300, (0.7, 0.7)))]
)
def test_what_the_design_stored_matters(scripts, design: str, cell: tuple[float, int, tuple[float, float]]) -> None:
    """Without the stored chances, or with conversations taken for rows, the same ratings hold the truth less often."""
    script = scripts["coverage_rows"]
    stored, blind = (
        script.run_study(
            script.Study.of_one("", "", [script.rate_cell(design, *cell, blind=blind)]), 120, np.random.SeedSequence(3)
        )[""][0].coverage
        for blind in (False, True)
    )
    assert stored >= 0.92
    assert blind < 0.9


@pytest.mark.skipif(not SHARED.exists(), reason="the shared data sets are not on this machine")
@pytest.mark.parametrize(
    ("source", "naive"),
    [
        (("safety_xstest", "gpt-4", "comply", None), 0),
        (("pairwise_pandalm", "gpt-3.5-turbo", "a", None), 0),
        (("pairwise_pandalm", "gpt-3.5-turbo", "tie", None), 0),
        (("pairwise_llmbar", "PaLM2/Metrics_Reference", "a", "ab"), 1),
        (("pairwise_llmbar", "ChatGPT/Metrics_Reference", "a", "ab"), 0),
    ],
)
def test_real_sets_hold_the_human_truth(scripts, source: tuple[str, str, str, str | None], naive: int) -> None:
    """Of 300 draws of 100 ratings (XSTest, PandaLM, LLMBar) 93 % hold the human truth, whatever the judge does."""
    file, judge, value, order = source
    script = scripts["real_sets"]
    real = script.read_set(file, judge, value, order=order)
    found = script.outcome(real, 300, seed=5)
    assert found.corrected >= 0.93
    assert found.corrected_length < found.human_length
    assert found.naive_pool == naive


@pytest.mark.skipif(not SHARED.exists(), reason="the shared data sets are not on this machine")
def test_unparsed_outputs_are_kept(scripts) -> None:
    """Unreadable outputs stay in the pool as a score of their own, in the numbers of expected.json (4, 18 and 8)."""
    read = scripts["real_sets"].read_set
    sets = [
        read("safety_xstest", "gpt-4", "comply"),
        read("pairwise_pandalm", "gpt-3.5-turbo", "a"),
        read("pairwise_llmbar", "PaLM2/Metrics_Reference", "a", order="ab"),
    ]
    assert [(real.said.size, int(np.sum(real.said == "unparsed"))) for real in sets] == [(1045, 4), (477, 18), (351, 8)]
