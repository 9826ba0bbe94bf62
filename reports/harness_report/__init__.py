"""The report `html`: one self-contained page made from a run directory alone, verdict first."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from harness import Run
from harness_report.advice import WorstOf, advice, lost, worst
from harness_report.cases import MAX_SAMPLES_READ, Cases
from harness_report.gates import Gates, gates
from harness_report.header import Fact, Headline, facts, headline
from harness_report.machinery import EngineRow, engine, particulars, timing
from harness_report.marks import brief, legible, shown
from harness_report.samples import Browser, browser
from harness_report.sections import Section, sections
from harness_report.wording import percent, plural, signed

__all__ = ["html"]


SHADES = "".join(f".s{step}{{--share:{step / 20:g}}}" for step in range(21))
"""Shares as classes: a policy that allows no style but this sheet forbids them in an attribute."""


@dataclass(frozen=True)
class Page:
    """The page from top to bottom."""

    name: str
    headline: Headline
    notices: list[str]
    todo: str
    worst: list[WorstOf]
    facts: list[Fact]
    gates: Gates
    confidence: str
    sections: list[Section]
    samples: Browser
    engine: list[EngineRow]
    timing: list[Fact]
    particulars: list[Fact]
    style: Markup
    script: Markup


def html(run: Run) -> str:
    """A run as one HTML page without outside resources; without its one script it can be read as well.

    Pictures and samples are of MAX_SAMPLES_READ samples at most, and say so; scores and gates are of all.
    """
    run = run.first(MAX_SAMPLES_READ)
    return _environment().get_template("report.html.j2").render(page=_page(run))


def _page(run: Run) -> Page:
    decided = gates(run)
    head, bad = headline(run, decided), worst(run, decided)
    tasks = [Cases(run, task) for task in run.tasks]
    return Page(
        name=run.name,
        headline=head,
        notices=list(run.info.notices),
        todo=lost(run) + advice(run, decided, head.verdict, bad),
        worst=bad,
        facts=facts(run),
        gates=decided,
        confidence=percent(run.info.confidence),
        sections=sections(run, tasks),
        samples=browser(tasks),
        engine=engine(run),
        timing=timing(run),
        particulars=particulars(run),
        style=Markup(f"{_file('style.css')}{SHADES}"),  # noqa: S704 - files of this package
        script=Markup(_file("page.js")),  # noqa: S704
    )


def _file(name: str) -> str:
    return resources.files("harness_report").joinpath(name).read_text(encoding="utf-8")


def _hashed(text: str) -> str:
    """The hash by which a content security policy allows a style or script."""
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


@cache
def _environment() -> Environment:
    """Everything a template prints is made legible and escaped, whether or not the template remembers to."""
    environment = Environment(
        loader=PackageLoader("harness_report", ""),
        autoescape=True,
        finalize=_finalized,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(shown=shown, brief=brief, plural=plural, weight=signed, hashed=_hashed)
    return environment


def _finalized(value: Any) -> Any:
    return legible(value) if isinstance(value, str) and not isinstance(value, Markup) else value
