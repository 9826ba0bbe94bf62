"""The page "Release decision" up to its reference: its commands in order, and what it says they show."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from conftest import dataset

from harness.baselines.file import read_baseline
from harness.statistics.power import normal_resolution

if TYPE_CHECKING:
    from conftest import Project

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "releases.md").read_text("utf-8")
OF_A_READER = {"transformers:./released": "python:toy:predict", "transformers:./candidate": "python:toy:predict"}


def commands(*sections: str, page: str = PAGE) -> list[list[str]]:
    """The commands of some sections, in order, each as its words without `harness`."""
    found = []
    for section in sections:
        text = re.split(r"^##+ ", page.partition(f"# {section}\n")[2], flags=re.MULTILINE)[0]
        for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL):
            found += [shlex.split(line)[1:] for line in block.replace("\\\n", " ").splitlines()]
    return found


QUICKSTART = ("In a minute", "How many samples", "Many small steps")


def test_the_commands_on_the_quickstart_run_in_order(project: Project) -> None:
    """On a few samples; a gate may fail, nothing else may."""
    ran = commands(*QUICKSTART)
    assert [words[0] for words in ran] == [
        "run", "run", "compare", "accept", "run", "check", "accept", "gate", "compare",
    ]  # fmt: skip
    for words in ran:
        fewer = ["--limit", "12", "--undecided", "pass", "--set", "resamples=20"] if words[0] == "run" else []
        anyway = ["--anyway", "twelve samples"] if words[0] == "accept" else []
        called = project.harness(*words, *fewer, *anyway)
        assert called.code in (0, 1), called.err
        assert "Traceback" not in called.err
    assert read_baseline(Path("quickstart.baseline")).head.suite == "quickstart"
    assert read_baseline(Path("best.baseline")).head.kept == "best"


@pytest.mark.slow
def test_the_commands_on_the_quickstart_show_what_the_page_says(project: Project) -> None:
    codes, shown = [], ""
    for words in commands(*QUICKSTART):
        called = project.harness(*words)
        codes.append(called.code)
        shown += called.out
    assert codes == [0, 1, 0, 0, 1, 0, 0, 1, 0]
    lines = [" ".join(line.split()) for line in shown.splitlines()]
    for block in re.findall(r"```text\n(.*?)```", PAGE.partition("## Undecided")[0], re.DOTALL):
        for line in block.splitlines():
            assert any(each.startswith(" ".join(line.split())) for each in lines), line


def test_the_commands_on_the_suite_replace_run_in_order(project: Project) -> None:
    project.write("dev.jsonl", dataset(24))
    ran = commands("Which gates to begin with")
    assert [words[0] for words in ran] == ["run", "accept", "check", "run"]
    for words in ran:
        quick = ["--set", "resamples=20", "--limit", "8"] if words[0] == "run" else []
        called = project.harness(*(OF_A_READER.get(word, word) for word in words), *quick)
        assert called.code in (0, 1), called.err
    assert read_baseline(Path("released.baseline")).head.suite == "replace"


def test_the_readmes_commands_are_those_of_the_page() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert commands("A second model", page=readme) == commands("In a minute")


@pytest.mark.parametrize("line", re.findall(r"^\| (0\.\d+ \| [\d,]+ \| [\d,]+ \| [\d,]+) \|$", PAGE, re.MULTILINE))
def test_so_many_samples_have_that_power(line: str) -> None:
    """By the forecast that `harness check` makes: the least number whose truth with 80 % power is no gain."""
    margin, *numbers = line.replace(",", "").split(" | ")
    for otherwise, n in zip((0.05, 0.1, 0.2), map(int, numbers), strict=True):

        def error(_: float, share: float = otherwise, n: int = n) -> float:
            return float((share / n) ** 0.5)

        truth = normal_resolution("max", float(margin), error).truth
        assert truth is not None
        assert 0 <= truth < float(margin) / n


def test_the_table_of_samples_is_there() -> None:
    assert len(re.findall(r"^\| 0\.0\d \| ", PAGE, re.MULTILINE)) == 4
