"""Installed libraries that are in a user's way without being broken: what they are, why, and what mends it."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distributions, version
from importlib.util import find_spec
from typing import Any, TypeAlias

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from harness.errors import listed

PACKAGE = "model-harness"

Check: TypeAlias = dict[str, Any]
"""`name`, whether it is `good`, its `state` in words and what would `fix` it."""

CPU_BUILD = (
    "without a GPU the CPU build does the same in 5 GB less: in a fresh environment, the line that "
    "https://pytorch.org/get-started/locally shows for CPU; with a GPU, its driver is missing or older than this build"
)


def libraries() -> Iterator[Check]:
    """The checks of torch's build and of what holds transformers back; none where there is nothing to say."""
    yield from _torch()
    yield from _transformers()


def _torch() -> Iterator[Check]:
    """A build of torch for graphics cards where there is none."""
    if find_spec("torch") is None:
        return
    try:
        torch = importlib.import_module("torch")
        build, cards = torch.version.cuda, torch.cuda.device_count()
    except Exception:  # noqa: BLE001  # the devices say that it fails
        return
    if build and not cards:
        state = f"a CUDA build ({build}), and no GPU that it can use"
        yield {"name": "torch", "good": False, "state": state, "fix": CPU_BUILD}


def _transformers() -> Iterator[Check]:
    """What asks for an older transformers than 5, where an older one is installed."""
    try:
        found = Version(version("transformers"))
    except PackageNotFoundError:
        return
    holders = sorted(dist.name for dist in distributions() if dist.name != PACKAGE and _holds(dist))
    if found >= Version("5") or not holders:
        return
    state = f"{found}, kept below 5 by {listed(holders)}"
    if brought := [holder for holder in holders if "textattack" in _users_of(holder)]:
        state += (
            f"; the extra textattack brings {listed(brought)}: a model that needs transformers 5 needs an environment "
            "without this extra"
        )
    yield {"name": "transformers", "good": True, "state": state, "fix": ""}


def _holds(dist: Distribution) -> bool:
    return any(need.name == "transformers" and not need.specifier.contains("5.0") for need in _needs(dist))


def _users_of(package: str) -> set[str]:
    """The installed packages that need another one."""
    wanted = canonicalize_name(package)
    return {
        dist.name for dist in distributions() if any(canonicalize_name(each.name) == wanted for each in _needs(dist))
    }


def _needs(dist: Distribution) -> Iterator[Requirement]:
    """The requirements of a distribution without any extra."""
    for line in dist.requires or []:
        try:
            need = Requirement(line)
        except InvalidRequirement:
            continue
        if need.marker is None or need.marker.evaluate({"extra": ""}):
            yield need
