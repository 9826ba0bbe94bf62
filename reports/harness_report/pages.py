"""What every page is made with: the templates' environment, the style sheet and its hash."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from harness_report.marks import breaking, brief, legible, shown
from harness_report.rendering import is_installed
from harness_report.wording import plural, signed

SHADES = "".join(f".s{step}{{--share:{step / 20:g}}}" for step in range(21))
"""Shares as classes: a policy that allows no style but this sheet forbids them in an attribute."""


def style() -> Markup:
    """The style sheet."""
    return Markup(f"{file('style.css')}{SHADES}")  # noqa: S704  # files of this package


def file(name: str) -> str:
    """A file of this package."""
    return resources.files("harness_report").joinpath(name).read_text(encoding="utf-8")


def _hashed(text: str) -> str:
    """The hash by which a content security policy allows a style or script."""
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


@cache
def environment() -> Environment:
    """Everything a template prints is made legible and escaped, whether or not the template remembers to."""
    environment = Environment(
        loader=PackageLoader("harness_report", ""),
        autoescape=True,
        finalize=_finalized,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        shown=shown, breaking=breaking, brief=brief, plural=plural, weight=signed, hashed=_hashed
    )
    environment.globals["charts_are_drawn"] = is_installed
    return environment


def _finalized(value: Any) -> Any:
    return legible(value) if isinstance(value, str) and not isinstance(value, Markup) else value
