import re
import string

from hypothesis import given, settings
from hypothesis import strategies as st

from judge.metrics.words import stands_alone, words


@settings(deadline=None, max_examples=100)
@given(st.text(alphabet=string.printable))
def test_ascii_text_is_cut_as_rouge_score_cuts_it(text):
    """On ASCII text the words are those of the package's default tokenizer, so published figures can be compared."""
    assert words(text) == re.sub(r"[^a-z0-9]+", " ", text.lower()).split()


def test_words_of_other_scripts_stay_whole():
    """Umlauts, Greek, Cyrillic and Devanagari words with vowel signs are one word each."""
    assert words("Größe, Ελλάδα; привет — नमस्ते दुनिया") == ["größe", "ελλάδα", "привет", "नमस्ते", "दुनिया"]


def test_composed_and_decomposed_letters_are_the_same_word():
    """An umlaut typed as two code points is the word typed as one."""
    assert words("gro\u0308ßer") == words("größer")


def test_scripts_without_blanks_are_cut_into_characters():
    """Chinese and Japanese characters stand alone, and Latin words between them stay whole."""
    assert words("退货期限30天 OK です") == ["退", "货", "期", "限", "30", "天", "ok", "で", "す"]


def test_spaced_scripts_do_not_stand_alone():
    """Latin, Greek and Korean (which writes blanks) are not cut into characters."""
    assert not any(map(stands_alone, "aéΩж한"))
