"""Sending: telling people and programs of an alert, so that none is lost and none told twice."""
