"""The process-wide states that procedures change without saying so, saved and restored around each hand-over."""

from __future__ import annotations

import random
import sys
import warnings
from collections.abc import Mapping
from typing import Any, Protocol, TypeAlias

import numpy as np

States: TypeAlias = Mapping[str, Any]


class State(Protocol):
    """One ambient state: what it is now, and how to make it so again; `seed` begins it for a new session."""

    def save(self) -> Any: ...
    def restore(self, state: Any) -> None: ...
    def seed(self, number: int) -> None: ...


class _Random:
    def save(self) -> Any:
        return random.getstate()

    def restore(self, state: Any) -> None:
        random.setstate(state)

    def seed(self, number: int) -> None:
        random.seed(number)


class _Numpy:
    def save(self) -> Any:
        return np.random.get_state(legacy=False)  # noqa: NPY002  # the global generator is what is swapped

    def restore(self, state: Any) -> None:
        np.random.set_state(state)  # noqa: NPY002

    def seed(self, number: int) -> None:
        np.random.seed(number)  # noqa: NPY002  # the global generator is the one libraries share


class _Warnings:
    """What `warnings.catch_warnings` replaces: the list of filters, which is edited in place too, and who shows one."""

    def save(self) -> Any:
        shown = {name: getattr(warnings, name) for name in ("showwarning", "_showwarnmsg_impl")}
        return warnings.filters, list(warnings.filters), shown

    def restore(self, state: Any) -> None:
        filters, entries, shown = state
        vars(warnings).update(shown)
        if warnings.filters is not filters or filters != entries:
            filters[:] = entries
            warnings.filters = filters
            warnings._filters_mutated()  # type: ignore[attr-defined]  # noqa: SLF001  # as warnings.catch_warnings does

    def seed(self, number: int) -> None:
        """Warning filters begin as they are."""


class _Torch:
    """Torch's generator and grad mode; nothing while torch is not imported."""

    def save(self) -> Any:
        torch = sys.modules.get("torch")
        return None if torch is None else (torch.get_rng_state(), torch.is_grad_enabled())

    def restore(self, state: Any) -> None:
        torch = sys.modules.get("torch")
        if torch is not None:
            numbers, grad = state or (torch.get_rng_state(), True)  # imported meanwhile: as torch begins
            torch.set_rng_state(numbers)
            torch.set_grad_enabled(grad)

    def seed(self, number: int) -> None:
        if torch := sys.modules.get("torch"):
            torch.default_generator.manual_seed(number)


STATES: dict[str, State] = {"random": _Random(), "numpy": _Numpy(), "warnings": _Warnings(), "torch": _Torch()}
"""Every state that is swapped; a plugin whose library has one more adds it here."""


def save() -> States:
    """Every state as it is now."""
    return {name: state.save() for name, state in STATES.items()}


def restore(states: States) -> None:
    """Restore every saved state."""
    for name, state in states.items():
        STATES[name].restore(state)


def seed(number: int) -> None:
    """Begin every generator from a number."""
    for state in STATES.values():
        state.seed(number)


def torch_modes() -> tuple[str, ...]:
    """The modes of torch that are on in this thread and would leak to whoever runs next."""
    torch = sys.modules.get("torch")
    if torch is None:
        return ()
    modes = {"inference_mode": torch.is_inference_mode_enabled()}
    for device in ("cpu", "cuda"):
        modes[f"autocast({device!r})"] = torch.is_autocast_enabled(device)
    return tuple(name for name, on in modes.items() if on)
