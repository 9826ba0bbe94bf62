"""model-harness: may this model ship? One suite, one engine, one verdict.

Names are imported when first used, so that `harness --help` and pytest start without numpy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from harness.api import evaluate, run
    from harness.data.table import Table
    from harness.engine.adapters import Channel, Connection, Encoded, connect
    from harness.engine.capacity import Capacity, calibrated
    from harness.engine.cases import Case, Outcome
    from harness.engine.channels import Worker
    from harness.engine.devices import choose_device
    from harness.engine.loop import Engine
    from harness.errors import AnswerError, HarnessError, MissingExtra, RunError, UserError, listed, nearest
    from harness.kinds.inputs import InputKind, Trial, kind_of
    from harness.kinds.outputs import OutputKind, output_kind
    from harness.kinds.views import ImageBlock, TableBlock, TextBlock, UnitsBlock
    from harness.records.findings import Findings
    from harness.records.record import Finding, Record
    from harness.records.run import Run
    from harness.records.table import RecordTable
    from harness.runs.local import Executor, Work, run_locally
    from harness.scores.address import local_address, parse_local
    from harness.scores.estimates import ValuePredictions
    from harness.scores.gates import Decision, Verdict, resolve_undecided, verdict_of
    from harness.scores.metrics import ClassPredictions, LabelPredictions
    from harness.scores.score import Score, share
    from harness.sessions.auxiliary import Filling, embed, fill
    from harness.sessions.blocking import Ask, BlockingLibrary, blocking
    from harness.sessions.predict import AskOnce, predict
    from harness.sessions.traits import Traits, attack, explainer, metric, perturbation, report, traits_of
    from harness.suite.file import Suite, load_suite
    from harness.suite.locate import locate
    from harness.tasks.attack import Attacked
    from harness.tasks.classification import Classified
    from harness.tasks.explain import Explained
    from harness.tasks.findings import worst_samples
    from harness.tasks.multilabel import Tagged
    from harness.tasks.regression import Estimated
    from harness.tasks.stress import Stressed
    from harness.tasks.task import Context, Judged, Part, ScoringContext, Task
    from harness.types import (
        Attribution,
        Distribution,
        Model,
        Positive,
        Probabilities,
        Question,
        Sample,
        Session,
        SessionFunction,
        Severity,
        Skipped,
    )

__version__ = "0.1.0"

_HOMES = {
    "harness.runs.local": ("Executor", "Work", "run_locally"),
    "harness.kinds.outputs": ("OutputKind", "output_kind"),
    "harness.kinds.inputs": ("InputKind", "Trial", "kind_of"),
    "harness.kinds.views": ("ImageBlock", "TableBlock", "TextBlock", "UnitsBlock"),
    "harness.records.run": ("Run",),
    "harness.scores.address": (
        "parse_local",
        "local_address",
    ),
    "harness.api": ("evaluate", "run"),
    "harness.sessions.auxiliary": ("Filling", "embed", "fill"),
    "harness.engine.capacity": ("Capacity", "calibrated"),
    "harness.engine.adapters": ("Channel", "Connection", "Encoded", "connect"),
    "harness.engine.channels": ("Worker",),
    "harness.engine.cases": ("Case", "Outcome"),
    "harness.engine.devices": ("choose_device",),
    "harness.engine.loop": ("Engine",),
    "harness.errors": ("AnswerError", "HarnessError", "MissingExtra", "RunError", "UserError", "listed", "nearest"),
    "harness.scores.gates": ("Decision", "Verdict", "resolve_undecided", "verdict_of"),
    "harness.tasks.attack": ("Attacked",),
    "harness.tasks.classification": ("Classified",),
    "harness.scores.estimates": ("ValuePredictions",),
    "harness.tasks.explain": ("Explained",),
    "harness.tasks.multilabel": ("Tagged",),
    "harness.tasks.regression": ("Estimated",),
    "harness.tasks.stress": ("Stressed",),
    "harness.scores.metrics": ("LabelPredictions", "ClassPredictions"),
    "harness.sessions.blocking": ("Ask", "BlockingLibrary", "blocking"),
    "harness.records.findings": ("Findings",),
    "harness.records.record": ("Finding", "Record"),
    "harness.records.table": ("RecordTable",),
    "harness.scores.score": ("Score", "share"),
    "harness.sessions.predict": ("AskOnce", "predict"),
    "harness.sessions.traits": ("metric", "Traits", "attack", "explainer", "perturbation", "report", "traits_of"),
    "harness.suite.file": ("Suite", "load_suite"),
    "harness.suite.locate": ("locate",),
    "harness.tasks.findings": ("worst_samples",),
    "harness.data.table": ("Table",),
    "harness.tasks.task": ("Part", "Judged", "Context", "ScoringContext", "Task"),
    "harness.types": (
        "Severity",
        "Positive",
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
    "AskOnce",
    "Attacked",
    "Attribution",
    "BlockingLibrary",
    "Capacity",
    "Case",
    "Channel",
    "ClassPredictions",
    "Classified",
    "Connection",
    "Context",
    "Decision",
    "Distribution",
    "Encoded",
    "Engine",
    "Estimated",
    "Executor",
    "Explained",
    "Filling",
    "Finding",
    "Findings",
    "HarnessError",
    "ImageBlock",
    "InputKind",
    "Judged",
    "LabelPredictions",
    "MissingExtra",
    "Model",
    "Outcome",
    "OutputKind",
    "Part",
    "Positive",
    "Probabilities",
    "Question",
    "Record",
    "RecordTable",
    "Run",
    "RunError",
    "Sample",
    "Score",
    "ScoringContext",
    "Session",
    "SessionFunction",
    "Severity",
    "Skipped",
    "Stressed",
    "Suite",
    "Table",
    "TableBlock",
    "Tagged",
    "Task",
    "TextBlock",
    "Traits",
    "Trial",
    "UnitsBlock",
    "UserError",
    "ValuePredictions",
    "Verdict",
    "Work",
    "Worker",
    "__version__",
    "attack",
    "blocking",
    "calibrated",
    "choose_device",
    "connect",
    "embed",
    "evaluate",
    "explainer",
    "fill",
    "kind_of",
    "listed",
    "load_suite",
    "local_address",
    "locate",
    "metric",
    "nearest",
    "output_kind",
    "parse_local",
    "perturbation",
    "predict",
    "report",
    "resolve_undecided",
    "run",
    "run_locally",
    "share",
    "traits_of",
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
