"""Installed and missing packages, resources of plugins, and the devices of models."""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator
from importlib.metadata import Distribution, EntryPoint, PackageNotFoundError, distribution
from importlib.util import find_spec
from typing import Any

from harness.doctor.libraries import PACKAGE, Check, libraries
from harness.errors import listed
from harness.sessions.traits import traits_of
from harness.suite import components
from harness.suite.versions import versions


def diagnosis() -> dict[str, Any]:
    """All checks of the doctor; none of them is a secret."""
    points = [(kind, point) for kind in components.KINDS for point in components.find(kind).values()]
    plugins = [_plugin(kind, point) for kind, point in points]
    return {
        "versions": versions(),
        "devices": devices(),
        "libraries": list(libraries()),
        "extras": list(_extras()),
        "resources": [check for kind, point in points for check in _resources(kind, point)],
        "plugins": [check for check in plugins if check],
    }


def devices() -> dict[str, str]:
    """The devices that a model can run on; only the processor where torch is not installed."""
    found = {"cpu": f"{os.cpu_count()} cores"}
    if find_spec("torch") is None:
        return found | {"cuda, mps": "unknown without torch"}
    try:
        torch = importlib.import_module("torch")
        for at in range(torch.cuda.device_count()):
            device = torch.cuda.get_device_properties(at)
            found[f"cuda:{at}"] = f"{device.name}, {device.total_memory / 2**30:.1f} GiB"
        if torch.backends.mps.is_available():
            found["mps"] = "available"
    except Exception as error:  # noqa: BLE001  # a torch that does not fit its driver is what doctor is asked about
        found["torch"] = f"fails: {type(error).__name__}: {error}"
    return found


def _extras() -> Iterator[Check]:
    """Every extra of this distribution, and which of its requirements are missing."""
    try:
        dist = distribution(PACKAGE)
    except PackageNotFoundError:  # run from its sources
        return
    for extra in dist.metadata.get_all("Provides-Extra") or []:
        yield _extra(dist, extra)


def _extra(dist: Distribution, extra: str) -> Check:
    missing = components.missing_of(dist, extra)
    state = f"not installed: {listed(missing)}" if missing else "installed"
    fix = f"pip install '{dist.name}[{extra}]'" if missing else ""
    return {"name": extra, "good": not missing, "state": state, "fix": fix}


def _resources(kind: str, point: EntryPoint) -> Iterator[Check]:
    """The checks of a component's trait `resources`: a name, whether it is here, and the line that fetches it."""
    if components.missing(point):
        return
    title = f"{components.singular(kind)} {point.name}"
    try:
        listing = traits_of(point.load()).resources
        rows = list(listing()) if listing else []
    except Exception as error:  # noqa: BLE001  # a stranger's plugin must not hide the others
        yield {"name": title, "good": False, "state": f"fails: {type(error).__name__}: {error}", "fix": ""}
        return
    for name, present, fetch in rows:
        state = "here" if present else "missing"
        yield {"name": f"{title}: {name}", "good": bool(present), "state": state, "fix": "" if present else fetch}


def _plugin(kind: str, point: EntryPoint) -> Check | None:
    """A component that cannot be loaded although nothing is missing."""
    try:
        point.load()
    except Exception as error:  # noqa: BLE001  # whatever a stranger's module raises
        if components.missing(point):
            return None
        owner = f" (from {point.dist.name} {point.dist.version})" if point.dist else ""
        state = f"broken: {type(error).__name__}: {error}"
        fix = f"{point.value}{owner} has to be importable"
        return {"name": f"{kind}/{point.name}", "good": False, "state": state, "fix": fix}
    return None
