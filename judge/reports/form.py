"""The form of a calibration report: what stands in it, the same for every format; version 1."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from judge.reports.disagreement_form import DisagreementsPart
from judge.reports.part import Part


class EstimatePart(Part):
    """A figure with its interval."""

    kind: Literal["estimate"] = "estimate"
    value: float
    low: float
    high: float
    level: float = Field(description="Confidence level, such as .95.")
    n: int = Field(description="How many units it rests on.")
    method: str
    sides: Literal["both", "upper", "lower"] = Field(description="Which limits were estimated.")


class RefusedPart(Part):
    """No figure, and why."""

    kind: Literal["refused"] = "refused"
    reason: str
    needed: str = Field(description="What to do about it.")
    method: str
    more: int | None = Field(description="How many more ratings would do, where that is known.")


Result = Annotated[EstimatePart | RefusedPart, Field(discriminator="kind")]


class FiguresPart(Part):
    """Three figures for one quantity; none of them is to be shown alone."""

    what: str = Field(description="The quantity: `rate of VALUE` or `mean`.")
    ends: tuple[float, float] = Field(description="Lowest and highest possible figure.")
    raw: float | None = Field(description="What the judge alone says of the items it scored.")
    bounds: tuple[float, float] | None = Field(
        description="The raw figure, had every abstention been the lowest or the highest score."
    )
    human: Result = Field(description="What the ratings alone say.")
    corrected: Result = Field(description="The judge's figure corrected by the ratings.")
    bias: float | None = Field(description="raw - corrected.")


class SharePart(Part):
    """One value of a scale: how often the judge gives it, and how often people would."""

    value: str
    raw: float | None
    corrected: Result


class PairPart(Part):
    """Two annotators and Cohen's kappa of the two."""

    annotators: tuple[str, str]
    kappa: Result


class AnnotatorPart(Part):
    """One annotator beside the others."""

    annotator: str
    rated: int
    others: Result | None = Field(
        description="Share of the others' ratings of the same items that are equal; None on interval scales."
    )
    severity: Result | None = Field(
        description="How much oftener a positive value, or how much higher, than the others; None without either."
    )
    model: float | None = Field(description="Share right by Dawid and Skene's model; None under three annotators.")
    repeats: Result | None = Field(description="Share of equal ratings where the item was shown again; None if never.")


class PeoplePart(Part):
    """How alike annotators rate."""

    annotators: tuple[str, ...]
    items: int
    overlap: int = Field(description="Items with two ratings or more.")
    alpha: Result
    percent: Result
    ac1: Result
    ac1_caveat: str
    prevalence: dict[str, float]
    pairs: tuple[PairPart, ...]
    each: tuple[AnnotatorPart, ...]
    model_differs: int | None = Field(
        description="Items of which Dawid and Skene's model says other than most people; None under three annotators."
    )


class KappaPart(Part):
    """Cohen's kappa of the judge with people, with what it must not be read without."""

    estimate: Result
    percent: Result
    pabak: float | None
    maximum: float | None
    prevalence: float | None
    bias: float | None


class WithPeoplePart(Part):
    """How alike the judge and people score."""

    kappa: KappaPart | None
    alpha: Result
    ceiling_human: Result = Field(description="People against people, on items with two ratings or more.")
    ceiling_judge: Result = Field(description="Judge against people, on the same items.")
    ceiling_difference: Result = Field(description="judge - people, paired.")
    tied: int = Field(description="Items without a majority, which are in no comparison with people's value.")


class RatesPart(Part):
    """How often the judge is right, as if every judged item had been rated."""

    tpr: Result = Field(description="Of what people call positive, the share that the judge calls so.")
    tnr: Result = Field(description="Of what people call negative, the share that the judge calls so.")
    ppv: Result = Field(description="Of what the judge calls positive, the share that people call so.")
    false_omission: Result = Field(description="Of what the judge calls negative, the share that people call positive.")
    balanced_accuracy: Result
    f1: Result


class AlternativePart(Part):
    """The alternative annotator test; it is not to be read without TPR and TNR."""

    kind: Literal["test"] = "test"
    winning_rate: float = Field(description="Share of annotators that the judge wins against.")
    advantage: float = Field(description="Mean probability that the judge is as good as an annotator, or better.")
    passed: bool
    epsilon: float
    annotators: int


class DiagnosisPart(Part):
    """The judge's rates of being right, and whether it may stand in for a person."""

    rates: RatesPart
    alternative: Annotated[AlternativePart | RefusedPart, Field(discriminator="kind")]


class BinPart(Part):
    """Items with like probabilities."""

    said: float
    seen: float
    low: float
    high: float
    n: int


class MiscalibrationPart(Part):
    """The expected calibration error, beside what chance alone makes it."""

    kind: Literal["error"] = "error"
    value: float
    by_chance: float
    chance_limit: float
    p: float
    n: int
    method: str


class MapPart(Part):
    """A map of the judge's probabilities, fitted on one half of the ratings and judged on the other."""

    kind: Literal["isotonic", "platt"]
    before: float | None = Field(description="Brier score of the held-out half as it is; None without a trial.")
    after: float | None = Field(description="The same, mapped.")
    gain: Result = Field(description="before - after, paired; the map helps where this lies above 0.")


class CertaintyPart(Part):
    """Where the judge's probabilities come from."""

    given: int = Field(description="Items with a probability that came with the score.")
    shared: int = Field(description="Items whose probability is the share of repeats that gave the score.")
    repeats: int = Field(description="Most replies that such a share is of; 0 without.")
    absent: dict[str, int] = Field(description="Why there is none -> items with a score.")


