import pytest

from judge.errors import UsageError
from judge.store.splits import Split, Splits, group_name


def test_shares_are_kept():
    """Of many groups about the declared shares fall on each side, and the same seed splits them the same."""
    sides = [Splits(seed=3, tune=0.2, held_out=0.3).of(f"g{n}") for n in range(4000)]
    assert sides.count(Split.TUNE) == pytest.approx(800, abs=90)
    assert sides.count(Split.HELD_OUT) == pytest.approx(1200, abs=100)
    assert sides == [Splits(seed=3, tune=0.2, held_out=0.3).of(f"g{n}") for n in range(4000)]
    assert sides != [Splits(seed=4, tune=0.2, held_out=0.3).of(f"g{n}") for n in range(4000)]


@pytest.mark.parametrize("shares", [(0, 0.3), (0.5, 0.5), (0.7, 0.4)])
def test_something_is_left_for_calibration(shares):
    """Shares that leave a side empty are refused, with what to write instead."""
    with pytest.raises(UsageError, match=r"share above 0(.|\n)*--shares 0.3,0.3"):
        Splits(tune=shares[0], held_out=shares[1])


def test_what_belongs_together():
    """A record goes with its group, else with its conversation, else alone; names of the three never meet."""
    names = [
        group_name("a", group="a", conversation="a"),
        group_name("a", group=None, conversation="a"),
        group_name("a", group=None, conversation=None),
    ]
    assert len(set(names)) == 3
    assert group_name("b", group="a", conversation=None) == names[0]
