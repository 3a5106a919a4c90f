"""Statistics: arrays in, Estimate out; no record, store or SDK is known here."""
