from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from judge.models.prices import shipped_prices
from judge.monitoring.histogram import Histogram, log_bin, log_middle, share_bin
from judge.monitoring.language import language_of
from judge.monitoring.signals import sight_of
from judge.monitoring.window import DRAWN, Window, bounds_of, window_of
from judge.records import Document, Record
from judge.settings import PriceTable, Settings

SETTINGS = Settings(prices={"m": PriceTable(prompt=1, completion=2)})


@pytest.mark.parametrize("value", [0, 1, 10, 123.4, 1e6])
def test_log_bins_are_narrow(value):
    """A number lies within a tenth of the middle of its bin, whatever its size."""
    assert log_middle(log_bin(value)) == pytest.approx(value, rel=0.1, abs=0.2)


def test_histograms_add_up():
    """Two histograms together are the histogram of all their values."""
    one, other = Histogram(), Histogram()
    for value in (1, 2):
        one.add(log_bin(value), value)
    other.add(log_bin(2), 2)
    one.merge(other)
    assert (one.n, one.mean, one.squares) == (3, 5 / 3, 9)
    assert one.bins == Counter({log_bin(2): 2, log_bin(1): 1})
    assert Histogram.from_json(one.to_json()) == one
    assert Histogram().mean is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("How do I return my parcel?", "en"),
        ("Wie kann ich das Paket zurückgeben?", "de"),
        ("¿Cómo puedo devolver el paquete?", "es"),
        ("Comment est-ce que je retourne le colis ?", "fr"),
        ("как вернуть посылку", "ru"),
        ("返品できますか", "ja"),
        ("XK-7712", "other"),
    ],
)
def test_languages(text, language):
    """A language is known by its commonest words or its script, and otherwise not guessed."""
    assert language_of(text) == language


@pytest.mark.parametrize(
    ("signal", "changes", "seen"),
    [
        ("latency", {"latency": 1.5}, (log_bin(1500), 1.5)),
        ("latency", {}, None),
        ("errors", {"response": None}, ("yes", 1)),
        ("errors", {"metadata": {"error": "timeout"}}, ("yes", 1)),
        ("errors", {}, ("no", 0)),
        ("feedback", {"feedback": 0}, ("down", 0)),
        ("feedback", {"feedback": 1}, ("up", 1)),
        ("feedback", {}, None),
        ("refusals", {"response": "I'm sorry, I cannot help with that."}, ("yes", 1)),
        ("refusals", {}, ("no", 0)),
        ("repetition", {"response": "a b a b"}, (share_bin(0.5), 0.5)),
        ("sentence_length", {"response": "One two. Three four."}, (log_bin(2), 2)),
        ("document_length", {"documents": (Document("abc"), Document("d"))}, (log_bin(4), 4)),
        ("document_length", {}, None),
        ("document_count", {}, (log_bin(0), 0)),
        ("question_language", {"question": "How do I return it?"}, ("en", 0)),
        ("cost", {"metadata": {"cost": 0.25}}, (log_bin(250_000), 0.25)),
        ("cost", {"model": "m", "prompt_tokens": 1000, "completion_tokens": 500}, (log_bin(2000), 0.002)),
        ("cost", {"model": "nobody/knows", "prompt_tokens": 1, "completion_tokens": 1}, None),
    ],
)
def test_signals(signal, changes, seen):
    """Each signal is what the record says, and nothing where it says nothing."""
    assert shipped_prices()
    record = Record(**({"id": "r", "response": "Fine."} | changes))
    found = sight_of(signal, SETTINGS).see(record)
    assert found == (seen if seen is None else (seen[0], pytest.approx(seen[1])))


def test_windows_begin_where_people_expect():
    """Weeks begin on Mondays and days at midnight UTC."""
    week = timedelta(days=7)
    start, end = bounds_of(window_of(datetime(2026, 10, 7, 13, tzinfo=UTC), week), week)
    assert (start, end) == (datetime(2026, 10, 5, tzinfo=UTC), datetime(2026, 10, 12, tzinfo=UTC))


def test_the_draw_is_of_the_smallest_hashes():
    """A window's draw is the same whatever order the records come in, and survives the store."""
    start, end = bounds_of(0, timedelta(days=1))
    one, other = Window(0, "*", "*", start, end), Window(0, "*", "*", start, end)
    hashes = [(index * 7919) % 10_007 for index in range(1000)]
    for key, hash_ in enumerate(hashes):
        one.draw_in(hash_, key)
    for key, hash_ in reversed(list(enumerate(hashes))):
        other.draw_in(hash_, key)
    assert sorted(one.draw) == sorted(other.draw)
    assert sorted(-hash_ for hash_, _ in one.draw) == sorted(hashes)[:DRAWN]
    assert sorted(Window.from_row(one.to_row(1)).draw) == sorted(one.draw)
