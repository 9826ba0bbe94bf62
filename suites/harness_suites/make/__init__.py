"""Makes the quickstart's reviews and its model again from a seed: `python -m harness_suites.make data`."""
