"""The options and arguments that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

SuiteArgument = Annotated[
    str, typer.Argument(help="A suite file, or the name of an installed suite (harness list suites).")
]
RunArgument = Annotated[Path, typer.Argument(help="A run directory.")]
ModelOption = Annotated[str | None, typer.Option("--model", help="Model to use, as USE:VALUE (transformers:./ckpt).")]
DataOption = Annotated[str | None, typer.Option("--data", help="Data to use, as USE:VALUE (files:dev.jsonl).")]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", help="Set a key of the suite: data.limit=50, tasks.attack.limit=10."),
]
LimitOption = Annotated[int | None, typer.Option("--limit", min=1, help="Use at most this many samples per data set.")]
SeedOption = Annotated[int | None, typer.Option("--seed", help="Seed of every random choice but that of the samples.")]
BaselineOption = Annotated[
    Path | None,
    typer.Option("--baseline", help="File of `harness accept`, or a run: what drop and rise gates compare with."),
]
AgainstOption = Annotated[
    str | None,
    typer.Option(
        "--against", help="Another model, as USE:VALUE: run beside it, as the reference of drop and rise gates."
    ),
]
SampleSeedOption = Annotated[
    int | None, typer.Option("--sample-seed", help="Seed of which samples are used, where a limit is below the data.")
]
DeviceOption = Annotated[str | None, typer.Option("--device", help="Device of the model: cpu, cuda or mps.")]
BudgetOption = Annotated[
    int | None, typer.Option("--budget", min=1, help="Maximal tokens per batch, padding included.")
]
ForOption = Annotated[
    float,
    typer.Option(
        "--for", metavar="SECONDS", min=0, help="Try samples for so many seconds at most, once all is loaded."
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout and nothing else.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Print the verdict only, no progress.")]
UntrustedOption = Annotated[
    bool,
    typer.Option(
        "--untrusted", help="Refuse a suite that runs code or reads outside its folder, as of a pull request."
    ),
]
UndecidedOption = Annotated[
    str,
    typer.Option(
        "--undecided",
        help="How to treat an undecided gate (its interval contains the bound): fail, pass, warn or point.",
    ),
]
