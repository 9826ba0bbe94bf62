"""The options and arguments that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from typer.core import TyperCommand

from harness.project.completion import suites
from harness.project.help import write_groups
from harness.project.logs import show_logs

Policy = Literal["fail", "pass", "warn", "point"]
"""`harness.types.Undecided`, which would take numpy to import."""

CI = Literal["github", "gitlab", "none"]


class Grouped(TyperCommand):
    """A command whose help shows its many options in groups."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        write_groups(self.get_params(ctx), ctx, formatter)


SuiteArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="SUITE",
        help="A suite file, or an installed suite (harness list suites); by default the only *.harness.yaml here.",
        autocompletion=suites,
    ),
]
RunArgument = Annotated[Path, typer.Argument(help="A run directory.")]
ModelOption = Annotated[
    str | None,
    typer.Option(
        "--model",
        metavar="SPEC",
        help="Model: USE:VALUE (transformers:./ckpt), a mapping, or a suite for its own.",
    ),
]
DataOption = Annotated[
    str | None, typer.Option("--data", metavar="SPEC", help="Data: USE:VALUE (files:dev.jsonl), a mapping, or a suite.")
]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Set a key of the suite: data.limit=50, tasks.attack.limit=10."),
]
LimitOption = Annotated[
    int | None, typer.Option("--limit", metavar="N", min=1, help="Use at most this many samples per data set.")
]
SeedOption = Annotated[
    int | None, typer.Option("--seed", metavar="N", help="Seed of every random choice but that of the samples.")
]
BaselineOption = Annotated[
    Path | None,
    typer.Option("--baseline", help="File of `harness accept`, or a run: what drop and rise gates compare with."),
]
AgainstOption = Annotated[
    str | None,
    typer.Option(
        "--against", metavar="SPEC", help="Another model: run beside it, as the reference of drop and rise gates."
    ),
]
SampleSeedOption = Annotated[
    int | None,
    typer.Option("--sample-seed", metavar="N", help="Seed of which samples are used, where a limit is below the data."),
]
DeviceOption = Annotated[str | None, typer.Option("--device", help="Device of the model: cpu, cuda or mps.")]
BatchTimeoutOption = Annotated[
    float | None, typer.Option("--batch-timeout", help="Seconds in which the model has to answer a batch.")
]
BudgetOption = Annotated[
    int | None, typer.Option("--budget", metavar="N", min=1, help="Maximal tokens per batch, padding included.")
]
ForOption = Annotated[
    float,
    typer.Option(
        "--for", metavar="SECONDS", min=0, help="Try samples for so many seconds at most, once all is loaded."
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout and nothing else.")]
QuietOption = Annotated[
    bool, typer.Option("--quiet", "-q", help="Print one line, the verdict and where the report is; no progress.")
]
VerboseOption = Annotated[
    bool, typer.Option("--verbose", "-v", callback=show_logs, help="Show what libraries log, and, of check, a prompt.")
]
UntrustedOption = Annotated[
    bool,
    typer.Option(
        "--untrusted", help="Refuse a suite that runs code or reads outside its folder, as of a pull request."
    ),
]
UndecidedOption = Annotated[
    Policy,
    typer.Option("--undecided", help="How to treat an undecided gate, whose interval contains the bound."),
]
