"""Judge models: the ways to ask one, behind one interface."""
