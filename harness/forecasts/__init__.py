"""Before a run: what it will ask and cost, and what its gates can decide."""
