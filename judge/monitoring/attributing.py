"""Attributing: the alarms of one window, brought together by what caused them: data, concept, model or judge."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from judge.monitoring.alert import Kind
from judge.monitoring.move import ABSTAINED, BACK, Move, Moves
from judge.monitoring.signals import SIGHTS
from judge.store.watches import ALL

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

QUESTIONS: Final = "data:questions"
DOCUMENTS: Final = "data:documents"
JUDGE: Final = "judge"

WORDS: Final = "concept:words"

_ASPECTS: Final = {"questions": "input", "documents": "documents", "cost": "system", "words": "words"}


@dataclass(slots=True)
class Cause:
    """What moved, and everything that moved with it.

    Attributes:
        key: What it is about: ``data:questions``, ``model:version=V``, ``concept:SERIES``, ``judge``.
        kind: What kind of drift it is.
        moves: The series that show it, the strongest first.
        followed: Scores and feedback that moved because of it.
    """

    key: str
    kind: Kind
    moves: list[Move] = field(default_factory=list)
    followed: list[Move] = field(default_factory=list)

    @property
    def new(self) -> bool:
        """Whether one of its series has left just now."""
        return any(move.new for move in (*self.moves, *self.followed))


def aspect_of(series: str) -> str:
    """What of the system a series is about: its input, documents, output, how it runs, its users, or a score."""
    if series in _ASPECTS:
        return _ASPECTS[series]
    return SIGHTS[series].aspect if series in SIGHTS else "score"


def attribute(
    moves: Moves, *, judge_moved: bool, versions: Sequence[str], newcomers: Collection[str] = ()
) -> list[Cause]:
    """Bring alarms together by their cause.

    What came in (questions, documents) is data drift, whatever follows. How the system answers (length, style, latency,
    refusals) is model drift, of the one version where it shows or of all. A score that moved is put down to the judge
    where the judge itself was seen to move, to the version where it moved in one version only, else to the data that
    moved at the same time; where nothing of that did, the same kind of question is answered differently well now:
    concept drift.

    Args:
        moves: What all series did.
        judge_moved: Whether the judge was seen to move in this window.
        versions: The versions of this window that had records enough to be looked at.
        newcomers: Versions that came after what is normal: one that is alone now is held against those before it.
    """
    causes: dict[str, Cause] = {}
    by_aspect: dict[str, list[Move]] = {}
    for move in sorted(moves.alarms, key=lambda each: -abs(each.score)):
        by_aspect.setdefault(aspect_of(move.series), []).append(move)
    for aspect, key in (("input", QUESTIONS), ("documents", DOCUMENTS)):
        for move in by_aspect.get(aspect, []):
            _cause(causes, _input_key(move, key, by_aspect), Kind.DATA).moves.append(move)
    for move in by_aspect.get("words", []):
        # New words among questions that are new altogether say what is new in them.
        among = QUESTIONS in causes
        cause = _cause(causes, QUESTIONS if among else WORDS, Kind.DATA if among else Kind.CONCEPT)
        (cause.followed if among else cause.moves).append(move)
    alone = versions[0] if len(versions) == 1 and versions[0] in newcomers else None
    outputs = [*by_aspect.get("output", []), *by_aspect.get("system", [])]
    for move in outputs:
        owner = f"version={alone}" if alone else _owner(move, outputs, moves, versions)
        _cause(causes, f"model:{owner}", Kind.MODEL).moves.append(move)
    for move in [*by_aspect.get("score", []), *by_aspect.get("people", [])]:
        _follow(causes, move, moves, judge_moved=judge_moved, versions=versions)
    return list(causes.values())


def _input_key(move: Move, key: str, by_aspect: dict[str, list[Move]]) -> str:
    # The number of tokens read follows from questions and documents alike.
    if move.series == "prompt_tokens" and "documents" in by_aspect:
        return DOCUMENTS
    return key


def _cause(causes: dict[str, Cause], key: str, kind: Kind) -> Cause:
    return causes.setdefault(key, Cause(key, kind))


def _owner(move: Move, alarms: Iterable[Move], moves: Moves, versions: Sequence[str]) -> str:
    """``version=V`` where the alarms of a series are that version's, ``segment=S`` likewise, else ``all``."""
    same = [each for each in alarms if each.series == move.series]
    guilty = sorted({each.version for each in same if each.version != ALL})
    if len(guilty) == 1 and _others_held(move.series, guilty[0], moves, versions):
        return f"version={guilty[0]}"
    segments = sorted({each.segment for each in same if each.segment != ALL})
    pooled = any(each.version == ALL and each.segment == ALL for each in same)
    if not guilty and not pooled and len(segments) == 1:
        return f"segment={segments[0]}"
    leaning = _leaning(move.series, moves, versions)
    return f"version={leaning}" if leaning is not None else "all"


def _others_held(series: str, version: str, moves: Moves, versions: Sequence[str]) -> bool:
    others = [moves.scores.get((series, other, ALL)) for other in versions if other != version]
    own = abs(moves.scores.get((series, version, ALL), 0.0))
    return bool(others) and all(other is None or abs(other) < max(BACK, own / 2) for other in others)


def _leaning(series: str, moves: Moves, versions: Sequence[str]) -> str | None:
    """The one version that moved where the pooled series gave the alarm; None where there is not just one."""
    strong = [each for each in versions if abs(moves.scores.get((series, each, ALL), 0.0)) >= 2 * BACK]
    if len(strong) == 1 and len(versions) > 1 and _others_held(series, strong[0], moves, versions):
        return strong[0]
    return None


def _follow(causes: dict[str, Cause], move: Move, moves: Moves, *, judge_moved: bool, versions: Sequence[str]) -> None:
    score = aspect_of(move.series) == "score"
    if score and judge_moved:
        _cause(causes, JUDGE, Kind.JUDGE).followed.append(move)
        return
    owner = _owner(move, moves.alarms, moves, versions)
    if owner.startswith("version="):
        _cause(causes, f"model:{owner}", Kind.MODEL).followed.append(move)
        return
    data = [causes[key] for key in (DOCUMENTS, QUESTIONS) if key in causes]
    models = [cause for cause in causes.values() if cause.kind is Kind.MODEL]
    if data:
        data[0].followed.append(move)
    elif models:
        models[0].followed.append(move)
    else:
        name = move.series.removesuffix(ABSTAINED).partition("@")[0] if score else "people"
        _cause(causes, f"concept:{name}", Kind.CONCEPT).moves.append(move)
