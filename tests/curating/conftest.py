"""Fixtures of curating's tests."""

from rated import stored  # noqa: F401 - a fixture
