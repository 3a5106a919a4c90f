"""Logs: files of other tools, read as records."""
