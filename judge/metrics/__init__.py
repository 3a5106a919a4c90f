"""Metrics: scores that need no judge model."""
