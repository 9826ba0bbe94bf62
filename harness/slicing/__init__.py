"""A task by slice: its scores for each, the gap between them and the worst, for any task and by its own `score`."""
