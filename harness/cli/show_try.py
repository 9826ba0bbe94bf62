"""The command `harness show NAME --try`: runs a component once, on the model and reviews of the embedded suite."""

from __future__ import annotations

from harness.cli.show import named
from harness.console.listings import print_tried
from harness.console.words import print_json
from harness.files import stdout_to_stderr
from harness.suite import components
from harness.trials.entries import Settings
from harness.trials.tried import tried


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
