from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from judge.errors import StoreError
from judge.labeling.desk import Ack, Entry, Mark
from judge.labeling.outbox import MAX_NOTE, UnreadableEntryError, handle_outbox, read_entry
from judge.rubric.schema import Rubric
from judge.scores import Reason

NOW = datetime(2026, 3, 1, tzinfo=UTC)
RUBRIC = Rubric.model_validate(
    {
        "name": "mixed",
        "version": 1,
        "title": "Mixed",
        "reads": ["response", "documents"],
        "criteria": [
            {
                "name": "supported",
                "question": "Supported?",
                "scale": {"kind": "binary", "values": {"yes": "", "no": ""}, "good": "yes"},
                "evidence": {"quote": ["response", "documents"], "when": "no"},
            },
            {
                "name": "fluent",
                "question": "Fluent?",
                "scale": {"kind": "interval", "min": 0, "max": 1, "step": 0.25, "good": "high"},
                "not_applicable": "There is no text.",
            },
        ],
    }
)
ITEMS = ("a", "b", "c")


class MemoryDesk:
    """A desk that keeps ratings in a list; it can be told to fail before or after it commits."""

    study = "memory"
    rubric = RUBRIC
    lease_seconds = 60.0

    def __init__(self):
        self.rows: list[tuple[str, str, int, Entry]] = []
        self.calls = 0
        self.fails = ""

    def save(self, annotator, entries, now):
        """Commit, or fail as told."""
        assert (annotator, now) == ("ana", NOW)
        self.calls += 1
        if self.fails == "before":
            raise StoreError("the lights went out")
        acks = [self._save(entry) for entry in entries]
        if self.fails == "after":
            raise StoreError("the lights went out")
        return acks

    def _save(self, entry):
        for key, _, version, _ in self.rows:
            if key == entry.key:
                return Ack(key, saved=True, version=version)
        if entry.item not in ITEMS:
            return Ack(entry.key, saved=False, reason="not yours")
        version = 1 + sum(item == entry.item for _, item, _, _ in self.rows)
        self.rows.append((entry.key, entry.item, version, entry))
        return Ack(entry.key, saved=True, version=version)


def payload(key="k" * 8, item="a", **changes):
    return {"key": key, "item": item, "scores": {"supported": "yes", "fluent": 0.5}, "seconds": 2.5} | changes


class Browser(RuleBasedStateMachine):
    """A browser with an outbox, a network that loses, repeats and reorders, and a server that dies at any moment."""

    def __init__(self):
        super().__init__()
        self.desk = MemoryDesk()
        self.pressed = []
        self.outbox = []
        self.under_way = []
        self.answers = []
        self.memory = {}

    @rule(item=st.sampled_from(ITEMS), value=st.sampled_from(["yes", "no"]))
    def press(self, item, value):
        """A value key on an item."""
        key = f"key{len(self.pressed):08}"
        scores = {"supported": value, "fluent": 0.25}
        self.pressed.append((key, item, value))
        self.outbox.append(payload(key, item, scores=scores))

    @precondition(lambda self: self.outbox)
    @rule()
    def send(self):
        """All that is not acknowledged goes out."""
        self.under_way.append(list(self.outbox))

    @precondition(lambda self: self.under_way)
    @rule(data=st.data(), fails=st.sampled_from(["", "", "before", "after"]), stays=st.booleans())
    def arrive(self, data, fails, stays):
        """A message reaches the server, perhaps twice, perhaps while it dies."""
        place = data.draw(st.integers(0, len(self.under_way) - 1))
        message = self.under_way[place] if stays else self.under_way.pop(place)
        self.desk.fails = fails
        try:
            result = handle_outbox(message, self.desk, "ana", NOW, known=self.memory)
        except StoreError:
            self.memory = {}
        else:
            self.memory = {ack.key: ack for ack in result.acks}
            self.answers.append(result.saved)
        self.desk.fails = ""

    @precondition(lambda self: self.under_way)
    @rule(data=st.data())
    def lose(self, data):
        """A message is lost."""
        self.under_way.pop(data.draw(st.integers(0, len(self.under_way) - 1)))

    @precondition(lambda self: self.answers)
    @rule(data=st.data())
    def acknowledge(self, data):
        """An answer reaches the browser, perhaps late."""
        saved = self.answers.pop(data.draw(st.integers(0, len(self.answers) - 1)))
        self.outbox = [entry for entry in self.outbox if entry["key"] not in saved]

    @rule()
    def reload(self):
        """The session is gone, with what it remembered."""
        self.memory = {}
        self.answers = []

    @invariant()
    def nothing_acknowledged_is_missing(self):
        """What the browser has let go of is stored."""
        stored = {key for key, *_ in self.desk.rows}
        waiting = {entry["key"] for entry in self.outbox}
        assert {key for key, *_ in self.pressed} <= stored | waiting

    def teardown(self):
        """At last everything arrives: once each, in the order of the presses, as pressed."""
        result = handle_outbox(self.outbox, self.desk, "ana", NOW)
        assert set(result.saved) == {entry["key"] for entry in self.outbox}
        for name in ITEMS:
            wanted = [(key, value) for key, item, value in self.pressed if item == name]
            found = [(key, entry.answers[0].score) for key, item, _, entry in self.desk.rows if item == name]
            assert found == wanted
            assert [version for _, item, version, _ in self.desk.rows if item == name] == [*range(1, len(found) + 1)]


