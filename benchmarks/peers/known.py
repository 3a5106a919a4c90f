"""The tools that are known: where each is found, and what a model has to reply for it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Peer:
    """A tool.

    Attributes:
        distribution: What holds it.
        module: What is imported of it; None for a program of its own, whose adapter runs in any Python.
        reply: What a model replies, CHOICE standing for its word.
        words: The word for supported, and for unsupported.
        adapter: The module beside this one that puts it to work.
    """

    distribution: str
    module: str | None
    reply: str
    words: tuple[str, str]
    adapter: str

    def says(self, *, supported: bool) -> str:
        """What a model replies that finds this."""
        return self.reply.replace("CHOICE", self.words[not supported])


_NAMED = ('"supported"', '"unsupported"')
_BOTH = "The documents say so of each claim, or one of them they do not."

OURS = {
    name: Peer("evenhand", "judge", f'{{"supported": {{"rationale": "{_BOTH}", "score": CHOICE}}}}', _NAMED, adapter)
    for name, adapter in (("evenhand", "with_evenhand"), ("evenhand, litellm", "with_evenhand_litellm"))
}

PEERS = {
    "autoevals": Peer(
        "autoevals", "autoevals", f'{{"reasons": "{_BOTH}", "choice": CHOICE}}', _NAMED, "with_autoevals"
    ),
    "phoenix": Peer(
        "arize-phoenix-evals", "phoenix.evals", f'{{"explanation": "{_BOTH}", "label": CHOICE}}', _NAMED, "with_phoenix"
    ),
    "ragas": Peer("ragas", "ragas", f'{{"reason": "{_BOTH}", "value": CHOICE}}', _NAMED, "with_ragas"),
    "autorubric": Peer(
        "autorubric",
        "autorubric",
        f'{{"criterion_status": CHOICE, "explanation": "{_BOTH}"}}',
        ('"MET"', '"UNMET"'),
        "with_autorubric",
    ),
    "promptfoo": Peer(
        "promptfoo", None, f'{{"reason": "{_BOTH}", CHOICE}}',
        ('"pass": true, "score": 1', '"pass": false, "score": 0'), "with_promptfoo",
    ),
    "inspect": Peer("inspect-ai", "inspect_ai", f"{_BOTH}\n\nGRADE: CHOICE", ("C", "I"), "with_inspect"),
    "deepeval": Peer("deepeval", "deepeval", f'{{"reason": "{_BOTH}", "score": CHOICE}}', ("1", "0"), "with_deepeval"),
    "mlflow": Peer("mlflow", "mlflow", f'{{"rationale": "{_BOTH}", "result": CHOICE}}', _NAMED, "with_mlflow"),
}  # fmt: skip
