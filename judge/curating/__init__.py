"""Curating: records worth keeping become an evaluation data set."""
