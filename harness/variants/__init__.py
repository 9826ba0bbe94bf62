"""One suite on several forms of a model, the first of which is the reference: one engine, a run directory for each."""
