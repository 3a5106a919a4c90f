"""The form of a rubric file: what a rubric may say, and its content hash."""

from __future__ import annotations

import hashlib
import json
import re
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from judge.errors import ScaleError
from judge.records import TEXT_FIELDS
from judge.scales import NOT_APPLICABLE, Level, Scale

if TYPE_CHECKING:
    from collections.abc import Mapping

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
"""Lower-case letters, digits and underscores, starting with a letter."""

MAX_CRITERIA = 20

MAX_VALUE_NAME = 60

_VALUE = re.compile(rf"[^\s\"\\]([^\n\r\"\\]{{0,{MAX_VALUE_NAME - 2}}}[^\s\"\\])?\Z")
_METADATA_FIELD = re.compile(r"^metadata(\.[A-Za-z0-9_\-]+)+$")


def _wrong(message: str, *at: str | int) -> PydanticCustomError:
    """An error about the part of the value under validation that `at` leads to."""
    return PydanticCustomError("rubric", "{message}", {"message": message, "at": at})


def _listed(value: Any) -> Any:
    """One name or a list of names, as a list; numbers become the names they spell."""
    values = value if isinstance(value, list | tuple) else [value]
    return [str(v) if isinstance(v, int) and not isinstance(v, bool) else v for v in values]


def _named(value: Any) -> Any:
    """A mapping with numbers for names (``1: poor``), with the names they spell."""
    if not isinstance(value, dict):
        return value
    return {str(k) if isinstance(k, int) and not isinstance(k, bool) else k: v for k, v in value.items()}


_ONE_NAME: dict[str, Any] = {"anyOf": [{"type": "string"}, {"type": "integer"}]}

Names = Annotated[
    tuple[str, ...],
    BeforeValidator(_listed),
    WithJsonSchema({"anyOf": [*_ONE_NAME["anyOf"], {"type": "array", "items": _ONE_NAME}]}),
]

TextField = Literal["question", "response", "rival", "reference", "documents"]
"""A field that quotes can come from."""


