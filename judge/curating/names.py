"""Names: people's names in English texts, found by a spaCy model that the operator has installed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from judge.errors import UsageError

if TYPE_CHECKING:
    from spacy.language import Language

NAME: Final = "[name]"

_TITLED: Final = re.compile(r"\b((?:Mrs?|Ms|Miss|Dr|Prof)\.?\s+)[A-Z][\w'’-]+(?:\s+[A-Z][\w'’-]+){0,2}")
_UNUSED: Final = ("tagger", "parser", "senter", "attribute_ruler", "lemmatizer")
_LONGEST: Final = 100_000
"""Characters that the model reads at once: its memory grows with them."""


class Names:
    """A finder of people's names.

    What the model calls a person is one, and so is what follows a title such as Mr or Dr. Nothing is fetched: a model
    that is not installed is refused.

    Args:
        model: A spaCy model with entities, as a package's name or a folder: ``en_core_web_md``.

    Raises:
        UsageError: spaCy or the model is not installed, or the model finds no entities.
    """

    def __init__(self, model: str) -> None:
        self._model = _load(model)

    def redacted(self, text: str) -> str:
        """The text with every name replaced."""
        parts = [text[start : start + _LONGEST] for start in range(0, len(text), _LONGEST)]
        return "".join(self._without(part) for part in parts)

    def _without(self, text: str) -> str:
        for entity in reversed(self._model(text).ents):
            # A placeholder of ours, or a word with a digit in it, is nobody's name.
            if entity.label_ in {"PERSON", "PER"} and not re.search(r"[\d\[\]]", entity.text):
                text = text[: entity.start_char] + NAME + text[entity.end_char :]
        return _TITLED.sub(rf"\1{NAME}", text)


def _load(model: str) -> Language:
    option = "--redact-names"
    try:
        import spacy  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        raise UsageError("spaCy is not installed", where=option, hint="pip install 'evenhand[redact]'") from error
    try:
        found = spacy.load(model, exclude=list(_UNUSED))
    except (OSError, ValueError) as error:
        hint = f"python -m spacy download {model}"
        raise UsageError(f"there is no spaCy model {model!r}", where=option, hint=hint) from error
    if not {"ner", "entity_ruler"} & set(found.pipe_names):
        raise UsageError(f"the spaCy model {model!r} finds no entities", where=option, hint="such as en_core_web_md")
    return found
