"""The command `harness doctor`: versions, devices, extras and what is missing; or what is wrong with a model."""

from __future__ import annotations

import sys

from harness.console.listings import print_doctor, print_examined
from harness.console.words import line_of, print_json
from harness.doctor.apart import examined
from harness.doctor.diagnosis import diagnosis
from harness.doctor.examining import Wishes
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


def doctor_of(model: str, data: str | None, wishes: Wishes, *, as_json: bool) -> int:
    """Print what is wrong with a model, a line each; 1 where there is something."""
    found = examined(model, data, lambda patient: print(line_of(patient.asked), file=sys.stderr), wishes)
    if as_json:
        print_json(found.as_json)
    else:
        print_examined(found)
    return int(bool(found.problems))
