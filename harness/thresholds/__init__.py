"""From which probability on each of several labels applies: an array of thresholds; no record, no task."""
