"""Makes the quickstart's reviews and model again from a seed: `python -m harness_suites.make data`, then `model`."""
