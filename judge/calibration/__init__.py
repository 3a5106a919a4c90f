"""Calibration: the one place where judgements meet ratings."""
