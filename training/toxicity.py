"""Unpack the toxicity classifier of alt-profanity-check (MIT) into arrays that need no scikit-learn to be used.

    pip install alt-profanity-check && python training/toxicity.py

The model is a TF-IDF of words and five linear support vector machines with sigmoid calibration, whose mean is the
probability. The arrays are held against the package's own answers before they are written.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import profanity_check.profanity_check as package

from judge.metrics import toxicity

FILE = Path(toxicity.__file__).with_name("toxicity.npz")
TRIED = (
    "You are an idiot and I hate you",
    "Thank you for your order, it will be with you on Friday.",
    "what the hell is this crap",
    "The cat sat on the mat.",
    "Go away, you stupid moron!",
)


def main() -> None:
    """Write the arrays and compare."""
    vectorizer, model = package.vectorizer, package.model
    words = sorted(vectorizer.vocabulary_, key=vectorizer.vocabulary_.get)
    parts = model.calibrated_classifiers_
    np.savez_compressed(
        FILE,
        words=np.frombuffer("\n".join(words).encode(), dtype=np.uint8),
        stop=np.frombuffer("\n".join(sorted(vectorizer.get_stop_words())).encode(), dtype=np.uint8),
        idf=vectorizer.idf_.astype(np.float32),
        weights=np.array([part.estimator.coef_[0] for part in parts], dtype=np.float32),
        intercepts=np.array([part.estimator.intercept_[0] for part in parts]),
        slopes=np.array([part.calibrators[0].a_ for part in parts]),
        offsets=np.array([part.calibrators[0].b_ for part in parts]),
    )
    toxicity.classifier.cache_clear()
    theirs = package.predict_prob(list(TRIED))
    ours = [toxicity.classifier().probability(text) for text in TRIED]
    np.testing.assert_allclose(ours, theirs, atol=1e-5)
    for text, probability in zip(TRIED, ours, strict=True):
        print(f"{probability:.4f} {text}")


if __name__ == "__main__":
    main()
