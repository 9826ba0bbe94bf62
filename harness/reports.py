"""What a report or a reader of runs uses: decisions, addresses, payloads of the tasks, what a kind of input shows."""

# gates and scores
from harness.scores.address import (
    gate_name as gate_name,
    local_address as local_address,
    parse_local as parse_local,
)
from harness.scores.gates import (
    Decision as Decision,
    resolve_undecided as resolve_undecided,
    verdict_of as verdict_of,
)
from harness.thresholds.choosing import threshold_curve as threshold_curve
from harness.types import Verdict as Verdict
from harness.errors import legible as legible

# what became of a model in place of another
from harness.baselines.against import baseline_of as baseline_of
from harness.comparisons.comparison import Comparison as Comparison, Moved as Moved, Pair as Pair
from harness.comparisons.summary import (
    headlines as headlines,
    overall as overall,
    probability as probability,
)
from harness.baselines.direction import lower_is_better as lower_is_better
from harness.comparisons.turned import Turned as Turned, TurnedOf as TurnedOf, turned_of as turned_of

# known failures, asked again
from harness.failures.known import KnownFailure as KnownFailure
from harness.failures.replaying import Kept as Kept, Replay as Replay, Replayed as Replayed, kept_in as kept_in
from harness.failures.waivers import Waiver as Waiver

# runs over time
from harness.history.history import Group as Group, History as History
from harness.history.past import Bounded as Bounded, LeftOut as LeftOut, Measured as Measured, PastRun as PastRun

# how a run went
from harness.engine.counters import Counters as Counters
from harness.records.info import (
    Agreement as Agreement,
    DataInfo as DataInfo,
    Hardware as Hardware,
    RunInfo as RunInfo,
    Seconds as Seconds,
    TaskInfo as TaskInfo,
)

# what a CI shows
from harness.ci.github import annotation as annotation, summarize as summarize
from harness.ci.places import gate_lines as gate_lines, line_of as line_of
from harness.runs.render import render as render
from harness.project.settings import settings_of as settings_of

# records: what the tasks found out about a sample
from harness.tasks.attack import Attacked as Attacked
from harness.tasks.classification import Classified as Classified
from harness.tasks.explain import Explained as Explained
from harness.verdicts.findings import worst_samples as worst_samples
from harness.slices.spec import protected_in as protected_in, slice_named as slice_named
from harness.tasks.multilabel import Tagged as Tagged
from harness.tasks.regression import Estimated as Estimated
from harness.stressed.asking import Stressed as Stressed

# what inputs and answers look like
from harness.parts.fields import of_columns as of_columns
from harness.kinds.outputs import OutputKind as OutputKind, output_kind as output_kind
from harness.kinds.views import (
    ImageBlock as ImageBlock,
    TableBlock as TableBlock,
    TextBlock as TextBlock,
    UnitsBlock as UnitsBlock,
)
