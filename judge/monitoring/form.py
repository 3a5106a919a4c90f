"""The form of a watch file: what is watched, how it is folded, and what is worth an alert."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Annotated, Any, Final, Literal, Self, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from judge.monitoring.duration import Duration
from judge.monitoring.sending.channels import AnyChannel
from judge.monitoring.wrong import wrong

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_\-]{0,59}$")]
"""Lower-case letters, digits, underscores and dashes, starting with a letter."""

Signal = Literal[
    "latency",
    "prompt_tokens",
    "completion_tokens",
    "cost",
    "errors",
    "feedback",
    "question_length",
    "question_language",
    "document_count",
    "document_length",
    "response_length",
    "sentence_length",
    "repetition",
    "refusals",
]
"""What is watched of every record without any judge."""

SIGNALS: Final[tuple[Signal, ...]] = get_args(Signal)

Share = Annotated[float, Field(ge=0, le=1)]


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Texts = Annotated[
    tuple[str, ...],
    BeforeValidator(_listed),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class SamplingForm(_Form):
    """`sample`: which records are judged."""

    rate: Share = Field(default=1.0, description="Share of the records that is judged, chosen by a hash of their ids.")
    by: str | None = Field(default=None, description="A field whose values have rates of their own.")
    rates: dict[str, Share] = Field(default_factory=dict, description="Value of that field: its rate.")
    negative_feedback: bool = Field(
        default=True,
        description="Judge every record with negative feedback too; these enter no rate, for they are no fair draw.",
    )

    @model_validator(mode="after")
    def _rates_have_a_field(self) -> Self:
        if self.rates and self.by is None:
            raise wrong("`rates` needs `by`, the field that they are about", "rates")
        return self

    @property
    def least(self) -> float:
        """The lowest rate: what is drawn at it is a fair draw of everything."""
        return min([self.rate, *self.rates.values()])


class WindowsForm(_Form):
    """`windows`: how records are folded."""

    every: Duration = Field(default=timedelta(days=1), description="Length of a window, such as 1h, 1d or 7d.")
    count: int | None = Field(default=None, ge=10, description="Records of a window, instead of a length of time.")
    wait: Duration = Field(
        default=timedelta(hours=1), description="How long after its end late records are waited for."
    )


class ReferenceForm(_Form):
    """`reference`: what is normal until more is known."""

    windows: int = Field(default=1, ge=0, description="The first windows, which are compared with nothing.")
    dataset: str | None = Field(default=None, description="A data set that is normal, before the first window.")

    @model_validator(mode="after")
    def _there_is_one(self) -> Self:
        if self.windows == 0 and self.dataset is None:
            raise wrong("without `dataset`, at least the first window is the reference", "windows")
        return self


class TopicsForm(_Form):
    """`topics`: kinds of question, each of whose scores is watched on its own."""

    most: int = Field(
        default=8, ge=0, le=50, description="How many are looked for among what is normal, by their words; 0 for none."
    )
    by: str | None = Field(default=None, description="A field that names the topic, instead: metadata.topic.")


class DetectorsForm(_Form):
    """`detectors`: how sure a drift alert is."""

    run_length: float = Field(
        default=1000, ge=10, description="Windows between two false alarms of everything watched together, at least."
    )
    least: int = Field(default=20, ge=5, description="Records that a series needs in a window to be looked at.")
    level: float = Field(default=0.95, gt=0.5, lt=1, description="Confidence level of every interval.")


class AnchorsForm(_Form):
    """`anchors`: rated records that are judged again and again, to see whether the judge itself has moved."""

    dataset: str | None = Field(default=None, description="Where they are; the watched data set if left out.")
    every: Duration = Field(default=timedelta(days=7), description="How often they are judged again.")
    most: int = Field(default=200, ge=20, description="How many at most.")
    alpha: float = Field(default=0.001, gt=0, lt=0.5, description="Chance of a false alarm each time.")


class RuleForm(_Form):
    """Each of `alerts`: a threshold."""

    name: Name = Field(description="How the alert is called.")
    watch: str | None = Field(default=None, description="RUBRIC.CRITERION or a signal such as latency or feedback.")
    bound: Literal["low", "value", "high"] = Field(
        default="value", description="Which end of the corrected interval is compared."
    )
    above: float | None = Field(default=None, description="Alert when it is above this.")
    below: float | None = Field(default=None, description="Alert when it is below this.")
    warn: float | None = Field(default=None, description="Warn already at this.")
    clear: float | None = Field(default=None, description="An alert closes only beyond this (hysteresis).")
    trend: Literal["rising", "falling"] | None = Field(
        default=None, description="Alert when it rises or falls over the last `over` windows beyond chance."
    )
    over: int = Field(default=1, ge=1, le=1000, description="Windows that are taken together.")
    look: Literal["once", "always"] = Field(
        default="once",
        description="`always`: the interval of each window is so wide that all windows together hold at `level`.",
    )
    width: Share | None = Field(
        default=None, gt=0, description="Warn where the corrected interval of a rate is wider than ± this."
    )
    absent: Duration | None = Field(default=None, description="Alert when no record has come for this long.")
    raw: bool = Field(default=False, description="Compare the judge's uncalibrated figure; the alert says so.")
    least: int = Field(default=30, ge=1, description="Records that it needs.")
    each: Literal["version", "segment"] | None = Field(default=None, description="Look at each of these on its own.")
    level: Literal["warn", "alert"] = Field(default="alert", description="How grave it is.")

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        said = [self.above is not None, self.below is not None, self.trend is not None, self.absent is not None]
        if sum(said) != 1:
            raise wrong("a rule has exactly one of `above`, `below`, `trend` and `absent`")
        if (self.absent is None) == (self.watch is None):
            raise wrong("every rule has `watch`, save one with `absent`, which is about all records", "watch")
        if self.trend is not None and self.over < 3:  # noqa: PLR2004 - two points are always on a line
            raise wrong("a trend needs `over: 3` windows or more", "over")
        if self.bound != "value" and self.trend is not None:
            raise wrong("a trend has no `bound`", "bound")
        if self.look == "always" and (self.trend is not None or self.bound == "value"):
            raise wrong("`look: always` is about a `bound: low` or `bound: high`, for a value has no error", "look")
        if self.width is not None and (self.watch is None or "." not in self.watch or self.raw):
            raise wrong("`width` is about the corrected figure of a RUBRIC.CRITERION", "width")
        self._is_in_order()
        return self

    def _is_in_order(self) -> None:
        limit = self.above if self.above is not None else self.below
        if limit is None:
            if self.warn is not None or self.clear is not None:
                raise wrong("`warn` and `clear` go with `above` or `below`", "warn" if self.warn else "clear")
            return
        sign = 1 if self.above is not None else -1
        for key in ("warn", "clear"):
            value = getattr(self, key)
            if value is not None and sign * value > sign * limit:
                side = "above" if sign > 0 else "below"
                raise wrong(f"`{key}` lies before `{side}`, found {value:g} beyond {limit:g}", key)


class Watch(_Form):
    """A watch file: what a team wants to be told about its system."""

    name: Name = Field(description="How commands call it.")
    dataset: str = Field(description="The data set that is watched; new records in it are taken wherever from.")
    files: Texts = Field(default=(), description="Files, globs or folders whose new lines go into the data set.")
    judge: str | None = Field(default=None, description="The judge model, as for judge run; without it, signals only.")
    rubrics: Texts = Field(default=(), description="The rubrics to judge by.")
    max_cost: float | None = Field(default=None, ge=0, description="US dollars that all judging may cost together.")
    sample: SamplingForm = Field(default=SamplingForm(), description="Which records are judged.")
    windows: WindowsForm = Field(default=WindowsForm(), description="How records are folded.")
    segment: str = Field(default="segment", description="The field that parts the traffic, such as metadata.country.")
    reference: ReferenceForm = Field(default=ReferenceForm(), description="What is normal.")
    signals: tuple[Signal, ...] = Field(default=SIGNALS, description="What is watched without a judge.")
    texts: tuple[Literal["questions", "documents"], ...] = Field(
        default=("questions", "documents"), description="Texts in which a classifier looks for what is new."
    )
    embeddings: str | None = Field(
        default=None,
        description="A folder with a model of model2vec or sentence-transformers: its vectors tell texts apart too.",
    )
    topics: TopicsForm = Field(default=TopicsForm(), description="Kinds of question.")
    detectors: DetectorsForm = Field(default=DetectorsForm(), description="How sure a drift alert is.")
    anchors: AnchorsForm | None = Field(default=None, description="Watch the judge itself.")
    alerts: tuple[RuleForm, ...] = Field(default=(), description="Thresholds, beside the drift that is watched anyway.")
    send: tuple[AnyChannel, ...] = Field(default=(), description="Where alerts are told: files, webhooks, mail, hooks.")

    @model_validator(mode="after")
    def _parts_fit(self) -> Self:
        if (self.judge is None) != (not self.rubrics):
            raise wrong("`judge` and `rubrics` come together", "judge" if self.judge else "rubrics")
        if self.anchors is not None and self.judge is None:
            raise wrong("anchors are for watching a judge, and there is none: write `judge:`", "anchors")
        channels = [channel.name for channel in self.send]
        for place, channel in enumerate(self.send):
            if channel.name in channels[:place]:
                raise wrong(f"{channel.name} is there twice", "send", place)
        self._rules_fit()
        return self

    def _rules_fit(self) -> None:
        names = [rule.name for rule in self.alerts]
        for place, rule in enumerate(self.alerts):
            if rule.name in names[:place]:
                raise wrong(f"two alerts have the name {rule.name!r}", "alerts", place, "name")
            if rule.watch is not None and "." not in rule.watch and rule.watch not in SIGNALS:
                raise wrong(
                    f"{rule.watch!r} is neither RUBRIC.CRITERION nor a signal; signals: {', '.join(SIGNALS)}",
                    *("alerts", place, "watch"),
                )

    def shape(self) -> str:
        """Hash of what decides how records are folded: when it changes, old windows no longer fit new records."""
        parts = {"windows": self.windows, "sample": self.sample}
        content: dict[str, Any] = {name: form.model_dump(mode="json") for name, form in parts.items()}
        content |= {"dataset": self.dataset, "segment": self.segment}
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]
