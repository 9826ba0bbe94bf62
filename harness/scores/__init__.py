"""From numbers to a verdict: pure functions of arrays and counts."""
