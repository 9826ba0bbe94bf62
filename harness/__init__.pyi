# The public names of `harness`, each with the module it comes from: the one list of them, in groups of readers.

from harness import models as models
from harness import reports as reports

# who runs a suite and reads what came of it
from harness.api import evaluate as evaluate
from harness.api import run as run

# data and kinds of input
from harness.data.table import Table as Table

# executors
from harness.engine.cases import Case as Case
from harness.engine.cases import Outcome as Outcome
from harness.engine.loop import Engine as Engine

# what goes wrong, and how a message says it
from harness.errors import (
    AnswerError as AnswerError,
)
from harness.errors import (
    HarnessError as HarnessError,
)
from harness.errors import (
    MissingExtra as MissingExtra,
)
from harness.errors import (
    RunError as RunError,
)
from harness.errors import (
    UserError as UserError,
)
from harness.errors import (
    listed as listed,
)
from harness.errors import (
    nearest as nearest,
)
from harness.kinds.inputs import InputKind as InputKind
from harness.kinds.inputs import Trial as Trial
from harness.kinds.inputs import kind_of as kind_of

# metrics and tasks
from harness.records.record import Finding as Finding
from harness.records.record import Record as Record
from harness.records.run import Run as Run
from harness.runs.local import Executor as Executor
from harness.runs.local import Work as Work
from harness.runs.local import run_locally as run_locally
from harness.scores.estimates import ValuePredictions as ValuePredictions
from harness.scores.metrics import ClassPredictions as ClassPredictions
from harness.scores.metrics import LabelPredictions as LabelPredictions
from harness.scores.score import Score as Score
from harness.scores.score import share as share
from harness.sessions.auxiliary import Filling as Filling
from harness.sessions.auxiliary import embed as embed
from harness.sessions.auxiliary import fill as fill
from harness.sessions.blocking import Ask as Ask
from harness.sessions.blocking import BlockingLibrary as BlockingLibrary
from harness.sessions.blocking import blocking as blocking
from harness.sessions.predict import AskOnce as AskOnce
from harness.sessions.predict import predict as predict

# what any component is made of
from harness.sessions.traits import (
    Traits as Traits,
)
from harness.sessions.traits import (
    attack as attack,
)
from harness.sessions.traits import (
    explainer as explainer,
)
from harness.sessions.traits import (
    metric as metric,
)
from harness.sessions.traits import (
    perturbation as perturbation,
)
from harness.sessions.traits import (
    report as report,
)
from harness.sessions.traits import (
    traits_of as traits_of,
)
from harness.suite.file import Suite as Suite
from harness.suite.file import load_suite as load_suite
from harness.suite.locate import locate as locate
from harness.tasks.task import (
    Context as Context,
)
from harness.tasks.task import (
    Judged as Judged,
)
from harness.tasks.task import (
    Part as Part,
)
from harness.tasks.task import (
    ScoringContext as ScoringContext,
)
from harness.tasks.task import (
    Task as Task,
)

# a procedure on one sample: an attack, an explainer
from harness.types import (
    Attribution as Attribution,
)
from harness.types import (
    Distribution as Distribution,
)
from harness.types import Positive as Positive
from harness.types import (
    Probabilities as Probabilities,
)
from harness.types import (
    Question as Question,
)
from harness.types import (
    Sample as Sample,
)
from harness.types import (
    Session as Session,
)
from harness.types import (
    SessionFunction as SessionFunction,
)
from harness.types import Severity as Severity
from harness.types import (
    Skipped as Skipped,
)

__version__: str
