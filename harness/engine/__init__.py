"""The only code that calls a model: many sessions kept alive, their questions in full batches; no task, no suite."""
