"""Fit the coefficients of judge.models.baseline.support and measure them on groups that the fit never saw.

    python training/fit.py

Reads ../shared/data (RAGTruth and SummEdits). Groups are split 60:40 by a hash of their name, fixed before any look at
the data; the regularisation is chosen by cross-validation over groups within the larger part.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegressionCV
from sklearn.metrics import balanced_accuracy_score, brier_score_loss, roc_auc_score
from sklearn.model_selection import GroupKFold
from sklearn.preprocessing import StandardScaler

from judge.models.baseline.support import NAMES, _fitted, features, read_sentences, read_source, risk

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.generic]

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "data"
SETS = {
    "ragtruth": ("hallucination_ragtruth", "hallucinated"),
    "summedits": ("hallucination_summedits", "inconsistent"),
}
FOLDER = ROOT / "judge" / "models" / "baseline"


def seen(group: str) -> bool:
    """Whether a group belongs to the part that is fitted on."""
    return int(hashlib.sha256(f"evenhand/baseline/{group}".encode()).hexdigest(), 16) % 100 < 60


def read_set(name: str, bad: str) -> list[dict[str, Any]]:
    """One row a record: features, whether people call it unsupported, its group."""
    text = gzip.decompress((SHARED / f"{name}.public.jsonl.gz").read_bytes()).decode()
    rows = [json.loads(line) for line in text.splitlines()]
    found = []
    for row in rows:
        source = read_source(tuple(row["documents"]))
        read = read_sentences(row["output"], source)
        x = features(row["output"], read, source)
        found.append({"x": x, "read": read, "y": row["human"][0]["label"] == bad, "group": row["group"]})
    return found


def line(x: Floats, y: Floats, groups: Floats) -> dict[str, Any]:
    """A logistic regression, its regularisation chosen by cross-validation over groups."""
    folds = list(GroupKFold(5).split(x, y, groups))
    model = LogisticRegressionCV(Cs=np.logspace(-3, 1, 9), cv=folds, scoring="neg_log_loss", max_iter=2000).fit(x, y)
    return {"weight": model.coef_[0].tolist(), "intercept": float(model.intercept_[0]), "C": float(model.C_[0])}


def main() -> None:
    """Fit, write, measure."""
    data = {name: read_set(*where) for name, where in SETS.items()}
    train = {name: [row for row in rows if seen(row["group"])] for name, rows in data.items()}
    every = [row for rows in train.values() for row in rows]
    scaler = StandardScaler().fit([row["x"] for row in every])
    fitted: dict[str, Any] = {
        "made_by": f"training/fit.py with scikit-learn {sklearn.__version__}",
        "fitted_on": {name: len(rows) for name, rows in train.items()},
        "names": NAMES,
        "mean": scaler.mean_.tolist(),
        "scale": scaler.scale_.tolist(),
    }
    kind = np.array([name == "summedits" for name, rows in train.items() for _ in rows])
    fitted["short"] = line(
        scaler.transform([row["x"] for row in every]), kind, np.array([row["group"] for row in every])
    )
    for name, rows in train.items():
        x, y = scaler.transform([row["x"] for row in rows]), np.array([row["y"] for row in rows])
        fitted[name] = line(x, y, np.array([row["group"] for row in rows]))
    path = FOLDER / "support.json"
    path.write_text(json.dumps(fitted, indent=1) + "\n", encoding="utf-8")
    _fitted.cache_clear()
    held_out = {name: measure([row for row in rows if not seen(row["group"])]) for name, rows in data.items()}
    path.write_text(json.dumps(fitted | {"held_out": held_out}, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(held_out, indent=1))


def measure(rows: list[dict[str, Any]]) -> dict[str, float]:
    """How the shipped program does on records that the fit never saw."""
    truth = np.array([row["y"] for row in rows])
    p = np.array([risk(row["x"], row["read"]) for row in rows])
    return {
        "records": len(rows),
        "unsupported": round(float(truth.mean()), 4),
        "mean_probability": round(float(p.mean()), 4),
        "auroc": round(float(roc_auc_score(truth, p)), 4),
        "balanced_accuracy": round(float(balanced_accuracy_score(truth, p > 0.5)), 4),
        "brier": round(float(brier_score_loss(truth, p)), 4),
    }


if __name__ == "__main__":
    main()
