"""Evenhand: LLM judges whose every number comes corrected, with an interval, or says it is uncalibrated."""