Browser.TestCase.settings = settings(
    max_examples=60, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
test_every_press_is_stored_once_as_pressed = Browser.TestCase


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
NAMED = st.sampled_from(["key", "item", "scores", "marks", "skip", "note", "seconds", "pressed", "flagged"])


@settings(max_examples=150, deadline=None)
@given(st.lists(JSON | st.dictionaries(NAMED, JSON | st.just("k" * 8), max_size=9), max_size=5) | JSON)
def test_no_payload_whatever_breaks_it(entries):
    """Anything a browser could send is saved, refused with a reason, or counted as unreadable; nothing escapes."""
    desk = MemoryDesk()
    result = handle_outbox(entries, desk, "ana", NOW)
    sent = entries if isinstance(entries, list) else []
    assert len(result.acks) + result.unreadable <= len(sent)
    assert {key for key, *_ in desk.rows} == set(result.saved)
    assert all(ack.reason for ack in result.refused)


def test_known_keys_are_not_asked_again():
    """Acknowledgements of the same session spare the database the question."""
    desk = MemoryDesk()
    first = handle_outbox([payload()], desk, "ana", NOW)
    again = handle_outbox([payload()], desk, "ana", NOW, known={ack.key: ack for ack in first.acks})
    assert again.acks == first.acks
    assert desk.calls == 1


def test_refusals_do_not_hold_back_what_follows():
    """A rating the desk refuses is refused with its reason, and the ones around it are saved."""
    desk = MemoryDesk()
    entries = [payload("a" * 8), payload("b" * 8, item="elsewhere"), payload("c" * 8, item="c")]
    result = handle_outbox(entries, desk, "ana", NOW)
    assert result.saved == ("a" * 8, "c" * 8)
    assert [(ack.key, ack.reason) for ack in result.refused] == [("b" * 8, "not yours")]


def test_an_entry_that_the_desk_does_not_answer_is_not_acknowledged():
    """What the desk leaves out is neither saved nor refused, so the browser keeps it."""

    class Silent(MemoryDesk):
        def save(self, *_args):
            """Nothing to say."""
            return []

    assert handle_outbox([payload()], Silent(), "ana", NOW).acks == ()


def test_an_entry_is_read_whole():
    """Scores, evidence, remark, flag and time arrive as they were given."""
    marks = {"supported": [{"source": "documents[2]", "start": 3, "end": 9}], "fluent": [{"source": "response"}]}
    scores = {"supported": "no", "fluent": "not_applicable"}
    more = {"note": "odd", "flagged": True, "pressed": "2026-03-01T10:00:00.000Z"}
    entry = read_entry(payload(scores=scores, marks=marks, **more), RUBRIC)
    supported, fluent = entry.answers
    assert (supported.score, supported.marks) == ("no", (Mark("documents[2]", 3, 9),))
    assert fluent.abstention.reason is Reason.NOT_APPLICABLE
    assert (entry.note, entry.flagged, entry.seconds) == ("odd", True, 2.5)
    assert entry.pressed == datetime(2026, 3, 1, 10, tzinfo=UTC)


def test_a_skip_abstains_on_every_criterion_with_its_reason():
    """Skipping says why, on each criterion, and gives no score."""
    entry = read_entry(payload(skip="I cannot read the language"), RUBRIC)
    assert [(a.score, a.abstention.reason, a.abstention.detail) for a in entry.answers] == [
        (None, Reason.SKIPPED, "I cannot read the language")
    ] * 2


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"item": ""}, "which item"),
        ({"item": "x" * 65}, "which item"),
        ({"scores": None}, "no scores"),
        ({"scores": {"supported": "yes"}}, "'None' is not on the scale of 'fluent'"),
        ({"scores": {"supported": "maybe", "fluent": 0.5}}, "'maybe' is not on the scale of 'supported'"),
        ({"scores": {"supported": "not_applicable", "fluent": 0.5}}, "'not_applicable' is not on the scale"),
        ({"scores": {"supported": "yes", "fluent": 0.3}}, "'0.3' is not on the scale of 'fluent'"),
        ({"scores": {"supported": "yes", "fluent": True}}, "'True' is not on the scale of 'fluent'"),
        ({"scores": {"supported": "yes", "fluent": 0, "more": 1}}, "no criterion 'more'"),
        ({"marks": {"supported": ["x"]}}, "a mark says nothing"),
        ({"marks": {"supported": [{"source": "question", "start": 0, "end": 1}]}}, "takes no evidence from"),
        ({"marks": {"supported": [{"source": "response", "start": 2, "end": 2}]}}, "no beginning and end"),
        ({"marks": {"supported": [{"source": "response", "start": False, "end": 2}]}}, "no beginning and end"),
        ({"marks": {"supported": [{}] * 201}}, "at most 200 marks"),
    ],
)
def test_what_the_rubric_does_not_allow_is_refused_with_words(changes, message):
    """An answer off the rubric is refused, and the annotator can read why."""
    with pytest.raises(UnreadableEntryError, match=message):
        read_entry(payload(**changes), RUBRIC)


def test_broken_text_and_times_do_no_harm():
    """A remark is cut and made storable; times that are none are left out."""
    broken = {"note": "\ud800" + "x" * (MAX_NOTE + 5), "pressed": "yesterday", "seconds": float("nan")}
    entry = read_entry(payload(**broken), RUBRIC)
    assert entry.note == "?" + "x" * (MAX_NOTE - 1)
    assert (entry.pressed, entry.seconds) == (None, 0.0)
