"""Opinions: what stands beside or against an answer, as the bench shows it: raters, the right answer, a judge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from judge.scales import NOT_APPLICABLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from judge.labeling.adjudicating import JudgeOpinion
    from judge.labeling.cases import Case
    from judge.labeling.training import Feedback
    from judge.rubric.schema import Rubric
    from judge.scales import Score
    from judge.scores import Quote

Opinion = dict[str, Any]


def value_words(score: Score | None, reason: str = "") -> str:
    """A value in words for people: the value, or why there is none."""
    if NOT_APPLICABLE in {score, reason}:
        return "does not apply"
    if score is None:
        return reason.replace("_", " ") or "no answer"
    return f"{score:g}" if isinstance(score, float) else str(score)


def voices_data(case: Case, rubric: Rubric) -> dict[str, Any]:
    """What the raters of an item said, as letters, on the criteria they differ on and on those they agree on."""
    opinions = {
        name: [
            _opinion(voice.rater, value_words(voice.score, voice.reason), voice.note, voice.evidence)
            for voice in voices
        ]
        for name, voices in case.voices.items()
    }
    return {"title": "What the raters said", "groups": _groups(opinions, rubric)}


def feedback_data(feedback: Sequence[Feedback], rubric: Rubric) -> dict[str, Any]:
    """What would have been right, beside what was said."""
    opinions = {each.criterion: [_right(each)] for each in feedback}
    return {"title": "The right answer", "groups": _groups(opinions, rubric)}


def judges_data(said: Mapping[str, Sequence[JudgeOpinion]], case: Case, rubric: Rubric) -> dict[str, Any]:
    """What was decided and what judges said of it; only of criteria that are decided."""
    opinions: dict[str, list[Opinion]] = {}
    for name, decision in case.decisions.items():
        times = f", decided {decision.version} times" if decision.version > 1 else ""
        about = f"{decision.by}, {decision.decided:%d %b %Y %H:%M} UTC{times}"
        opinions[name] = [_opinion("✓", value_words(decision.score), decision.note, (), about=about, tone="good")]
        opinions[name] += [_judge(each, decision.score) for each in said.get(name, ())]
    return {"title": "The decision, and what the judge had said", "groups": _groups(opinions, rubric)}


def _right(feedback: Feedback) -> Opinion:
    given = value_words(feedback.given, "nothing")
    about = "" if feedback.agrees else f"You said: {given}"
    sign, tone = ("✓", "good") if feedback.agrees else ("≠", "bad")
    return _opinion(sign, value_words(feedback.right), feedback.why, feedback.evidence, about=about, tone=tone)


def _judge(said: JudgeOpinion, decided: Score) -> Opinion:
    tone = "" if said.score is None else "good" if said.score == decided else "bad"
    about = f"{said.model}, run {said.run}"
    value = value_words(said.score, said.reason)
    return _opinion("judge", value, said.rationale, said.evidence, about=about, tone=tone)


def _opinion(who: str, value: str, text: str, evidence: Iterable[Quote], *, about: str = "", tone: str = "") -> Opinion:
    quotes = [
        {"source": quote.source, "text": quote.text, "start": quote.start, "end": quote.end, "role": quote.role}
        for quote in evidence
    ]
    return {"who": who, "value": value, "text": text, "about": about, "tone": tone, "quotes": quotes}


def _groups(opinions: Mapping[str, list[Opinion]], rubric: Rubric) -> list[dict[str, Any]]:
    several = len(rubric.criteria) > 1
    return [
        {"question": criterion.question if several else "", "opinions": opinions[criterion.name]}
        for criterion in rubric.criteria
        if criterion.name in opinions
    ]
