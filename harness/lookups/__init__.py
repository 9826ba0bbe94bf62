"""Saved answers in place of a model: a question about a sample goes, by its id or its row, to whoever looks it up."""
