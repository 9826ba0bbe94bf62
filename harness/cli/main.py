"""The command `harness`. Stdout carries results, stderr the rest.

Exit codes: 0 all gates hold, 1 a gate failed, 2 the call or a file is wrong, 3 the run could not finish,
130 interrupted. This is the one module that imports typer when it is imported; nothing else imports it, and
everything else is imported inside the commands, so that `harness --help` answers at once.
"""

from __future__ import annotations

import os
import sys
import traceback
from functools import partial
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from harness.cli import guard, later, options
from harness.errors import HarnessError, RunError
from harness.files import legible_lines
from harness.project import completion

app = typer.Typer(
    name="harness",
    help="May this model ship? One suite file, one command, one verdict.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.command(cls=options.Grouped)
def run(
    suite: options.SuiteArgument = None,
    model: options.ModelOption = None,
    data: options.DataOption = None,
    out: Annotated[Path | None, typer.Option("--out", help="Run directory; by default a new one in --runs.")] = None,
    runs: Annotated[Path, typer.Option("--runs", help="Folder of run directories.")] = Path("runs"),
    resume: Annotated[
        bool, typer.Option("--resume", help="Resume the run in --out, or the newest run of the suite.")
    ] = False,
    limit: options.LimitOption = None,
    device: options.DeviceOption = None,
    budget: options.BudgetOption = None,
    cache: Annotated[
        Path | None, typer.Option("--cache", help="Folder that keeps the model's answers for other runs.")
    ] = None,
    seed: options.SeedOption = None,
    sample_seed: options.SampleSeedOption = None,
    set_: options.SetOption = None,
    timeout: Annotated[
        float | None, typer.Option("--timeout", help="Seconds after which a run without a verdict stops.")
    ] = None,
    batch_timeout: options.BatchTimeoutOption = None,
    baseline: options.BaselineOption = None,
    first: Annotated[
        bool, typer.Option("--first", help="Leave the gates on changes out: this run becomes the first baseline.")
    ] = False,
    against: options.AgainstOption = None,
    undecided: options.UndecidedOption = "fail",
    junit: Annotated[Path | None, typer.Option("--junit", help="File to write the gates to, as JUnit XML.")] = None,
    markdown: Annotated[Path | None, typer.Option("--markdown", help="File to write a Markdown summary to.")] = None,
    json_: options.JsonOption = False,
    quiet: options.QuietOption = False,
    verbose: options.VerboseOption = False,
    untrusted: options.UntrustedOption = False,
) -> None:
    """Run a suite: all tasks, then the gates and the report."""
    from harness import api
    from harness.cli import commands
    from harness.project import keys

    timeouts = {"run": timeout, "batch": batch_timeout}
    overrides = keys.overrides(
        model, data, limit, device, seed, sample_seed, set_ or [], budget, timeouts, baseline, first
    )
    reports = {kind: path for kind, path in (("junit", junit), ("markdown", markdown)) if path is not None}
    place = commands.Place(out, runs=runs, resume=resume, cache=cache, against=against)
    with commands.trusting(untrusted):
        made = partial(commands.run, _named(suite), overrides, place, api.execute_variants)
        _exit(made(undecided=undecided, reports=reports, as_json=json_, quiet=quiet))


@app.command(cls=options.Grouped)
def check(
    suite: Annotated[
        list[str] | None, typer.Argument(metavar="SUITE", help="Suite files, or names of installed suites.")
    ] = None,
    model: options.ModelOption = None,
    data: options.DataOption = None,
    limit: options.LimitOption = None,
    device: options.DeviceOption = None,
    seed: options.SeedOption = None,
    sample_seed: options.SampleSeedOption = None,
    set_: options.SetOption = None,
    baseline: options.BaselineOption = None,
    against: options.AgainstOption = None,
    file_only: Annotated[
        bool, typer.Option("--file-only", help="Check only the file; needs neither the data nor optional packages.")
    ] = False,
    json_: options.JsonOption = False,
    verbose: options.VerboseOption = False,
    untrusted: options.UntrustedOption = False,
) -> None:
    """Validate suites and print what their gates can decide; runs no model."""
    from harness.cli import commands
    from harness.project import keys

    overrides = keys.overrides(model, data, limit, device, seed, sample_seed, set_ or [], baseline=baseline)
    with commands.trusting(untrusted):
        _exit(commands.check(suite or [_named(None)], overrides, against, file_only=file_only, as_json=json_))


@app.command(cls=options.Grouped)
def plan(
    suite: options.SuiteArgument = None,
    model: options.ModelOption = None,
    data: options.DataOption = None,
    limit: options.LimitOption = None,
    device: options.DeviceOption = None,
    budget: options.BudgetOption = None,
    seed: options.SeedOption = None,
    sample_seed: options.SampleSeedOption = None,
    set_: options.SetOption = None,
    against: options.AgainstOption = None,
    for_: options.ForOption = 30.0,
    json_: options.JsonOption = False,
    verbose: options.VerboseOption = False,
    untrusted: options.UntrustedOption = False,
) -> None:
    """Estimate the questions, time and memory of a run, from a few samples."""
    from harness.cli import commands
    from harness.project import keys

    overrides = keys.overrides(model, data, limit, device, seed, sample_seed, set_ or [], budget)
    with commands.trusting(untrusted):
        _exit(commands.plan(_named(suite), overrides, against, for_, as_json=json_))


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to write to.")] = Path(),
    model: options.ModelOption = None,
    data: options.DataOption = None,
    ci: Annotated[options.CI, typer.Option("--ci", help="CI workflow to write.")] = "github",
    baseline: Annotated[
        str | None,
        typer.Option("--baseline", metavar="FILE", help="The workflow compares with this file of the main branch."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite existing files.")] = False,
) -> None:
    """Write a first suite, a test of it and a CI workflow."""
    from harness.cli import init

    _exit(init.init(folder, model, data, ci, force=force, baseline=baseline))


@app.command()
def gate(
    run: options.RunArgument,
    baseline: options.BaselineOption = None,
    undecided: options.UndecidedOption = "fail",
    json_: options.JsonOption = False,
) -> None:
    """Decide the gates of a finished run again, from its records; believes no stored verdict, loads no model."""
    from harness.cli import commands

    _exit(commands.gate(run, undecided=undecided, as_json=json_, baseline=baseline))


@app.command()
def accept(
    run: options.RunArgument,
    to: Annotated[Path | None, typer.Option("--to", help="File; by default SUITE.baseline in this folder.")] = None,
    best: Annotated[bool, typer.Option("--best", help="Keep it as the best ever, not as the released one.")] = False,
    anyway: Annotated[
        str, typer.Option("--anyway", metavar="REASON", help="Accept a run that failed; the file keeps the reason.")
    ] = "",
) -> None:
    """Keep what a run's model did as a baseline file for your repository: the released model to compare with."""
    from harness.cli import releases

    _exit(releases.accept(run, to, "best" if best else "released", anyway))


@app.command()
def compare(
    runs: Annotated[
        list[Path], typer.Argument(metavar="OLD NEW…", help="Runs or baseline files, the reference first.")
    ],
    score: Annotated[
        list[str] | None,
        typer.Option(
            "--score",
            metavar="NAME",
            help="Only scores of this name (accuracy), or shares: all that are shares of cases.",
        ),
    ] = None,
    every_pair: Annotated[
        bool, typer.Option("--every-pair", help="Compare each with every later one, not only with the first.")
    ] = False,
    markdown: Annotated[Path | None, typer.Option("--markdown", help="File to write a Markdown summary to.")] = None,
    html: Annotated[Path | None, typer.Option("--html", help="File to write a page to.")] = None,
    json_: options.JsonOption = False,
) -> None:
    """Compare models score by score, sample by sample: what became better, what worse; it decides no gate."""
    from harness import api
    from harness.cli import releases

    reports = {kind: path for kind, path in (("markdown", markdown), ("html", html)) if path is not None}
    made = partial(api.compare, *runs, scores=score or [], every_pair=every_pair)
    _exit(releases.compare(made, reports, as_json=json_))


for _command in (later.freeze, later.replay, later.history, later.verify, later.export):
    app.command()(_command)


@app.command()
def report(
    run: options.RunArgument,
    kind: Annotated[str, typer.Option("--as", help="Kind of report (harness list reports).")] = "html",
    out: Annotated[
        Path | None, typer.Option("--out", help="File, or - for stdout; by default report.KIND in the run.")
    ] = None,
) -> None:
    """Write a report of a finished run, from its files."""
    from harness import api
    from harness.cli import commands

    _exit(commands.report(run, kind, out, api.compare))


@app.command("list")
def list_(
    kind: Annotated[
        str | None,
        typer.Argument(help="models, data, metrics, perturbations, attacks, …", autocompletion=completion.kinds),
    ] = None,
    json_: options.JsonOption = False,
) -> None:
    """List the installed components, of one kind or of all."""
    from harness.cli import commands

    _exit(commands.list_components(kind, as_json=json_))


@app.command()
def show(
    name: Annotated[
        str,
        typer.Argument(
            help="A component, as NAME or KIND/NAME (attacks/deepwordbug).", autocompletion=completion.components
        ),
    ],
    try_: Annotated[
        bool, typer.Option("--try", help="Run it once on an embedded model and its reviews, and print the result.")
    ] = False,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="With --try: set a parameter, like severity=2 or path=dev.jsonl.")
    ] = None,
    json_: options.JsonOption = False,
) -> None:
    """Show a component: its parameters, its origin and an example for a suite."""
    if set_ and not try_:
        raise typer.BadParameter("it sets parameters of --try: add --try", param_hint="--set")
    if try_:
        from harness.cli import show_try
        from harness.project import keys

        settings = keys.overrides(None, None, None, None, None, None, set_ or [])
        _exit(show_try.show_trying(name, settings, as_json=json_))
    from harness.cli import show

    _exit(show.show(name, as_json=json_))


