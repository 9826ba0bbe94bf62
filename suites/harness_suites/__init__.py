"""The suites that ship with the harness, found by name in this package."""

from pathlib import Path


def quickstart() -> Path:
    """The path of the quickstart's suite file."""
    return Path(__file__).parent / "quickstart.harness.yaml"
