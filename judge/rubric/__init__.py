"""Rubrics: the YAML instrument that judges and annotators share."""
