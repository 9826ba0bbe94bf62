"""The machine that a run is computed on, as far as it decides how fast."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Mapping
from pathlib import Path

from harness.records.info import Hardware

CPUINFO = Path("/proc/cpuinfo")
UNKNOWN = "on a machine that nobody knows"


def hardware(device: str) -> Hardware:
    """Where this process computes, of a model on this device."""
    names = platform.platform(), os.cpu_count(), device
    return Hardware(*names, _processor(), _threads(), _accelerator(device))


def machine_of(known: Hardware) -> dict[str, str]:
    """What decides how fast a run is computed, in words; empty of a run from before this was kept."""
    if not known.processor and known.threads is None:
        return {}
    named = {
        "processor": known.processor,
        "cores": str(known.cpus),
        "threads": str(known.threads),
        "device": known.device,
        "accelerator": known.accelerator,
    }
    return {name: each for name, each in named.items() if each}


def elsewhere(old: Mapping[str, str], new: Mapping[str, str]) -> str:
    """Why times of two runs do not compare; empty where they are of one machine."""
    other = [name for name in dict.fromkeys([*old, *new]) if old.get(name) != new.get(name)]
    if not other:
        return ""
    there = ", ".join(f"{name} {old.get(name, 'none')}, here {new.get(name, 'none')}" for name in other)
    return f"times do not compare: the old one was measured {there if old else UNKNOWN}"


def _processor() -> str:
    """The name of the processor; the architecture where the system does not say."""
    try:
        lines = CPUINFO.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, "") or platform.processor() or platform.machine()


def _threads() -> int:
    """The threads of a computation: torch's own number where it is in use, else what environment or system give."""
    if torch := sys.modules.get("torch"):
        return int(torch.get_num_threads())
    own = os.environ.get("OMP_NUM_THREADS", "")
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return int(own) if own.isdigit() and int(own) else usable


def _accelerator(device: str) -> str:
    torch = sys.modules.get("torch")
    if torch is None or not device.startswith("cuda"):
        return ""
    return str(torch.cuda.get_device_name(device.partition(",")[0]))
