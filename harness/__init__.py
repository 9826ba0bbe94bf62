"""model-harness: may this model ship? One suite, one engine, one verdict.

Names are imported when first used, so that `harness --help` and pytest start without numpy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from harness.api import evaluate, run
    from harness.auxiliary import Filling, embed, fill
    from harness.calibration import Capacity, calibrated
    from harness.cases import Case, Outcome
    from harness.channels import Channel, Prepared, Worker
    from harness.engine import Engine
    from harness.errors import AnswerError, HarnessError, MissingExtra, RunError, UserError
    from harness.estimates import Estimates
    from harness.gates import Decision, Verdict, resolve_undecided, verdict_of
    from harness.metrics import LabelSets, Predictions
    from harness.procedures import Ask, Blocking, blocking
    from harness.records import Record
    from harness.rundir import Run
    from harness.scores import Score, local_address, parse_local, share
    from harness.sessions import Predicted, predict
    from harness.suite import Positive, Severity, Suite, load_suite
    from harness.table import Table
    from harness.task import Context, Scoring, Task
    from harness.tasks.attack import Attacked
    from harness.tasks.classification import Classified
    from harness.tasks.explain import Explained
    from harness.tasks.multilabel import Tagged
    from harness.tasks.regression import Estimated
    from harness.tasks.stress import Stressed
    from harness.types import (
        Attribution,
        Distribution,
        Model,
        Probabilities,
        Question,
        Sample,
        Session,
        SessionFunction,
        Skipped,
    )
    from harness.worst import worst_samples

__version__ = "0.1.0"

_HOMES = {
    "harness.api": ("evaluate", "run"),
    "harness.auxiliary": ("Filling", "embed", "fill"),
    "harness.calibration": ("Capacity", "calibrated"),
    "harness.channels": ("Channel", "Prepared", "Worker"),
    "harness.cases": ("Case", "Outcome"),
    "harness.engine": ("Engine",),
    "harness.errors": ("AnswerError", "HarnessError", "MissingExtra", "RunError", "UserError"),
    "harness.gates": ("Decision", "Verdict", "resolve_undecided", "verdict_of"),
    "harness.tasks.attack": ("Attacked",),
    "harness.tasks.classification": ("Classified",),
    "harness.estimates": ("Estimates",),
    "harness.tasks.explain": ("Explained",),
    "harness.tasks.multilabel": ("Tagged",),
    "harness.tasks.regression": ("Estimated",),
    "harness.tasks.stress": ("Stressed",),
    "harness.metrics": ("LabelSets", "Predictions"),
    "harness.procedures": ("Ask", "Blocking", "blocking"),
    "harness.records": ("Record",),
    "harness.rundir": ("Run",),
    "harness.scores": ("Score", "local_address", "parse_local", "share"),
    "harness.sessions": ("Predicted", "predict"),
    "harness.suite": ("Positive", "Severity", "Suite", "load_suite"),
    "harness.worst": ("worst_samples",),
    "harness.table": ("Table",),
    "harness.task": ("Context", "Scoring", "Task"),
    "harness.types": (
        "Attribution",
        "Distribution",
        "Model",
        "Probabilities",
        "Question",
        "Sample",
        "Session",
        "SessionFunction",
        "Skipped",
    ),
}

__all__ = [
    "AnswerError",
    "Ask",
    "Attacked",
    "Attribution",
    "Blocking",
    "Capacity",
    "Case",
    "Channel",
    "Classified",
    "Context",
    "Decision",
    "Distribution",
    "Engine",
    "Estimated",
    "Estimates",
    "Explained",
    "Filling",
    "HarnessError",
    "LabelSets",
    "MissingExtra",
    "Model",
    "Outcome",
    "Positive",
    "Predicted",
    "Predictions",
    "Prepared",
    "Probabilities",
    "Question",
    "Record",
    "Run",
    "RunError",
    "Sample",
    "Score",
    "Scoring",
    "Session",
    "SessionFunction",
    "Severity",
    "Skipped",
    "Stressed",
    "Suite",
    "Table",
    "Tagged",
    "Task",
    "UserError",
    "Verdict",
    "Worker",
    "__version__",
    "blocking",
    "calibrated",
    "embed",
    "evaluate",
    "fill",
    "load_suite",
    "local_address",
    "parse_local",
    "predict",
    "resolve_undecided",
    "run",
    "share",
    "verdict_of",
    "worst_samples",
]


def __getattr__(name: str) -> Any:
    for home, names in _HOMES.items():
        if name in names:
            value = getattr(import_module(home), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module 'harness' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
