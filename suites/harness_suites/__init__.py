"""The suites that ship with the harness, found by name in this package."""

from pathlib import Path


def quickstart() -> Path:
    """A release check on the small model and the reviews that ship with the harness."""
    return _path("quickstart")


def quick() -> Path:
    """A first look in a minute: right, calibrated, steady under a few slips of the pen."""
    return _path("quick")


def robust() -> Path:
    """Twelve perturbations at three severities, and an attack with two letters."""
    return _path("robust")


def explain() -> Path:
    """Three explainers, how faithful each is to the model, and whether they agree."""
    return _path("explain")


def release() -> Path:
    """May it ship: quality, calibration, stress, attack and explanations, with gates to adapt."""
    return _path("release")


def replace() -> Path:
    """May it replace what is released: every gate is on a change from the baseline, with margins to adapt."""
    return _path("replace")


def _path(name: str) -> Path:
    return Path(__file__).parent / f"{name}.harness.yaml"
