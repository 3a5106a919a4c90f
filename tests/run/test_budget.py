import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge.errors import BudgetError, UsageError
from judge.run.budget import Budget


def test_reserve_up_to_the_cap_and_not_beyond():
    """Reservations and spending together never cross the cap."""
    budget = Budget(1.0)
    first = budget.reserve(0.6)
    assert budget.reserve(0.5) is None
    budget.settle(first, 0.1)
    assert budget.reserve(0.5) == 0.5
    assert budget.spent == pytest.approx(0.1)


def test_what_cannot_fit_is_refused_and_not_waited_for():
    """A call that would cross the cap even if everything in flight were free, or with nothing in flight, is refused."""
    budget = Budget(1.0, spent=0.6)
    held = budget.reserve(0.3)
    with pytest.raises(BudgetError, match=r"could cross the cap of \$1 (.|\n)*higher --max-cost"):
        budget.reserve(0.5)
    budget.settle(held, None)
    with pytest.raises(BudgetError):
        budget.reserve(0.3)


def test_unknown_cost_is_booked_at_its_bound():
    """A call whose cost is unknown counts as the most it can have cost."""
    budget = Budget(1.0)
    budget.settle(budget.reserve(0.6), None)
    assert budget.spent == pytest.approx(0.6)


def test_what_was_spent_before_counts():
    """A resumed run keeps to the same cap."""
    with pytest.raises(BudgetError):
        Budget(1.0, spent=0.9).reserve(0.2)


def test_unknown_price_cannot_be_capped():
    """A cap on a model of unknown price is refused before anything is sent, with what to write."""
    with pytest.raises(UsageError, match=r"price of this model is unknown(.|\n)*\[prices"):
        Budget(1.0).reserve(None)
    assert Budget(None).reserve(None) == 0.0


def test_negative_cap():
    """A cap below zero is a mistake."""
    with pytest.raises(UsageError, match=r"--max-cost: a cap is 0 or more"):
        Budget(-1)


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1))), st.floats(0, 2))
def test_spend_never_crosses_the_cap(calls, cap):
    """Whatever calls come, if each costs at most its bound, the sum stays at or below the cap."""
    budget = Budget(cap)
    for ceiling, share in calls:
        try:
            held = budget.reserve(ceiling)
        except BudgetError:
            continue
        budget.settle(held, ceiling * share)
    assert budget.spent <= cap + 1e-9
