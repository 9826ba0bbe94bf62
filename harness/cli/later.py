"""Commands about runs that are there and about what is installed, as `cli/main.py` registers them, with their options.

Everything else is imported inside them, as there.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import typer

from harness.cli.options import (
    BatchTimeoutOption,
    DataOption,
    DeviceOption,
    JsonOption,
    ModelOption,
    UntrustedOption,
)

WithinOption = Annotated[
    float | None,
    typer.Option("--within", min=0, help="How far from the truth a number may be, of a model that answers numbers."),
]


def doctor(
    model: ModelOption = None,
    data: DataOption = None,
    device: DeviceOption = None,
    timeout: Annotated[
        float, typer.Option("--timeout", min=0, help="Seconds for loading the model and its data.")
    ] = 600.0,
    batch_timeout: BatchTimeoutOption = None,
    json_: JsonOption = False,
    untrusted: UntrustedOption = False,
) -> None:
    """Report what is installed or missing and how to install it; with --model, what is wrong with a model."""
    from harness.cli import doctor as command
    from harness.doctor.examining import Wishes

    if model is None:
        alone = {"--data": data, "--device": device, "--batch-timeout": batch_timeout, "--untrusted": untrusted or None}
        for name in (each for each, value in alone.items() if value is not None):
            raise typer.BadParameter("it says what a model is asked, and how: add --model", param_hint=name)
        raise typer.Exit(command.doctor(as_json=json_))
    wishes = Wishes(device, batch_timeout, timeout, untrusted)
    raise typer.Exit(command.doctor_of(model, data, wishes, as_json=json_))


def freeze(
    run: Annotated[Path, typer.Argument(metavar="RUN|FILE", help="A run; with --waive or --forget a file.")],
    to: Annotated[Path | None, typer.Option("--to", help="File; by default SUITE.failures in this folder.")] = None,
    task: Annotated[list[str] | None, typer.Option("--task", help="Only what this task found.")] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="Add at most so many, the heaviest of every part first.")
    ] = None,
    within: WithinOption = None,
    waive: Annotated[
        list[str] | None, typer.Option("--waive", metavar="KEY", help="Waive a failure of FILE: add --reason, --until.")
    ] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="Why it is waived.")] = None,
    until: Annotated[str | None, typer.Option("--until", help="The last day on which it is: 2026-12-31.")] = None,
    forget: Annotated[
        list[str] | None, typer.Option("--forget", metavar="KEY", help="Take a failure out of FILE.")
    ] = None,
) -> None:
    """Keep the failures that a run found (wrong, flipped, attacked) in a small file for your repository."""
    from harness.cli import failures

    of_run = any(each for each in (to, task, limit, within is not None))
    if bool(waive) != bool(reason is not None or until is not None) or (waive and (reason is None or until is None)):
        raise typer.BadParameter("a waiver has a key, a reason and a date", param_hint="--waive, --reason, --until")
    if sum(map(bool, (waive, forget, of_run))) > 1:
        raise typer.BadParameter("they are for a file, the other options for a run", param_hint="--waive, --forget")
    if waive:
        raise typer.Exit(failures.waived(run, waive, reason or "", until or ""))
    if forget:
        raise typer.Exit(failures.forget(run, forget))
    raise typer.Exit(failures.freeze(run, to, task or [], limit, within))


def replay(
    kept: Annotated[Path, typer.Argument(metavar="FILE|RUN", help="A file of known failures, or a run.")],
    model: Annotated[
        str | None, typer.Option("--model", metavar="SPEC", help="Another model to ask: USE:VALUE, a mapping, a suite.")
    ] = None,
    suite: Annotated[str | None, typer.Option("--suite", help="Ask the model of this suite.")] = None,
    device: DeviceOption = None,
    within: WithinOption = None,
    json_: JsonOption = False,
    untrusted: Annotated[
        bool, typer.Option("--untrusted", help="Refuse a model that runs code or lies outside the file's folder.")
    ] = False,
) -> None:
    """Ask each known failure once more, of its own model or another: 1 if one fails and is not waived."""
    from harness import api
    from harness.cli import failures
    from harness.project.keys import model_or_data

    spec = None if model is None else model_or_data(model)
    made = partial(api.replay, kept, model=spec, suite=suite, device=device, within=within, untrusted=untrusted)
    raise typer.Exit(failures.replay(made, as_json=json_))


def history(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder of runs.")],
    html: Annotated[Path | None, typer.Option("--html", help="File to write a page to.")] = None,
    score: Annotated[
        list[str] | None,
        typer.Option("--score", metavar="NAME", help="Follow scores of this name; by default those that have a gate."),
    ] = None,
    json_: JsonOption = False,
) -> None:
    """Show the runs of a folder over time: a row per run, how each score went, what changed; it decides no gate."""
    from harness.cli import history as command

    raise typer.Exit(command.history(folder, html, score or [], as_json=json_))


def verify(run: Annotated[Path, typer.Argument(help="A run directory.")]) -> None:
    """Compare the files of a finished run with the checksums that it keeps; exit code 2 where one does not fit."""
    from harness.cli import commands

    raise typer.Exit(commands.verify(run))


def export(
    run: Annotated[Path, typer.Argument(help="A finished run with a task `stress` or `attack`.")],
    perturbed: Annotated[Path, typer.Option("--perturbed", metavar="DIR", help="Folder to write to.")],
    form: Annotated[Literal["jsonl", "parquet"], typer.Option("--form", help="JSON lines or Parquet.")] = "jsonl",
) -> None:
    """Write what stress and attacks made of the inputs of a run, with their labels, as files to train on."""
    from harness.exports.perturbed import export_perturbed

    print(*(f"{path}: {rows} rows" for path, rows in export_perturbed(run, perturbed, form).items()), sep="\n")