class ProbabilitiesPart(Part):
    """Whether the judge's own certainty can be believed."""

    items: int
    rate: float = Field(description="Share of positives among these items: the chance level of AUPRC.")
    brier: Result
    miscalibration: float = Field(description="Part of the Brier score that a monotone map would save.")
    discernment: float
    uncertainty: float
    bins: tuple[BinPart, ...]
    error: Annotated[MiscalibrationPart | RefusedPart, Field(discriminator="kind")]
    auroc: Result
    auprc: Result
    corrected: Result = Field(description="The rate corrected by regression on the probabilities (PPI++).")
    maps: tuple[MapPart, ...]


class PlanPart(Part):
    """Ratings needed for an interval of a given half width."""

    half_width: float
    ratings: int | None = Field(description="In all, those there are included; None where the pool is too small.")
    people_only: int | None = Field(description="Without the judge.")
    reason: str = Field(description="Why there is no plan, else empty.")


class PlanningPart(Part):
    """What more ratings would give."""

    plans: tuple[PlanPart, ...]
    worth: Result = Field(description="How many ratings without the judge one rating beside it is worth.")


class EvidencePart(Part):
    """How far judge and people point at the same words, where both point at any."""

    items: int
    f1: Result
    people_f1: Result
    alpha: Result
    people_alpha: Result


class ConfusionRow(Part):
    """What the judge said of the items that have one value by people."""

    people: str
    judge: dict[str, int] = Field(description="The judge's value, or `abstained` -> items.")


class SlicePart(Part):
    """One part of the pool."""

    field: str
    value: str
    items: int
    rated: int
    figures: FiguresPart


class CountsPart(Part):
    """How many items and ratings there are, and what became of those that do not count."""

    judged: int
    scored: int
    abstained: dict[str, int] = Field(description="Reason -> items.")
    not_applicable: int
    contested: int = Field(
        default=0, description="Items on which the judge says otherwise once the suspicious spans are cut."
    )
    rated: int
    overlap: int
    skipped: int
    elsewhere: int = Field(description="Ratings on records that this run has not judged.")
    older: int = Field(description="Ratings under another wording of the rubric, which do not count.")


class StandingPart(Part):
    """What the judge may be used for, and what to do next."""

    answer: Literal["usable", "usable with correction", "not usable", "not enough ratings", "uncalibrated"]
    reasons: tuple[str, ...]
    advice: tuple[str, ...]
    warnings: tuple[str, ...]


class JudgePart(Part):
    """Everything a calibration belongs to."""

    fingerprint: str
    model: str
    settings: dict[str, Any] = Field(description="What the fingerprint is made of, besides the rubric.")
    rubric: str
    rubric_version: int
    rubric_hash: str
    rubric_text: str = Field(description="The rubric as YAML.")


class CriterionPart(Part):
    """How far a judge can be trusted on one criterion."""

    rubric: str
    criterion: str
    question: str
    level: Literal["binary", "nominal", "ordinal", "interval"]
    values: dict[str, str]
    positive: tuple[str, ...]
    unit: Literal["responses", "pairs"]
    judge: JudgePart
    sentence: str = Field(description="The standing in one sentence.")
    standing: StandingPart
    counts: CountsPart
    rate: FiguresPart | None
    mean: FiguresPart | None
    distribution: tuple[SharePart, ...]
    people: PeoplePart
    agreement: WithPeoplePart
    diagnosis: DiagnosisPart | None = Field(description="None without positive values or ratings.")
    certainty: CertaintyPart
    probabilities: ProbabilitiesPart | None = Field(description="None where no rated item has a probability.")
    planning: PlanningPart | None = Field(description="None without a rate or ratings.")
    evidence: EvidencePart | None = Field(description="None where judge and people nowhere both point at text.")
    confusion: tuple[ConfusionRow, ...]
    slices: tuple[SlicePart, ...]
    disagreements: DisagreementsPart

    @property
    def main(self) -> FiguresPart:
        """The figure that the standing is about."""
        figures = self.rate or self.mean
        if figures is None:
            raise ValueError(f"criterion {self.criterion} has neither a rate nor a mean")
        return figures


class RunPart(Part):
    """The run."""

    id: int
    kind: str
    model: str
    state: str
    dataset: str
    started: str


class DesignPart(Part):
    """How the rated items came to be rated."""

    source: str = Field(description="`import` or a study's name.")
    ratings: int
    method: str = Field(description="How items were drawn, in a few words.")
    seed: int | None


class ProvenancePart(Part):
    """Where the figures come from."""

    records: int
    dataset_hash: str = Field(description="sha256 over the ids and contents of the data set's records, in order.")
    designs: tuple[DesignPart, ...]
    seed: int | None = Field(description="Seed of the run's draw; None where the run drew nothing.")
    price: dict[str, Any] | None = Field(description="US dollars per million tokens when the run was made.")
    cost: float = Field(description="US dollars of the calls this run made.")
    cost_unknown: int = Field(description="Calls whose cost is not known.")
    tokens: int
    versions: dict[str, str]
    thresholds: dict[str, float]


class Report(Part):
    """A calibration report."""

    schema_: Literal[1] = Field(
        default=1,
        alias="schema",
        description="Raised when a field goes or changes its meaning; a new field alone does not raise it.",
    )
    level: float
    by: tuple[str, ...]
    study: str | None
    run: RunPart
    criteria: tuple[CriterionPart, ...]
    provenance: ProvenancePart

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    def to_json(self) -> dict[str, Any]:
        """The report for machines."""
        return self.model_dump(mode="json", by_alias=True)


def json_schema() -> str:
    """The JSON Schema of a report, as it is kept in ``calibration.schema.json`` beside this module."""
    schema = Report.model_json_schema(by_alias=True, mode="serialization")
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
