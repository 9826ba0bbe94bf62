"""One run: loads what a suite names, executes it, scores it, forecasts it."""
