"""Makes the quickstart's reviews and its two models again from a seed: `python -m harness_suites.make data`."""
