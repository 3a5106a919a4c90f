from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from judge.models.retries import Backoff, RetryBudget


def jitter(seed):
    """A generator for jitter."""
    return Random(seed)  # noqa: S311 - jitter is no secret


@settings(deadline=None, max_examples=100)
@given(st.integers(1, 2000), st.integers(0, 1000))
def test_backoff_stays_in_its_range(attempt, seed):
    """The wait is drawn from 0 to base * 2^n, and never more than 20 s, however many attempts there were."""
    wait = Backoff().wait(min(attempt, 1000), None, jitter(seed))
    assert 0 <= wait <= min(20.0, 0.5 * 2.0 ** min(attempt, 10))


def test_backoff_uses_its_whole_range():
    """Full jitter: waits spread over the whole range, low ones included."""
    waits = [Backoff().wait(3, None, jitter(seed)) for seed in range(500)]
    assert min(waits) < 0.1
    assert max(waits) > 3.9
    assert 1.8 < sum(waits) / len(waits) < 2.2


@settings(deadline=None, max_examples=100)
@given(st.floats(0.001, 86_400), st.integers(0, 1000))
def test_what_is_asked_for_is_waited(asked, seed):
    """A wait that the provider asks for is kept in full and hardly exceeded."""
    wait = Backoff().wait(1, asked, jitter(seed))
    assert asked <= wait <= asked + min(1.0, asked / 10)


def test_the_budget_follows_the_requests():
    """Retries are a share of first attempts, beyond the reserve."""
    budget = RetryBudget(share=0.5, reserve=2)
    assert [budget.spend() for _ in range(3)] == [True, True, False]
    budget.earn()
    assert not budget.spend()
    budget.earn()
    assert [budget.spend(), budget.spend()] == [True, False]


def test_the_budget_saves_up_no_more_than_its_reserve():
    """A long good time does not pay for a storm of retries later."""
    budget = RetryBudget(share=0.5, reserve=3)
    for _ in range(1000):
        budget.earn()
    assert sum(budget.spend() for _ in range(10)) == 3
