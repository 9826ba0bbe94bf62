"""Intervals and tests as pure functions of counts and arrays: no score, no gate, no record."""
