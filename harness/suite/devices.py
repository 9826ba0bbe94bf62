"""The device that a model computes on: torch's names, checked. The plugin that has torch hands it in."""

from __future__ import annotations

from typing import Any

from harness.errors import UserError


def choose_device(device: str, torch: Any) -> str:
    """The device of that name; `auto` is the first of cuda, mps and cpu that is available.

    Raises UserError, blaming the key `device`, for one that torch does not know or cannot use.
    """
    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    try:
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError) as error:
        why = str(error).splitlines()[0]
        hint = "expected auto, cpu, cuda, cuda:1, mps" if why.startswith("Expected one of") else why
        raise UserError(f"device {device!r} is not available on this machine: {hint}", "device") from None
    return device
