"""Settings: what the operator decides, from judge.toml and the environment."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from judge.errors import SettingsError

FILE_NAME = "judge.toml"

_LIKE_A_KEY: Final = re.compile(r"(?=[\w+/=-]*[0-9])(?=[\w+/=-]*[A-Za-z])[\w+/=-]{20,}")


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class JudgeTable(_Table):
    """`[judge]`: how judge models are asked."""

    temperature: float | None = Field(default=0.0, ge=0, le=2, description="Sampling temperature.")
    top_p: float | None = Field(default=None, gt=0, le=1, description="Nucleus mass; left out of the request if unset.")
    seed: int | None = Field(default=None, description="The provider's seed, where it has one.")
    max_tokens: int = Field(default=1024, ge=16, description="Most tokens of a reply.")
    reasoning_effort: str | None = Field(default=None, description="For reasoning models: minimal, low, medium, high.")
    logprobs: bool = Field(default=True, description="Ask for token log-probabilities where a provider gives them.")
    concurrency: int = Field(default=32, ge=1, le=1024, description="Most calls in flight.")
    attempts: int = Field(default=4, ge=1, le=20, description="Most attempts of one call.")
    attempt_timeout: float = Field(default=60, gt=0, description="Seconds one attempt may take.")
    deadline: float = Field(default=300, gt=0, description="Seconds one call may take, with all attempts and waits.")
    max_prompt_chars: int = Field(
        default=400_000, ge=1000, description="Longest prompt in characters; longer is an abstention, never a cut."
    )


class EndpointTable(_Table):
    """`[endpoints.NAME]`: an OpenAI-compatible server, used as `--judge NAME/model`."""

    base_url: str = Field(description="Where it is, e.g. http://127.0.0.1:8080/v1.")
    key_env: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z_][A-Za-z0-9_]*$",
        description="Name of the environment variable that holds its key.",
    )
    allow_http: bool = Field(default=False, description="Send the key unencrypted to a host that is not this machine.")
    requests_per_minute: int | None = Field(default=None, ge=1, description="The provider's limit.")
    tokens_per_minute: int | None = Field(default=None, ge=1, description="The provider's limit.")


class PriceTable(_Table):
    """`[prices."MODEL"]`: US dollars per million tokens, instead of the shipped table."""

    prompt: float = Field(ge=0, description="Per million prompt tokens.")
    completion: float = Field(ge=0, description="Per million completion tokens.")


class LimitsTable(_Table):
    """`[limits."MODEL"]`: a provider's limits for a judge model, or for all whose spelling begins so."""

    requests_per_minute: int | None = Field(default=None, ge=1, description="The provider's limit.")
    tokens_per_minute: int | None = Field(default=None, ge=1, description="The provider's limit.")


class LogTable(_Table):
    """`[logs.NAME]`: how a log is read, used by `judge import FILE --dataset NAME`."""

    format: Literal["auto", "rows", "chat", "otel", "langfuse", "promptfoo"] = Field(
        default="auto", description="What wrote the log; `auto` looks."
    )
    map: dict[str, str] = Field(
        default_factory=dict, description="Record field = where it is: a column, or a dotted path into nested JSON."
    )


class CalibrationTable(_Table):
    """`[calibration]`: when a judge may be used."""

    level: float = Field(default=0.95, gt=0.5, lt=1, description="Confidence level of every interval.")
    min_ratings: int = Field(default=30, ge=5, description="Fewer rated items are not enough to say anything.")
    max_half_width: float = Field(
        default=0.1,
        gt=0,
        lt=1,
        description="Widest useful interval of a corrected figure, as half its length; a share of the scale's length.",
    )
    max_bias: float = Field(
        default=0.02,
        ge=0,
        lt=1,
        description="Largest gap of raw and corrected figure with which raw ones stand; a share of the scale's length.",
    )
    min_agreement: float = Field(
        default=0.2, ge=-1, le=1, description="Least agreement with people beyond chance (Krippendorff's alpha)."
    )
    max_shortfall: float = Field(
        default=0.1, ge=0, le=2, description="How far agreement with people may stay below people's own."
    )
    epsilon: float = Field(
        default=0.1, ge=0, lt=1, description="Cost-benefit margin of the alternative annotator test."
    )


class Settings(_Table):
    """Everything in judge.toml."""

    db: str | None = Field(default=None, description="Database URL or file; EVENHAND_DB and --db go before it.")
    judge: JudgeTable = JudgeTable()
    endpoints: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_\-]*$")], EndpointTable] = Field(default_factory=dict)
    prices: dict[str, PriceTable] = Field(default_factory=dict)
    limits: dict[str, LimitsTable] = Field(default_factory=dict)
    logs: dict[str, LogTable] = Field(default_factory=dict)
    calibration: CalibrationTable = CalibrationTable()

    def limits_of(self, model: str) -> LimitsTable:
        """A judge model's limits: under its spelling, or the longest beginning of it, else those of its endpoint."""
        name = model
        while name:
            if name in self.limits:
                return self.limits[name]
            name = name.rpartition("/")[0]
        endpoint = self.endpoints.get(model.partition("/")[0])
        if endpoint is None:
            return LimitsTable()
        return LimitsTable(
            requests_per_minute=endpoint.requests_per_minute, tokens_per_minute=endpoint.tokens_per_minute
        )


def load_settings(path: Path | None = None) -> Settings:
    """Settings from a file, or from judge.toml in the working folder if it is there, else the defaults.

    Raises:
        SettingsError: The file cannot be read, is no TOML, or holds a key or value that is not allowed.
    """
    chosen = path or Path(FILE_NAME)
    if not chosen.exists():
        if path is not None:
            raise SettingsError("there is no such file", where=str(path))
        return Settings()
    try:
        data: dict[str, Any] = tomllib.loads(chosen.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"not readable as TOML: {error}", where=str(chosen)) from error
    try:
        return Settings.model_validate(data)
    except ValidationError as error:
        raise _explain(error, chosen) from error


def _explain(error: ValidationError, path: Path) -> SettingsError:
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        # A table is one of Settings' fields, or stands under a name of the user's own in one of them.
        field = Settings.model_fields.get(str(first["loc"][0]))
        table = _table_of(field.annotation) if field is not None and len(first["loc"]) > 1 else Settings
        allowed = ", ".join(table.model_fields)
        return SettingsError("there is no such setting", where=f"{path}: {key}", hint=f"allowed here: {allowed}")
    if first["loc"][-1] == "key_env":
        # What was found may be the key itself.
        words = "not the name of an environment variable"
        return SettingsError(words, where=f"{path}: {key}", hint="export the key, and write the variable's name here")
    found = repr(first.get("input"))
    shown = "what looks like a key" if _LIKE_A_KEY.search(found) else found
    return SettingsError(f"{first['msg']}, found {shown}", where=f"{path}: {key}")


def _table_of(annotation: Any) -> type[BaseModel]:
    table: type[BaseModel] = next(each for each in (annotation, *get_args(annotation)) if hasattr(each, "model_fields"))
    return table


def database_url(option: str | None, settings: Settings) -> str:
    """The database to use: --db, else EVENHAND_DB, else `db` in judge.toml, else evenhand.db in the working folder."""
    return option or os.environ.get("EVENHAND_DB") or settings.db or "evenhand.db"
