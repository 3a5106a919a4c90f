"""The form of a rubric file: what a rubric may say, and its content hash."""

from __future__ import annotations

import hashlib
import json
import re
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from judge.errors import ScaleError
from judge.records import TEXT_FIELDS
from judge.scales import NOT_APPLICABLE, Level, Scale

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
"""Lower-case letters, digits and underscores, starting with a letter."""

_METADATA_FIELD = re.compile(r"^metadata(\.[A-Za-z0-9_\-]+)+$")


def _listed(value: Any) -> Any:
    """One name or a list of names, as a list; numbers become the names they spell."""
    values = value if isinstance(value, list | tuple) else [value]
    return [str(v) if isinstance(v, int) and not isinstance(v, bool) else v for v in values]


def _named(value: Any) -> Any:
    """A mapping with numbers for names (``1: poor``), with the names they spell."""
    if not isinstance(value, dict):
        return value
    return {str(k) if isinstance(k, int) and not isinstance(k, bool) else k: v for k, v in value.items()}


Names = Annotated[tuple[str, ...], BeforeValidator(_listed)]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


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

    quote: tuple[Literal["question", "response", "rival", "reference", "documents"], ...] = Field(
        min_length=1, description="The fields to quote from; quotes are checked verbatim."
    )
    when: Names = Field(default=(), description="Only with these scores; with every score if left out.")


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
            raise ValueError(error.message) from error
        return form

    @model_validator(mode="after")
    def _evidence_scores_exist(self) -> Self:
        for value in self.evidence.when if self.evidence else ():
            if self.scale.read(value) is None:
                raise ValueError(f"`evidence.when` names {value!r}, which is not on the scale")
        return self


class Answer(_Form):
    """The right answer to one criterion of an example."""

    score: str | float | int
    rationale: str = ""


class Example(_Form):
    """A worked example shown to the judge, and to annotators as training."""

    question: str | None = None
    response: str | None = None
    rival: str | None = None
    reference: str | None = None
    documents: tuple[str, ...] = ()
    answers: dict[str, Answer] = Field(min_length=1, description="Criterion name: its right answer.")


class Rubric(_Form):
    """A versioned file: what to ask, about which record fields."""

    name: Name = Field(description="How commands and reports call it.")
    version: int = Field(ge=1, description="Raised by you whenever the meaning changes.")
    title: str = Field(min_length=1, description="One line that says what is asked.")
    reads: tuple[str, ...] = Field(min_length=1, description="The record fields that raters see.")
    optional: tuple[str, ...] = Field(
        default=(), description="Fields among `reads` that may be missing without an abstention."
    )
    guidance: str = Field(default="", description="How to decide: the same words for judge and annotators.")
    criteria: tuple[Criterion, ...] = Field(min_length=1, description="The questions.")
    ask: Literal["together", "apart"] = Field(
        default="together", description="All criteria in one call, or one call for each."
    )
    examples: tuple[Example, ...] = Field(default=(), description="Worked examples, shown to the judge in order.")
    prompt: str | None = Field(default=None, description="A Jinja2 template instead of the default one.")
    sources: tuple[str, ...] = Field(default=(), description="The literature it rests on; never shown to raters.")

    @field_validator("reads", "optional")
    @classmethod
    def _fields_exist(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name not in TEXT_FIELDS and not _METADATA_FIELD.match(name):
                allowed = ", ".join(TEXT_FIELDS)
                raise ValueError(f"{name!r} is no field of a record; allowed: {allowed}, metadata.KEY")
        if len(set(names)) != len(names):
            raise ValueError("a field is named twice")
        return names

    @model_validator(mode="after")
    def _parts_fit(self) -> Self:
        names = [criterion.name for criterion in self.criteria]
        if len(set(names)) != len(names):
            raise ValueError("two criteria have the same name")
        for name in self.optional:
            if name not in self.reads:
                raise ValueError(f"`optional` names {name!r}, which is not among `reads`")
        for criterion in self.criteria:
            for field in criterion.evidence.quote if criterion.evidence else ():
                if field not in self.reads:
                    raise ValueError(f"criterion {criterion.name} quotes {field!r}, which is not among `reads`")
        for place, example in enumerate(self.examples, start=1):
            for name, answer in example.answers.items():
                if name not in names:
                    raise ValueError(f"example {place} answers {name!r}, which is no criterion")
                self._check_answer(place, name, answer)
        return self

    def _check_answer(self, place: int, name: str, answer: Answer) -> None:
        criterion = self.criterion(name)
        allowed = criterion.not_applicable and answer.score == NOT_APPLICABLE
        if not allowed and criterion.scale.read(answer.score) is None:
            raise ValueError(f"example {place} scores {name} {answer.score!r}, which is not on its scale")

    def criterion(self, name: str) -> Criterion:
        """The criterion of that name.

        Raises:
            KeyError: There is none.
        """
        for criterion in self.criteria:
            if criterion.name == name:
                return criterion
        raise KeyError(name)

    @cached_property
    def hash(self) -> str:
        """Hex sha256 of the canonical JSON of everything a rater is shown; sources do not count."""
        content = self.model_dump(mode="json", by_alias=True, exclude={"sources"})
        canonical = json.dumps(content, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(canonical.encode("ascii")).hexdigest()
