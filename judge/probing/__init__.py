"""Probing: a judge's own crash test, on the user's records."""