@app.command()
def doctor(
    model: options.ModelOption = None,
    data: options.DataOption = None,
    device: options.DeviceOption = None,
    timeout: Annotated[
        float, typer.Option("--timeout", min=0, help="Seconds for loading the model and its data.")
    ] = 600.0,
    batch_timeout: options.BatchTimeoutOption = None,
    json_: options.JsonOption = False,
    untrusted: options.UntrustedOption = False,
) -> None:
    """Report what is installed or missing and how to install it; with --model, what is wrong with a model."""
    from harness.cli import doctor as command
    from harness.doctor.examining import Wishes

    if model is None:
        alone = {"--data": data, "--device": device, "--batch-timeout": batch_timeout, "--untrusted": untrusted or None}
        for name in (each for each, value in alone.items() if value is not None):
            raise typer.BadParameter("it says what a model is asked, and how: add --model", param_hint=name)
        _exit(command.doctor(as_json=json_))
    wishes = Wishes(device, batch_timeout, timeout, untrusted)
    _exit(command.doctor_of(model, data, wishes, as_json=json_))


@app.command()
def schema(
    out: Annotated[Path | None, typer.Option("--out", help="File to write it to; by default it is printed.")] = None,
) -> None:
    """Print the JSON Schema of a suite file, for editors; includes all installed components."""
    from harness.cli import commands

    _exit(commands.schema(out))


