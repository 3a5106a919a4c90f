"""Examples: worked examples chosen among rated items, the most telling mistakes of every kind first."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from judge.records import TEXT_FIELDS
from judge.rubric.fence import material, materials
from judge.rubric.schema import Answer, Example, ExampleQuote
from judge.scales import Level
from judge.tuning.answers import mistakes

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

    from judge.rubric.schema import Criterion, Rubric
    from judge.tuning.answers import Answers
    from judge.tuning.items import Item, Voice

LONGEST: Final = 4_000
"""Characters of one example; a longer record is passed over, never cut: nobody rated a part of it."""

LONGEST_TOGETHER: Final = 16_000
"""Characters of all chosen examples."""


def choose(
    rubric: Rubric, items: Sequence[Item], answers: Answers, *, wrong: int, right: int = 0
) -> tuple[Example, ...]:
    """Examples from rated items, at most one of a group.

    Args:
        rubric: The rubric.
        items: Rated items.
        answers: What the judge said of them.
        wrong: How many of those on which it differs from people: one of every kind of mistake, then a second of each.
        right: How many of those on which it does not, so that examples of mistakes do not push it to the other side;
            people's values that the mistakes do not show come first.
    """
    able = [item for item in items if len(item.people) == len(rubric.criteria)]
    mistaken = telling_first(rubric, able, answers)
    chosen = _Choice(rubric)
    chosen.take(mistaken, wrong)
    shown, erring = {_values(item) for item in chosen.items}, {item.key for item in mistaken}
    others = _by_kind(((_values(item), item) for item in able if item.key not in erring), answers)
    others.sort(key=lambda group: _values(group[0]) in shown)
    chosen.take(_in_turn(others), right)
    return tuple(chosen.examples)


def telling_first(rubric: Rubric, items: Sequence[Item], answers: Answers) -> list[Item]:
    """The items on which the judge differs from people, one of every kind of mistake, then a second of each."""
    pairs = [(tuple(sorted(mistakes(rubric, item, answers).items())), item) for item in items]
    return _in_turn(_by_kind(((_kind(item, wrong), item) for wrong, item in pairs if wrong), answers))


class _Choice:
    """Examples as they are chosen, within their lengths."""

    def __init__(self, rubric: Rubric) -> None:
        self._rubric = rubric
        self._groups: set[str] = set()
        self._length = 0
        self.items: list[Item] = []
        self.examples: list[Example] = []

    def take(self, items: Iterable[Item], most: int) -> None:
        """Take the first that fit, at most so many."""
        left = most
        for item in items:
            if left <= 0:
                return
            length = _length(self._rubric, item)
            if item.group in self._groups or length > LONGEST or self._length + length > LONGEST_TOGETHER:
                continue
            example = to_example(self._rubric, item)
            if example is not None:
                self._groups.add(item.group)
                self._length += length
                self.items.append(item)
                self.examples.append(example)
                left -= 1


def _kind(item: Item, wrong: tuple[tuple[str, Any], ...]) -> Hashable:
    return tuple((name, str(item.people[name].score), said.shown) for name, said in wrong)


def _values(item: Item) -> Hashable:
    return tuple((name, str(voice.score)) for name, voice in sorted(item.people.items()))


def _by_kind(pairs: Iterable[tuple[Hashable, Item]], answers: Answers) -> list[list[Item]]:
    """Items by kind, the commonest kind first, the most telling item of each first."""
    kinds: dict[Hashable, list[Item]] = defaultdict(list)
    for kind, item in pairs:
        kinds[kind].append(item)
    for group in kinds.values():
        group.sort(key=lambda item: _telling(item, answers))
    return sorted(kinds.values(), key=len, reverse=True)


def _telling(item: Item, answers: Answers) -> tuple[Any, ...]:
    """Sort key: with a reason first, then people of one mind, then where the judge was surest; short ones first."""
    voices = item.people.values()
    certainty = max((said.certainty or 0.0 for said in answers[item.key].values()), default=0.0)
    length = len(item.record.response or "")
    return (not any(v.reason for v in voices), not all(v.unanimous for v in voices), -certainty, length, item.key)


def _in_turn(groups: Sequence[Sequence[Item]]) -> list[Item]:
    longest = max((len(group) for group in groups), default=0)
    return [group[turn] for turn in range(longest) for group in groups if turn < len(group)]


def _fields(rubric: Rubric) -> list[str]:
    return [name for name in TEXT_FIELDS if name in rubric.reads]


def _length(rubric: Rubric, item: Item) -> int:
    held = [item.record.read(name) or "" for name in _fields(rubric)]
    return sum(len(each) if isinstance(each, str) else sum(len(one.text) for one in each) for each in held)


def to_example(rubric: Rubric, item: Item) -> Example | None:
    """A rated item as a worked example; None where it hides or forges text, or where the form does not hold it."""
    if any(piece.signs for name in rubric.reads for piece in materials(item.record, name)):
        return None
    texts: dict[str, Any] = {}
    for name in _fields(rubric):
        held = item.record.read(name)
        if held is not None:
            texts[name] = held if isinstance(held, str) else tuple(each.text for each in held)
    answers = {name: _answer(rubric.criterion(name), voice, texts) for name, voice in item.people.items()}
    try:
        return Example(**texts, answers=answers)
    except ValidationError:
        return None


def _answer(criterion: Criterion, voice: Voice, texts: dict[str, Any]) -> Answer:
    meaning = criterion.scale.values.get(str(voice.score), "")
    quotes = []
    for quote in voice.evidence if criterion.evidence else ():
        source = quote.source.partition("[")[0]
        held = texts.get(source, "")
        whole = held if isinstance(held, tuple) else (held,)
        # The form takes white space away at the ends; only what stands there to the letter may be pointed at.
        if quote.text.strip() and any(quote.text.strip() in text.strip() for text in whole):
            quotes.append(ExampleQuote(source=source, quote=quote.text))
    reason = "" if material("reason", voice.reason).signs else voice.reason
    return Answer(score=_score(criterion, voice), rationale=reason or meaning, evidence=tuple(quotes))


def _score(criterion: Criterion, voice: Voice) -> str | float:
    """People's value as the scale has it: a mean of several ratings is brought to the nearest step."""
    scale = criterion.scale
    if scale.level is not Level.INTERVAL or scale.low is None or scale.step is None:
        return voice.score
    steps = round((float(voice.score) - scale.low) / scale.step)
    return scale.low + steps * scale.step
