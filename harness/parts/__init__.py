"""One sample of a part: how a component is run on an input, or on some of its fields; no score, no record."""
