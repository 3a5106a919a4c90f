import pytest

from judge.monitoring.alert import Kind
from judge.monitoring.attributing import DOCUMENTS, JUDGE, QUESTIONS, WORDS, attribute
from judge.monitoring.histogram import Histogram
from judge.monitoring.move import Move, Moves

SCORE = "hallucination.supported@0123abcd"


def moved(*names, quiet=()):
    """What a window did: names of series that alarm, with @VERSION where one version does, and scores of others."""
    found = Moves()
    for name in names:
        series, _, version = name.partition(" of ")
        key = (series, version or "*", "*")
        found.alarms.append(Move(*key, 8.0, 20.0, new=True, now=Histogram(), before=Histogram()))
        found.scores[key] = 8.0
    found.scores |= {(series, version, "*"): score for series, version, score in quiet}
    return found


def causes(moves, *, judge=False, versions=("v1", "v2"), newcomers=()):
    found = attribute(moves, judge_moved=judge, versions=versions, newcomers=newcomers)
    return {(cause.key, cause.kind): [move.series for move in (*cause.moves, *cause.followed)] for cause in found}


def test_a_score_that_falls_alone_is_concept_drift():
    """Where nothing else has moved, a score alone is concept drift of its criterion, and topics of it join in."""
    found = causes(moved(SCORE, f"{SCORE}#refund, money"))
    assert found == {("concept:hallucination.supported", Kind.CONCEPT): [SCORE, f"{SCORE}#refund, money"]}


@pytest.mark.parametrize(
    ("series", "key", "kind"),
    [
        ("questions", QUESTIONS, Kind.DATA),
        ("question_length", QUESTIONS, Kind.DATA),
        ("documents", DOCUMENTS, Kind.DATA),
        ("document_length", DOCUMENTS, Kind.DATA),
        ("response_length", "model:all", Kind.MODEL),
        ("latency", "model:all", Kind.MODEL),
        ("words", WORDS, Kind.CONCEPT),
        ("feedback", "concept:people", Kind.CONCEPT),
    ],
)
def test_each_series_has_its_kind(series, key, kind):
    """What comes in is data, how it is answered is model, and thumbs alone are concept."""
    assert causes(moved(series)) == {(key, kind): [series]}


def test_a_score_follows_what_moved_with_it():
    """A score that falls with documents, or with the answers' length, is put down to these, not told by itself."""
    assert causes(moved("documents", SCORE)) == {(DOCUMENTS, Kind.DATA): ["documents", SCORE]}
    assert causes(moved("response_length", SCORE)) == {("model:all", Kind.MODEL): ["response_length", SCORE]}


def test_new_words_among_new_questions_say_what_is_new_in_them():
    """Words are evidence of the questions' alert where that is raised too."""
    assert causes(moved("questions", "words")) == {(QUESTIONS, Kind.DATA): ["questions", "words"]}


def test_one_version_that_moves_owns_it():
    """What moves in one version, while the other holds, is that version's, length and score alike."""
    quiet = [("response_length", "v1", 0.3), (SCORE, "v1", 0.1)]
    found = causes(moved("response_length of v2", f"{SCORE} of v2", quiet=quiet))
    assert found == {("model:version=v2", Kind.MODEL): ["response_length", SCORE]}


def test_both_versions_that_move_own_nothing():
    """What moves in both versions is of all."""
    found = causes(moved("latency of v1", "latency of v2"))
    assert list(found) == [("model:all", Kind.MODEL)]


def test_a_newcomer_alone_is_held_to_account():
    """A version that came after what is normal and is alone now owns what moves in all records together."""
    found = causes(moved("response_length"), versions=("v3",), newcomers={"v3"})
    assert list(found) == [("model:version=v3", Kind.MODEL)]


def test_the_judge_comes_first():
    """Scores that move with the judge are the judge's, whatever version they show in; thumbs are not."""
    found = causes(moved(SCORE, f"{SCORE} of v2", "feedback"), judge=True)
    assert found == {(JUDGE, Kind.JUDGE): [SCORE, SCORE], ("concept:people", Kind.CONCEPT): ["feedback"]}
