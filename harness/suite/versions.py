"""The versions that decide results, or bring components: every run writes them down."""

from __future__ import annotations

import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from harness.suite import components

VERSIONED_PACKAGES = (
    "model-harness",
    "numpy",
    "torch",
    "transformers",
    "datasets",
    "textattack",
    "shap",
    "lime",
    "scikit-learn",
    "skops",
    "scipy",
    "pyarrow",
)


@cache
def versions() -> dict[str, str]:
    """The versions of Python, of the packages that decide results, and of those that bring components, if installed."""
    found = {"python": platform.python_version()}
    plugins = {point.dist.name for kind in components.KINDS for point in components.find(kind).values() if point.dist}
    for name in (*VERSIONED_PACKAGES, *sorted(plugins - {*VERSIONED_PACKAGES})):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
