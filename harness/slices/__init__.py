"""From samples to the names of their slices: what a suite says of them, and which slice each sample is in. Pure."""
