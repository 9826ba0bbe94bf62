"""The command `harness show NAME --try`: runs a component once, on the model and reviews of the embedded suite.

Everything goes the way it goes in a run: parameters are checked as a suite's are, and the engine asks the model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from harness.cli.show import named
from harness.console.listings import print_tried
from harness.console.words import print_json
from harness.files import stdout_to_stderr
from harness.own.locate import import_folders
from harness.records.run import Run
from harness.runs.execute import execute
from harness.runs.load import check
from harness.runs.render import render
from harness.suite import components
from harness.tasks.task import shortened
from harness.trials import parts, wholes
from harness.trials.embedded import embedded_file
from harness.trials.entries import Settings
from harness.trials.lines import Line, line


def show_trying(name: str, settings: Settings, *, as_json: bool) -> int:
    """Run every component of a name once, and print what each did."""
    with stdout_to_stderr():
        lines = {
            f"{components.singular(kind)} {point.name}": tried(kind, point.name, settings)
            for kind, point in named(name)
        }
    if as_json:
        print_json({title: [{"what": line.what, "text": line.text} for line in each] for title, each in lines.items()})
    else:
        print_tried(lines)
    return 0


def tried(kind: str, name: str, settings: Settings) -> list[Line]:
    """The trial of a component in lines; raises UserError where its parameters are wrong, RunError where it fails."""
    with import_folders(embedded_file({}).folder, Path.cwd()):
        return list(TRIALS[kind](kind, name, settings))


def _report(kind: str, name: str, settings: Settings) -> Iterator[Line]:
    """The beginning of a report of a small run."""
    file = embedded_file({"tasks": [{"use": "classification"}], "data.limit": wholes.REVIEWS_PER_TASK})
    with TemporaryDirectory() as folder:
        execute(check(file), Path(folder) / "run", None)
        content = render(name, Run(Path(folder) / "run"))
    yield line("", f"{len(content)} bytes of a run on {wholes.REVIEWS_PER_TASK} reviews at most")
    yield line("begins", shortened(content[:200].decode("utf-8", "replace")))
    yield line("", f"of a run of yours: harness report RUN --as {name}")


TRIALS: Mapping[str, Callable[[str, str, Settings], Iterable[Line]]] = {
    "models": wholes.model,
    "data": wholes.data,
    "inputs": wholes.kind_of_input,
    "metrics": parts.metric,
    "perturbations": parts.perturbation,
    "attacks": parts.attack,
    "explainers": parts.explainer,
    "tasks": wholes.task,
    "suites": wholes.suite,
    "reports": _report,
    "executors": wholes.executor,
}
"""The trial of each kind of component."""
