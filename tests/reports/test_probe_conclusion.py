from __future__ import annotations

import pytest

from judge.probing.outcomes import FamilyResult, kind_of
from judge.reports.probe_conclusion import conclusion
from judge.stats.intervals import Refused, wilson
from judge.stats.proportions import excess

NONE = Refused("nothing to try", "", "")


def _family(name, hits, tried=20, noise=0):
    """A family that hit so often; no repeats where the noise is None."""
    rate = wilson(hits, tried) if tried else NONE
    base = NONE if noise is None else wilson(noise, tried or 1)
    above = excess(rate, base) if tried and noise is not None else NONE
    return FamilyResult("supported", name, kind_of(name), tried, tried, {}, 0, rate, base, above, NONE)


@pytest.mark.parametrize(
    ("results", "said"),
    [
        ([_family("override", 0, 0), _family("number", 0)], "It calls every record good, spoilt or not, so"),
        ([_family("override", 0), _family("number", 0)], "Its good scores say little: it misses most of what is"),
        ([_family("number", 20), _family("negation", 0)], "It misses most records spoilt in some ways (negation), so"),
        ([_family("override", 18), _family("number", 0, 0)], "It calls none of these records good, so nobody knows"),
        ([_family("forged_turn", 18), _family("number", 20)], "It can be talked into a score (forged turn)."),
        ([_family("forged_turn", 18, noise=None)], "It can be talked into a score (forged turn)."),
        ([_family("override", 3, noise=1), _family("number", 20)], "Nothing was found against it, on 20 records."),
        ([_family("override", 10, noise=9)], "Asked the same again it moves by itself, up to 45.0 % of the time."),
        ([_family("label_order", 15)], "Its scores hang on order or wording (label order)."),
        ([_family("override", 0, 0), _family("number", 0, 0)], "Nothing could be tried; the reasons stand below."),
    ],
)
def test_one_sentence_says_what_the_intervals_settle(results, said):
    """Each picture of a judge has its own conclusion, and noise is none."""
    assert conclusion(results).startswith(said)


def test_what_speaks_against_a_judge_stands_together():
    """A judge that misses, is talked over and turns with the order is told all three."""
    told = conclusion([_family("override", 18), _family("number", 0), _family("label_order", 15)])
    assert told.count(";") == 2


def test_long_lists_are_cut_and_counted():
    """Five families stand for all that talked it over."""
    names = ("override", "appeal", "claim", "persona", "hidden", "split", "encoded")
    assert conclusion([_family(name, 18) for name in names]).endswith(
        "(override, appeal, claim, persona, hidden and 2 more)."
    )
