"""Fixtures of the reports' tests."""

from rated import stored  # noqa: F401 - a fixture
