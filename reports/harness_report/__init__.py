"""The report `html`: one self-contained page made from a run directory alone, verdict first."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup, escape

from harness import Run, report
from harness.reports import Comparison, History
from harness_report.advice import WorstOf, advice, lost, worst
from harness_report.cases import MAX_SAMPLES_READ, Cases
from harness_report.compared import PairView, against_baseline, compared
from harness_report.gates import Gates, gates
from harness_report.header import Fact, Headline, facts, headline, icon, title
from harness_report.history import history_page
from harness_report.machinery import EngineRow, engine, particulars, timing
from harness_report.markdown import gate_table
from harness_report.pages import environment, file, style
from harness_report.rendering import begin
from harness_report.samples import Browser, browser
from harness_report.sections import Section, sections
from harness_report.wording import percent

__all__ = ["html"]


@dataclass(frozen=True)
class Page:
    """The page from top to bottom."""

    name: str
    title: str
    icon: str
    headline: Headline
    notices: list[str]
    todo: str
    worst: list[WorstOf]
    facts: list[Fact]
    against: PairView | None
    gates: Gates
    markdown: Markup
    confidence: str
    sections: list[Section]
    samples: Browser
    engine: list[EngineRow]
    timing: list[Fact]
    particulars: list[Fact]
    style: Markup
    script: Markup


@report(early=begin)
def html(run: Run | Comparison | History) -> str:
    """A run, a comparison or a history as one HTML page without outside resources.

    The one script of a run's page is not needed to read it.

    Pictures and samples are of MAX_SAMPLES_READ samples at most, and say so; scores and gates are of all.
    """
    if isinstance(run, Comparison):
        return compared(run)
    if isinstance(run, History):
        return history_page(run)
    return environment().get_template("report.html.j2").render(page=_page(run.first(MAX_SAMPLES_READ)))


def _page(run: Run) -> Page:
    decided = gates(run)
    head, bad = headline(run, decided), worst(run, decided)
    tasks = [Cases(run, task) for task in run.tasks]
    parts = sections(run, tasks)
    named = {each.id for group in bad for each in group.samples} | {each for part in parts for each in part.named}
    against, why_not = against_baseline(run) if run.verdict else (None, "")
    return Page(
        name=run.name,
        title=title(run.name, head, decided),
        icon=icon(head.verdict),
        headline=head,
        notices=[*run.info.notices, *filter(None, [why_not])],
        todo=lost(run) + advice(run, decided, head.verdict, bad),
        worst=bad,
        facts=facts(run),
        against=against,
        gates=decided,
        markdown=escape(gate_table(decided.worst_first)),
        confidence=percent(run.info.confidence),
        sections=parts,
        samples=browser(tasks, named),
        engine=engine(run),
        timing=timing(run),
        particulars=particulars(run),
        style=style(),
        script=Markup(file("page.js")),  # noqa: S704  # a file of this package
    )