class _Form(BaseModel):
    # White space around a text means nothing, so it must not change the hash either.
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, str_strip_whitespace=True)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy, changed; what was worked out from the old content is worked out anew."""
        copied = super().model_copy(update=update, deep=deep)
        for name in set(copied.__dict__) - set(type(self).model_fields):
            del copied.__dict__[name]
        return copied


class ScaleForm(_Form):
    """A scale as a rubric file writes it."""

    kind: Level = Field(description="binary, nominal, ordinal (values from low to high) or interval (numbers).")
    values: Annotated[dict[str, str], BeforeValidator(_named)] = Field(
        default_factory=dict, description="Value: what it means. For ordinal scales from low to high."
    )
    good: Names = Field(default=(), description="The good value or values; `high` or `low` for interval scales.")
    positive: Names = Field(
        default=(), description="The value or values whose share is the reported rate, if not simply those not good."
    )
    min: float | None = Field(default=None, description="Least number of an interval scale.")
    max: float | None = Field(default=None, description="Greatest number of an interval scale.")
    step: float | None = Field(default=None, description="Distance between two allowed numbers of an interval scale.")

    @field_validator("values")
    @classmethod
    def _values_tell_apart(cls, values: dict[str, str]) -> dict[str, str]:
        seen: dict[str, str] = {}
        for name in values:
            if not _VALUE.match(name):
                raise _wrong(
                    f"{name!r} is no name of a value: 1 to {MAX_VALUE_NAME} characters in one line, no quotation marks",
                    name,
                )
            if name.lower() in seen:
                raise _wrong(f"{seen[name.lower()]!r} and {name!r} differ in upper and lower case only", name)
            seen[name.lower()] = name
        return values

    def to_scale(self) -> Scale:
        """The scale itself.

        Raises:
            ScaleError: The values cannot measure what is asked.
        """
        return Scale(
            level=self.kind,
            values=self.values,
            good=self.good,
            positive=self.positive,
            low=self.min,
            high=self.max,
            step=self.step,
        )


class EvidenceForm(_Form):
    """Which words a rater must point at."""

    quote: tuple[TextField, ...] = Field(
        min_length=1, description="The fields to quote from; quotes are checked verbatim."
    )
    when: Names = Field(default=(), description="Only with these scores; with every score if left out.")
    roles: dict[TextField, Name] = Field(
        default_factory=dict, description="Field: what a quote from it shows (`response: claim`)."
    )

    @model_validator(mode="after")
    def _roles_have_quotes(self) -> Self:
        for field in self.roles:
            if field not in self.quote:
                raise _wrong(f"`roles` names {field!r}, which is not among `quote`", "roles", field)
        return self


class Criterion(_Form):
    """One question of a rubric, with its scale."""

    name: Name = Field(description="How reports and exports call it.")
    question: str = Field(min_length=1, description="What the rater answers.")
    guidance: str = Field(default="", description="How to decide, beyond the rubric's guidance.")
    scale_form: ScaleForm = Field(alias="scale", description="The allowed answers.")
    not_applicable: str = Field(default="", description="When the question does not arise; left out: it always does.")
    evidence: EvidenceForm | None = Field(default=None, description="Which words to point at.")

    @cached_property
    def scale(self) -> Scale:
        """The scale of its answers."""
        return self.scale_form.to_scale()

    @field_validator("scale_form")
    @classmethod
    def _scale_measures(cls, form: ScaleForm) -> ScaleForm:
        try:
            form.to_scale()
        except ScaleError as error:
            raise _wrong(error.message) from error
        return form

    @model_validator(mode="after")
    def _evidence_scores_exist(self) -> Self:
        for place, value in enumerate(self.evidence.when if self.evidence else ()):
            if self.scale.read(value) is None:
                raise _wrong(f"{value!r} is not on the scale; {allowed_scores(self.scale)}", "evidence", "when", place)
        return self


def allowed_scores(scale: Scale) -> str:
    """The allowed scores of a scale, in words for a message."""
    if scale.level is not Level.INTERVAL:
        return f"allowed: {', '.join(scale.names)}"
    steps = f" in steps of {scale.step:g}" if scale.step else ""
    return f"allowed: numbers from {scale.low:g} to {scale.high:g}{steps}"


class ExampleQuote(_Form):
    """A quote in the right answer of an example."""

    source: TextField = Field(description="The example's field that it stands in.")
    quote: str = Field(min_length=1, description="The words, to the letter.")


class Answer(_Form):
    """The right answer to one criterion of an example."""

    score: str | float | int = Field(description="The right score.")
    rationale: str = Field(default="", description="Why, in one to three sentences.")
    evidence: tuple[ExampleQuote, ...] = Field(default=(), description="What to point at.")


class Example(_Form):
    """A worked example shown to the judge, and to annotators as training."""

    question: str | None = Field(default=None, description="What was asked.")
    response: str | None = Field(default=None, description="What was answered.")
    rival: str | None = Field(default=None, description="The other response of a pair.")
    reference: str | None = Field(default=None, description="A correct answer.")
    documents: tuple[str, ...] = Field(default=(), description="What the answer must be faithful to.")
    answers: dict[Name, Answer] = Field(min_length=1, description="Criterion name: its right answer.")

    @model_validator(mode="after")
    def _quotes_stand(self) -> Self:
        for name, answer in self.answers.items():
            for place, quote in enumerate(answer.evidence):
                held: str | tuple[str, ...] | None = getattr(self, quote.source)
                texts = held if isinstance(held, tuple) else (held or "",)
                if not any(quote.quote in text for text in texts):
                    at = ("answers", name, "evidence", place, "quote")
                    raise _wrong(f"these words do not stand in the example's {quote.source}", *at)
        return self

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of the fields it fills in."""
        return tuple(name for name in TEXT_FIELDS if getattr(self, name))


