"""Labelling: which item an annotator sees next, and what becomes of the answer."""
