"""Comparing: two or more versions of a system, each corrected by its own ratings."""
