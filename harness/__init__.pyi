# The public names of `harness`, each with the module it comes from: the one list of them, in groups of readers.

from harness import models as models, reports as reports

# who runs a suite and reads what came of it
from harness.api import accept as accept, compare as compare, evaluate as evaluate, freeze as freeze
from harness.api import replay as replay, run as run
from harness.given.wrapping import wrap as wrap
from harness.records.run import Run as Run
from harness.scores.score import Score as Score
from harness.suite.file import Suite as Suite, load_suite as load_suite
from harness.variants.forms import variants_of as variants_of
from harness.variants.index import Variants as Variants

# what goes wrong, and how a message says it
from harness.errors import (
    AnswerError as AnswerError,
    HarnessError as HarnessError,
    MissingExtra as MissingExtra,
    OutOfQueries as OutOfQueries,
    RunError as RunError,
    UserError as UserError,
    first_line as first_line,
    listed as listed,
    nearest as nearest,
)

# a procedure on one sample: an attack, an explainer
from harness.sessions.auxiliary import Filling as Filling, embed as embed, fill as fill
from harness.sessions.blocking import Ask as Ask, BlockingLibrary as BlockingLibrary, blocking as blocking
from harness.sessions.predict import AskOnce as AskOnce, predict as predict
from harness.types import (
    Attribution as Attribution,
    Distribution as Distribution,
    Probabilities as Probabilities,
    Question as Question,
    Sample as Sample,
    Session as Session,
    SessionFunction as SessionFunction,
    Skipped as Skipped,
)

# what any component may say of itself and need
from harness.sessions.traits import (
    PromptTrait as PromptTrait,
    Traits as Traits,
    attack as attack,
    explainer as explainer,
    metric as metric,
    model as model,
    perturbation as perturbation,
    report as report,
    traits_of as traits_of,
)
from harness.own.locate import locate as locate
from harness.parts.augmenting import perturb as perturb
from harness.own.locate import make_own_importable as make_own_importable
from harness.types import Positive as Positive, Severity as Severity

# metrics and tasks
from harness.records.findings import Findings as Findings
from harness.records.record import Finding as Finding, Record as Record
from harness.records.table import RecordTable as RecordTable
from harness.scores.estimates import ValuePredictions as ValuePredictions
from harness.scores.metrics import ClassPredictions as ClassPredictions, LabelPredictions as LabelPredictions
from harness.scores.score import mean as mean, share as share, undefined as undefined
from harness.statistics.clusters import t_quantile as t_quantile
from harness.statistics.intervals import Interval as Interval, paired_difference as paired_difference
from harness.sources.context import Context as Context
from harness.sources.member import Member as Member, ModelSource as ModelSource
from harness.statistics.temperature import FittedTemperature as FittedTemperature
from harness.statistics.temperature import at_temperature as at_temperature, fitted_temperature as fitted_temperature
from harness.sources.source import AnswerSource as AnswerSource, DataSource as DataSource, Source as Source
from harness.tasks.task import (
    Judged as Judged,
    Part as Part,
    ScoringContext as ScoringContext,
    Task as Task,
)

# data and kinds of input
from harness.data.installed import read_rows as read_rows
from harness.data.table import Table as Table
from harness.kinds.inputs import InputKind as InputKind, Trial as Trial, kind_of as kind_of

# executors
from harness.engine.cases import Case as Case, Outcome as Outcome
from harness.engine.loop import Engine as Engine
from harness.runs.local import Executor as Executor, Work as Work, run_locally as run_locally

__version__: str