def _version(value: bool) -> None:
    if value:
        from harness import __version__

        print(f"model-harness {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """May this model ship? One suite file, one command, one verdict."""
    if "--untrusted" not in sys.argv:  # whose settings would be a stranger's, too
        from harness.project.settings import settings_of

        command = context.invoked_subcommand or ""
        context.default_map = {command: settings_of(Path.cwd(), command)}


def start() -> None:
    """The entry point: `main`, for a run in a process of its own, so that its model cannot decide the exit code."""
    if sys.argv[1:2] in (["run"], ["replay"]) and not {"-h", "--help"} & {*sys.argv}:
        guard.guarded(main, _stopped)
    guard.ended(main)


def _stopped(folder: str, why: str) -> None:
    """The end of a run that could not end itself."""
    from harness.records.folder import stop_from_outside

    stop_from_outside(Path(folder), why)
    print(legible_lines(f"harness: {why}; its process was ended"), file=sys.stderr)
    print(
        legible_lines(f"what finished is kept, resume with the same options: --resume --out {folder}"), file=sys.stderr
    )


def main() -> None:
    """The command in this process: a user's mistake is a line on stderr, never a traceback."""
    if "_HARNESS_COMPLETE" in os.environ or sys.argv[1:2] in (["--install-completion"], ["--show-completion"]):
        app(prog_name="harness")  # it runs nothing, and ends as a model may not
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a sign that the terminal cannot print must not lose a verdict
    try:
        app(prog_name="harness")
    except HarnessError as error:
        print(legible_lines(f"harness: {error}"), file=sys.stderr)
        sys.exit(3 if isinstance(error, RunError) else 2)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        _unread()
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):  # typer's own end of it would mean that a gate failed
            _unread()
        if type(end.__context__).__module__.startswith(("click", "typer")):  # how a command ends
            raise
        sys.exit(_unforeseen())
    except BaseException:  # noqa: BLE001  # Python would exit with 1, which means that a gate failed
        sys.exit(_unforeseen())


def _unread() -> NoReturn:
    """Nobody reads stdout any more: what shells give for that."""
    sys.stdout = sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  # until the process ends
    sys.exit(141)


def _unforeseen() -> int:
    if guard.was_interrupted():
        return guard.INTERRUPTED
    print(legible_lines(traceback.format_exc().rstrip()), file=sys.stderr)
    print("harness: internal error (please report it); finished cases are kept", file=sys.stderr)
    return 3


def _named(suite: str | None) -> str:
    """The suite of a call, which need not say it."""
    from harness.project.suite import only_suite

    return suite or only_suite(Path.cwd())


def _exit(code: int) -> NoReturn:
    raise typer.Exit(code)
