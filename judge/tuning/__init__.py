"""Tuning: a rubric's examples and guidance made better from the items on which judge and people differ."""
