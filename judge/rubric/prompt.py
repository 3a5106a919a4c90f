"""Prompts: from a rubric and a record to the messages that a judge model is sent."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from judge.errors import RubricError, UsageError
from judge.rubric.fence import Material, boundary, materials
from judge.rubric.reply_form import reply_schema, reply_skeleton
from judge.rubric.template import Block, Blocks, TooLargeError, compiled, shipped_template, template_names, write
from judge.rubric.template_check import PromptError, check_prompt
from judge.rubric.views import view_criterion, view_examples, view_rubric
from judge.scores import Abstention, Reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jinja2 import Template

    from judge.records import Record
    from judge.rubric.schema import Rubric

PROMPT_VERSION: Final = "3"
"""Part of every fingerprint: raised whenever the same rubric and record would be shown to a judge in other words."""

MAX_FRAME: Final = 1_000_000
"""Most characters of the words around the material; the shipped rubrics need under ten thousand."""

_KEPT: Final = 128


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a judge model is sent for one record.

    Attributes:
        messages: The rubric in the system message; boundary, material and reminder in the user message.
        schema: JSON Schema that the reply must satisfy; shared between prompts, so not to be changed.
        suspicious: What the material hides, forges or orders, as ``kind:field`` or ``hidden_text:kind:field``.
        version: The prompt version.
    """

    messages: tuple[dict[str, str], ...]
    schema: dict[str, Any]
    suspicious: tuple[str, ...] = ()
    version: str = PROMPT_VERSION


def render(
    rubric: Rubric, record: Record, *, criteria: Sequence[str] | None = None, secret: bytes, max_chars: int
) -> Prompt | Abstention:
    """The prompt that asks some criteria of a rubric about a record, or the reason why it cannot be asked.

    Text of the record is only ever a value of the template, in blocks whose boundary its writer cannot know. The system
    message depends on rubric and criteria alone, so that providers can cache it.

    Args:
        rubric: The rubric.
        record: The record.
        criteria: Names of the criteria to ask in this call; all of them if left out.
        secret: At least 16 random bytes kept with the database; see `judge.rubric.fence.boundary`.
        max_chars: Longest prompt, all messages together; a longer one is an abstention, never a cut.

    Raises:
        UsageError: A criterion is not in the rubric, none is asked, or the secret is too short.
        RubricError: The rubric's own template is refused; rubrics read by `judge.rubric.load` were checked before.
    """
    frame = _frame(rubric, tuple(criteria) if criteria is not None else None)
    fields = {name: materials(record, name) for name in rubric.reads}
    missing = [name for name, held in fields.items() if not held and name not in rubric.optional]
    if missing or not any(fields.values()):
        return Abstention(Reason.MISSING_FIELD, f"the record has no {', no '.join(missing or rubric.reads)}")
    pieces = [piece for held in fields.values() for piece in held]
    texts = [piece.text for piece in pieces]
    longest = max_chars - len(frame.system) - len(frame.reminder)
    if sum(map(len, texts)) > longest:
        return _too_long(sum(map(len, texts)) + max_chars - longest, max_chars)
    nonce = boundary(secret, (PROMPT_VERSION, record.digest(), rubric.hash, *frame.criteria), texts)
    try:
        shown = frame.show(fields, nonce, longest)
    except TooLargeError:
        return _too_long(None, max_chars)
    user = f"Boundary of this message: {nonce}\n\n{shown.strip()}\n\n{frame.reminder}"
    if len(frame.system) + len(user) > max_chars:
        return _too_long(len(frame.system) + len(user), max_chars)
    messages = ({"role": "system", "content": frame.system}, {"role": "user", "content": user})
    return Prompt(messages, frame.schema, tuple(sign for piece in pieces for sign in piece.signs))


def _too_long(length: int | None, most: int) -> Abstention:
    found = f"{length:,} characters" if length is not None else "too many characters"
    return Abstention(Reason.TOO_LONG, f"the prompt has {found}; at most {most:,} are allowed, and nothing is cut")


@dataclass(frozen=True)
class _Frame:
    """Everything in a prompt that does not depend on the record: made once per rubric and criteria."""

    rubric: Rubric
    criteria: tuple[str, ...]

    @cached_property
    def schema(self) -> dict[str, Any]:
        return reply_schema(self.rubric, self.criteria)

    @cached_property
    def system(self) -> str:
        return write(compiled(shipped_template("system")), self._words, MAX_FRAME).strip()

    @cached_property
    def reminder(self) -> str:
        return write(compiled(shipped_template("reminder")), self._words, MAX_FRAME).strip()

    @cached_property
    def _words(self) -> dict[str, Any]:
        views = tuple(view_criterion(self.rubric.criterion(name)) for name in self.criteria)
        return {
            "rubric": view_rubric(self.rubric),
            "criteria": views,
            "examples": view_examples(self.rubric, self.criteria),
            "skeleton": reply_skeleton(self.rubric, self.criteria),
            "quotes": any(view.quotes for view in views),
        }

    @cached_property
    def _template(self) -> Template:
        try:
            check_prompt(self.rubric)
        except PromptError as error:
            raise RubricError(error.message, where=f"rubric {self.rubric.name}: prompt", hint=error.hint) from error
        return compiled(self.rubric.prompt or shipped_template("material"))

    def show(self, fields: dict[str, tuple[Material, ...]], nonce: str, limit: int) -> str:
        """The fenced material, as the rubric's template lays it out."""
        blocks = {
            name: Blocks(Block(piece.name, piece.fenced(nonce)) for piece in held) for name, held in fields.items()
        }
        return write(self._template, self._words | template_names(blocks), limit)


_frames: dict[tuple[str, tuple[str, ...] | None], _Frame] = {}


def _frame(rubric: Rubric, criteria: tuple[str, ...] | None) -> _Frame:
    """The frame of a rubric and criteria, kept by content; the oldest goes when there are too many."""
    key = (rubric.hash, criteria)
    frame = _frames.get(key)
    if frame is None:
        frame = _Frame(rubric, _asked(rubric, criteria))
        while len(_frames) >= _KEPT:
            _frames.pop(next(iter(_frames)), None)
        _frames[key] = frame
    return frame


def _asked(rubric: Rubric, criteria: tuple[str, ...] | None) -> tuple[str, ...]:
    names = tuple(criterion.name for criterion in rubric.criteria)
    asked = names if criteria is None else criteria
    if not asked:
        raise UsageError("no criterion is asked", hint=f"the rubric {rubric.name} has {', '.join(names)}")
    for name in asked:
        if name not in names:
            raise UsageError(f"the rubric {rubric.name} has no criterion {name!r}", hint=f"it has {', '.join(names)}")
    return asked