class Rubric(_Form):
    """A versioned file: what to ask, about which record fields."""

    name: Name = Field(description="How commands and reports call it.")
    version: int = Field(ge=1, le=1_000_000_000, description="Raised by you whenever the meaning changes.")
    title: str = Field(min_length=1, description="One line that says what is asked.")
    reads: tuple[str, ...] = Field(min_length=1, description="The record fields that raters see.")
    optional: tuple[str, ...] = Field(
        default=(), description="Fields among `reads` that may be missing without an abstention."
    )
    guidance: str = Field(default="", description="How to decide: the same words for judge and annotators.")
    criteria: tuple[Criterion, ...] = Field(min_length=1, max_length=MAX_CRITERIA, description="The questions.")
    ask: Literal["together", "apart"] = Field(
        default="together", description="All criteria in one call, or one call for each."
    )
    examples: tuple[Example, ...] = Field(default=(), description="Worked examples, shown to the judge in order.")
    prompt: Annotated[str, StringConstraints(strip_whitespace=False)] | None = Field(
        default=None, description="A Jinja2 template that lays out the fields, instead of the default one."
    )
    sources: tuple[str, ...] = Field(default=(), description="The literature it rests on; never shown to raters.")

    @field_validator("reads", "optional")
    @classmethod
    def _fields_exist(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for place, name in enumerate(names):
            if name not in TEXT_FIELDS and not _METADATA_FIELD.match(name):
                allowed = ", ".join(TEXT_FIELDS)
                raise _wrong(f"{name!r} is no field of a record; allowed: {allowed}, metadata.KEY", place)
            if name in names[:place]:
                raise _wrong(f"the field {name!r} is named twice", place)
        return names

    @model_validator(mode="after")
    def _parts_fit(self) -> Self:
        for place, name in enumerate(self.optional):
            if name not in self.reads:
                raise _wrong(f"{name!r} is not among `reads`", "optional", place)
        names = [criterion.name for criterion in self.criteria]
        for place, criterion in enumerate(self.criteria):
            if criterion.name in names[:place]:
                raise _wrong(f"two criteria have the name {criterion.name!r}", "criteria", place, "name")
            for spot, field in enumerate(criterion.evidence.quote if criterion.evidence else ()):
                if field not in self.reads:
                    at = ("criteria", place, "evidence", "quote", spot)
                    raise _wrong(f"{field!r} is not among `reads`", *at)
        for place, example in enumerate(self.examples):
            self._check_example(place, example)
        return self

    def _check_example(self, place: int, example: Example) -> None:
        for field in example.fields:
            if field not in self.reads:
                raise _wrong(f"the rubric does not read {field!r}", "examples", place, field)
        names = [criterion.name for criterion in self.criteria]
        for name, answer in example.answers.items():
            at = ("examples", place, "answers", name)
            if name not in names:
                raise _wrong(f"{name!r} is no criterion; allowed: {', '.join(names)}", *at)
            criterion = self.criterion(name)
            allowed = criterion.not_applicable and answer.score == NOT_APPLICABLE
            if not allowed and criterion.scale.read(answer.score) is None:
                raise _wrong(f"{answer.score!r} is not on the scale; {allowed_scores(criterion.scale)}", *at, "score")

    def criterion(self, name: str) -> Criterion:
        """The criterion of that name.

        Raises:
            KeyError: There is none.
        """
        for criterion in self.criteria:
            if criterion.name == name:
                return criterion
        raise KeyError(name)

    @property
    def calls(self) -> tuple[tuple[str, ...], ...]:
        """The criteria that are asked in each call of a judge model, by name."""
        names = tuple(criterion.name for criterion in self.criteria)
        return (names,) if self.ask == "together" else tuple((name,) for name in names)

    @cached_property
    def hash(self) -> str:
        """Hex sha256 of the canonical JSON of everything a rater is shown; sources do not count.

        Keys that have their default are left out, so that a later version of this form can add keys without changing
        the hash of rubrics that do not use them.
        """
        content = self.model_dump(mode="json", by_alias=True, exclude={"sources"}, exclude_defaults=True)
        canonical = json.dumps(content, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(canonical.encode("ascii")).hexdigest()
