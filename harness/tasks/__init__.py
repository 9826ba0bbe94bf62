"""The tasks: their questions about a sample, their scores, and their findings against the model."""
