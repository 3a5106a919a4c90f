import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.models.prices import FREE, ceiling, cost, most_prompt_tokens, price_of, shipped_prices
from judge.models.request import Price
from judge.settings import Settings
from provider.questions import question


def test_the_shipped_table_says_when_and_whence():
    """The table has a date, a source, and sane prices for three providers."""
    table = shipped_prices()
    assert table.version.startswith("20")
    assert table.source
    assert {name.partition("/")[0] for name in table.prices} == {"openai", "anthropic", "gemini"}
    assert all(0 < price.prompt <= price.completion for price in table.prices.values())
    assert all(price.prompt_above > price.prompt for price in table.prices.values() if price.above)


def test_a_dated_name_has_the_price_of_its_model():
    """Snapshots cost what their model costs."""
    plain = price_of("openai/gpt-5-mini", Settings())
    assert plain is not None
    assert price_of("openai/gpt-5-mini-2025-08-07", Settings()) == plain
    assert price_of("anthropic/claude-sonnet-4-5-20250929", Settings()) == price_of(
        "anthropic/claude-sonnet-4-5", Settings()
    )


def test_an_unknown_model_has_no_price():
    """Unknown is unknown, not zero."""
    assert price_of("local/qwen", Settings()) is None
    assert cost(None, 10, 10) is None
    assert ceiling(None, 10, 10) is None


@pytest.mark.parametrize("name", ["openai/gpt-5-mini", "gpt-5-mini"])
def test_the_operators_price_goes_first(name):
    """A price in judge.toml replaces the shipped one, under the spelling or the model's name."""
    own = Settings.model_validate({"prices": {name: {"prompt": 1, "completion": 2}}})
    assert price_of("openai/gpt-5-mini", own) == Price(1, 2)


def test_cost_is_what_the_tokens_cost():
    """Prices are per million tokens; a long prompt has the step's prices for all its tokens."""
    assert cost(Price(2, 10), 1_000_000, 100_000) == 3.0
    stepped = Price(1, 2, above=1000, prompt_above=10, completion_above=20)
    assert cost(stepped, 1000, 100) == pytest.approx(0.0012)
    assert cost(stepped, 1001, 100) == pytest.approx((10_010 + 2_000) / 1e6)


def test_unknown_usage_costs_an_unknown_sum():
    """A reply without usage has no known cost, unless the model is free."""
    assert cost(Price(1, 2), None, 5) is None
    assert cost(Price(1, 2), 5, None) is None
    assert cost(FREE, None, None) == 0.0


@settings(deadline=None, max_examples=100)
@given(
    st.builds(
        Price, st.floats(0, 100), st.floats(0, 100), st.none() | st.integers(0, 50), st.floats(0, 9), st.floats(0, 9)
    ),
    st.integers(0, 100),
    st.integers(0, 100),
    st.data(),
)
def test_the_ceiling_is_never_crossed(price, prompt_tokens, max_tokens, data):
    """No call with at most so many tokens costs more than was reserved for it."""
    read = data.draw(st.integers(0, prompt_tokens))
    written = data.draw(st.integers(0, max_tokens))
    assert cost(price, read, written) <= ceiling(price, prompt_tokens, max_tokens) + 1e-12


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=200))
def test_prompt_tokens_are_bounded_by_bytes(text):
    """A prompt is never read as more tokens than it has bytes, with the schema and the template's framing on top."""
    request = question(text=text or "?")
    assert most_prompt_tokens(request) >= len((text or "?").encode("utf-8", "surrogatepass"))
