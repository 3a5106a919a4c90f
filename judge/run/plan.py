"""The plan: which calls a record needs, each known by its content."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from judge.models.request import Request, Sampling
from judge.rubric.pairs import ORDERS, asked_both_ways, is_pairwise, turned
from judge.rubric.prompt import PROMPT_VERSION, Prompt, render
from judge.scores import Judgement
from judge.store.judges import Judge
from judge.store.ledger import call_key
from judge.store.orders import repeats_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from judge.models.request import Model
    from judge.records import Record
    from judge.rubric.schema import Rubric
    from judge.scores import Abstention


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """A call that is to be made, or found on the ledger.

    Attributes:
        key: Its content hash.
        record_key: Row key of the record.
        fingerprint: The judge's.
        request: What is asked.
        suspicious: Signs of steering or hiding in the record's text.
        reask_of: Key of the earlier call that it repeats with that call's format error; empty where it is the first.
    """

    key: str
    record_key: int
    fingerprint: str
    request: Request
    suspicious: tuple[str, ...] = ()
    reask_of: str = ""


@dataclass(frozen=True, slots=True)
class Unasked:
    """Abstentions of a record that cannot be asked at all."""

    record_key: int
    fingerprint: str
    judgements: tuple[Judgement, ...]


@dataclass(frozen=True, slots=True)
class Planner:
    """Turns records into calls.

    Attributes:
        model: The judge model.
        judges: One judge for each rubric.
        sampling: Sampling parameters.
        secret: The database's secret, from which nonces are made.
        max_chars: Longest prompt in characters.
        repeats: How often each question is asked; of a pair, in each order.
        first: Number of the first of these repeats.
    """

    model: Model
    judges: Sequence[Judge]
    sampling: Sampling
    secret: bytes
    max_chars: int
    repeats: int = 1
    first: int = 0

    @classmethod
    def make(
        cls,
        model: Model,
        rubrics: Sequence[Rubric],
        *,
        sampling: Sampling,
        secret: bytes,
        max_chars: int,
        repeats: int,
        first: int = 0,
    ) -> Planner:
        """A planner whose judges are these rubrics with this model."""
        content = {"model": dict(model.identity), "sampling": sampling.canonical(), "prompt": PROMPT_VERSION}
        judges = [
            Judge(
                model=model.name, rubric=rubric, content=content | ({"orders": ORDERS} if is_pairwise(rubric) else {})
            )
            for rubric in rubrics
        ]
        return cls(model, judges, sampling, secret, max_chars, repeats, first)

    @property
    def items(self) -> int:
        """How many judgements a record gets."""
        return sum(len(each.rubric.criteria) * len(repeats_of(each.content)) for each in self.judges) * self.repeats

    def calls(self, record_key: int, record: Record) -> Iterator[PlannedCall | Unasked]:
        """Every call for a record, rubric by rubric."""
        for judge in self.judges:
            for criteria in _together(judge.rubric):
                yield from self._ask(record_key, record, judge, criteria)

    def _ask(
        self, record_key: int, record: Record, judge: Judge, criteria: tuple[str, ...]
    ) -> Iterator[PlannedCall | Unasked]:
        both = asked_both_ways(judge.content)
        shown = [self._shown(each, judge, criteria) for each in ([record, turned(record)] if both else [record])]
        for repeat in range(self.first * len(shown), (self.first + self.repeats) * len(shown)):
            asked, prompt = shown[repeat % len(shown)]
            if isinstance(prompt, Prompt):
                request = Request(prompt.messages, prompt.schema, self.sampling, judge.rubric, criteria, asked, repeat)
                yield PlannedCall(self.key(request), record_key, judge.fingerprint, request, prompt.suspicious)
            else:
                abstained = tuple(
                    Judgement(record.id, judge.rubric.name, name, abstention=prompt, repeat=repeat) for name in criteria
                )
                yield Unasked(record_key, judge.fingerprint, abstained)

    def _shown(self, record: Record, judge: Judge, criteria: tuple[str, ...]) -> tuple[Record, Prompt | Abstention]:
        return record, render(judge.rubric, record, criteria=criteria, secret=self.secret, max_chars=self.max_chars)

    def key(self, request: Request) -> str:
        """The content hash of a request to this model."""
        content: dict[str, Any] = {
            "model": dict(self.model.identity),
            "messages": request.messages,
            "schema": request.schema,
            "sampling": request.sampling.canonical(),
            "repeat": request.repeat,
        }
        return call_key(content)

    def reask(self, call: PlannedCall, messages: tuple[dict[str, str], ...]) -> PlannedCall:
        """The same question once more, with these messages."""
        request = replace(call.request, messages=messages)
        return replace(call, key=self.key(request), request=request, reask_of=call.key)


def _together(rubric: Rubric) -> list[tuple[str, ...]]:
    names = tuple(criterion.name for criterion in rubric.criteria)
    return [names] if rubric.ask == "together" else [(name,) for name in names]
