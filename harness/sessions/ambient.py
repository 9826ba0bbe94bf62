"""The process-wide states that procedures change without saying so, saved and restored around each hand-over."""

from __future__ import annotations

import random
import sys
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

import numpy as np

States: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True)
class State:
    """One ambient state: what it is now, how to make it so again, and how it begins for a new session."""

    save: Callable[[], Any]
    restore: Callable[[Any], None]
    seed: Callable[[int], object]


def _filters() -> Any:
    """What `warnings.catch_warnings` replaces: the list of filters, which is edited in place too, and who shows one."""
    shown = {name: getattr(warnings, name) for name in ("showwarning", "_showwarnmsg_impl")}
    return warnings.filters, list(warnings.filters), shown


def _restore_filters(state: Any) -> None:
    filters, entries, shown = state
    vars(warnings).update(shown)
    if warnings.filters is not filters or filters != entries:
        filters[:] = entries
        warnings.filters = filters
        warnings._filters_mutated()  # type: ignore[attr-defined]  # noqa: SLF001  # as warnings.catch_warnings does


def _torch() -> Any:
    """Torch's generator and grad mode; nothing while torch is not imported."""
    torch = sys.modules.get("torch")
    return None if torch is None else (torch.get_rng_state(), torch.is_grad_enabled())


def _restore_torch(state: Any) -> None:
    torch = sys.modules.get("torch")
    if torch is not None:
        numbers, grad = state or (torch.get_rng_state(), True)  # imported meanwhile: as torch begins
        torch.set_rng_state(numbers)
        torch.set_grad_enabled(grad)


def _seed_torch(number: int) -> None:
    if torch := sys.modules.get("torch"):
        torch.default_generator.manual_seed(number)


def _as_it_is(number: int) -> None:
    """A state that no number begins."""


STATES: dict[str, State] = {
    "random": State(random.getstate, random.setstate, random.seed),
    "numpy": State(partial(np.random.get_state, legacy=False), np.random.set_state, np.random.seed),
    "warnings": State(_filters, _restore_filters, _as_it_is),
    "torch": State(_torch, _restore_torch, _seed_torch),
}
"""Every state that is swapped, of numpy the global generator; a plugin whose library has one more adds it here."""


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
