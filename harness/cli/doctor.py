"""The command `harness doctor`: versions, devices, extras, resources of plugins, broken plugins, what is missing."""

from __future__ import annotations

from harness.console.listings import print_doctor
from harness.console.words import print_json
from harness.doctor.diagnosis import diagnosis
from harness.files import stdout_to_stderr


def doctor(*, as_json: bool) -> int:
    """Print what is there and what is missing, with the line that fetches it."""
    with stdout_to_stderr():
        found = diagnosis()
    if as_json:
        print_json(found)
    else:
        print_doctor(found)
    return 0
