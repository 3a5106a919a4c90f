"""The run: render, ask, read, keep; concurrent, resumable, budgeted."""
