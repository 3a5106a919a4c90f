from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.rubric.hidden_text import is_hidden, show_hidden

ZWNJ, ZWJ, ZWSP, LRM, RLM, RLO, PDF, RLI, PDI = (
    chr(c) for c in (0x200C, 0x200D, 0x200B, 0x200E, 0x200F, 0x202E, 0x202C, 0x2067, 0x2069)
)
VISIBLE_FORMATS = {0x600, 0x601, 0x602, 0x603, 0x604, 0x605, 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
"""Arabic, Syriac and Kaithi signs that Unicode calls formats although they are drawn."""


def tags(text: str) -> str:
    """ASCII smuggled as tag characters."""
    return "".join(chr(0xE0000 + ord(letter)) for letter in text)


def test_every_format_control_and_surrogate_of_unicode_is_hidden_but_tab_and_line_feed():
    """No character that is not drawn slips through."""
    missed = [
        hex(code)
        for code in range(sys.maxunicode + 1)
        if unicodedata.category(chr(code)) in {"Cf", "Cc", "Cs"}
        and code not in VISIBLE_FORMATS
        and not is_hidden(chr(code))
        and chr(code) not in "\t\n"
    ]
    assert missed == []
    assert not is_hidden("\t")
    assert not is_hidden("\n")


@pytest.mark.parametrize(
    ("text", "shown", "kinds"),
    [
        ("Good." + tags("hi"), "Good.⟦U+E0068⟧⟦U+E0069⟧", ("tag",)),
        ("pass\u200bword", "pass⟦U+200B⟧word", ("zero_width",)),
        ("a\u2060b\ufeffc", "a⟦U+2060⟧b⟦U+FEFF⟧c", ("zero_width",)),
        ("a" + ZWNJ + "b", "a⟦U+200C⟧b", ("zero_width",)),
        ("abc" + RLO + "fed" + PDF, "abc⟦U+202E⟧fed⟦U+202C⟧", ("bidi",)),
        ("a" + RLI + "b" + PDI, "a⟦U+2067⟧b⟦U+2069⟧", ("bidi",)),
        ("a\0b", "a⟦U+0000⟧b", ("control",)),
        ("\x1b[31mred\x07", "⟦U+001B⟧[31mred⟦U+0007⟧", ("control",)),
        ("x\ud800y", "x⟦U+D800⟧y", ("surrogate",)),
        ("a\ufe01", "a⟦U+FE01⟧", ("variation",)),
        ("😀\U000e0148\U000e0155", "😀⟦U+E0148⟧⟦U+E0155⟧", ("variation",)),
        ("☺\ufe0f\ufe0f", "☺\ufe0f⟦U+FE0F⟧", ("variation",)),
        ("a\u3164b\u2800", "a⟦U+3164⟧b⟦U+2800⟧", ("filler",)),
        ("x\ufff9y", "x⟦U+FFF9⟧y", ("format",)),
        ("\u180ba", "⟦U+180B⟧a", ("variation",)),
    ],
)
def test_hidden_characters_are_shown_and_named(text, shown, kinds):
    """Each kind of hiding is written out by code point and flagged by kind."""
    assert show_hidden(text) == (shown, kinds)


@pytest.mark.parametrize(
    "text",
    [
        "Plain text,\twith a tab\nand a line.",
        "می" + ZWNJ + "خواهم",  # Persian: "I want"
        "क्" + ZWJ + "ष",  # Devanagari half form
        "ශ්" + ZWJ + "රී",  # Sinhala
        "👩" + ZWJ + "👩" + ZWJ + "👧",  # family
        "🏳️" + ZWJ + "🌈",  # rainbow flag
        "👩🏽" + ZWJ + "⚕️",  # health worker, skin tone
        "❤️ ☎︎ 1️⃣ ©️",
        "\U0001f3f4" + tags("gbsct") + "\U000e007f",  # flag of Scotland
        "שלום" + RLM + "!",
        "مرحبا " + LRM + "ABC",
        "ภาษา" + ZWSP + "ไทย",  # Thai line break
        "葛\U000e0100城",  # ideographic variation
        "ᠮᠣᠩ\u180b",  # Mongolian
        "⠓\u2800⠊",  # Braille
        "가\u1160\u1100",
    ],
)
def test_what_scripts_and_emoji_need_stays_as_it_is(text):
    """Honest uses are neither shown nor flagged."""
    assert show_hidden(text) == (text, ())


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ver\u00adsicherung", "Ver⟦U+00AD⟧sicherung"),
        ("\ufeffStart", "⟦U+FEFF⟧Start"),
        ("page one\fpage two", "page one⟦U+000C⟧page two"),
        ("don\x92t", "don⟦U+0092⟧t"),
        ("Gombe " + LRM + "killed", "Gombe ⟦U+200E⟧killed"),
        ("one\r\ntwo", "one\ntwo"),
        ("one\rtwo", "one⟦U+000D⟧two"),
        ("אבג " + RLI + "abc" + PDI, "אבג ⟦U+2067⟧abc⟦U+2069⟧"),
    ],
)
def test_what_ordinary_files_hold_is_shown_without_a_flag(text, shown):
    """Soft hyphens, form feeds, wrong encodings and a lone mark are no attack."""
    assert show_hidden(text) == (shown, ())


def test_an_override_is_flagged_even_among_right_to_left_text():
    """No ordinary text needs an override."""
    assert show_hidden("אבג" + RLO + "abc")[1] == ("bidi",)


def test_runs_of_joiners_are_flagged_even_where_one_is_spelling():
    """One non-joiner is Persian, eight in a row are a message."""
    assert show_hidden("می" + ZWNJ * 8 + "خواهم")[1] == ("zero_width",)
    assert show_hidden("x " + LRM * 2 + "y")[1] == ("bidi",)


def test_a_flag_that_is_none_of_the_three_is_smuggling():
    """Tag characters after a black flag are honest for three places of the world."""
    assert show_hidden("\U0001f3f4" + tags("ignore") + "\U000e007f")[1] == ("tag",)


@given(st.text(max_size=80))
@settings(deadline=None, max_examples=200)
def test_everything_visible_is_kept(text):
    """Taking the escapes out of the shown text gives the text without its hidden characters."""
    shown, kinds = show_hidden(text)
    rest = [c for c in text if not is_hidden(c)]
    assert [c for c in _without_escapes(shown) if not is_hidden(c)] == rest
    assert list(kinds) == sorted(set(kinds))


@given(st.text(alphabet=st.characters(categories=["Cf", "Cs"]), min_size=1, max_size=20))
@settings(deadline=None, max_examples=100)
def test_text_of_hidden_characters_alone_shows_no_fewer_marks_than_it_hides(text):
    """Nothing hidden is dropped in silence, and everything shown can be sent as UTF-8."""
    shown, _ = show_hidden(text)
    kept = sum(is_hidden(c) for c in shown)
    assert shown.count("⟦") + kept + sum(ord(c) in VISIBLE_FORMATS for c in text) >= len(text)
    assert shown.encode("utf-8")


def _without_escapes(shown: str) -> str:
    parts = shown.split("⟦U+")
    return parts[0] + "".join(part.partition("⟧")[2] for part in parts[1:])
