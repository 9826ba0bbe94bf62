"""What tests share: a small project on the disk, with a model in pure Python, and the command line called in it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import EntryPoint, PathDistribution
from pathlib import Path
from typing import Any

import pytest

from harness.suite import components

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ.setdefault("HARNESS_CACHE", tempfile.mkdtemp(prefix="harness-cache-"))
pytest_plugins = ["pytester"]
NLTK_DATA = Path(__file__).parents[2] / "shared/data/nltk_data"
if NLTK_DATA.exists():  # before anything imports nltk, which looks once
    os.environ.setdefault("NLTK_DATA", str(NLTK_DATA))

TOY = '''
"""A classifier that counts good and bad words; `asked` holds every text it was asked."""
from math import exp

GOOD, BAD = {"good", "great", "fine"}, {"bad", "awful", "poor"}
asked = []


def predict(texts):
    asked.extend(texts)
    votes = [sum((word in GOOD) - (word in BAD) for word in text.split()) for text in texts]
    return [[1 / (1 + exp(2 * vote + 0.1)), 1 / (1 + exp(-2 * vote - 0.1))] for vote in votes]


predict.labels = ["negative", "positive"]
'''

SUITE = """\
model: {use: python, object: "toy:predict"}
data: {use: files, path: dev.jsonl}
seed: 7
tasks:
  - use: classification
    metrics: [ece]
    gates: {accuracy: {min: 0.5}}
  - use: attack
    attacks: [deepwordbug]
    limit: 6
resamples: 20
"""

LIGHT = """
import os, signal, sys, threading
from harness.records.folder import RunFolder


class NoPandas:  # which pyarrow would import if it could
    def find_spec(self, name, *_):
        if name == "pandas":
            raise ImportError


def signalled(number, cases, delay):
    # Send this process a signal, some seconds after it finished so many cases.
    append, left = RunFolder.append, iter(range(cases - 1, -1, -1))

    def appending(run, record):
        append(run, record)
        if next(left, None) == 0:
            threading.Timer(delay, os.kill, (os.getpid(), number)).start()

    RunFolder.append = appending


signal.signal(signal.SIGINT, signal.default_int_handler)  # which a background process ignores
sys.meta_path.insert(0, NoPandas())
"""
"""Begins a process: it starts quickly and can be made to send itself a signal."""

EMBEDDED = """
from pathlib import Path

def path():
    return Path(__file__).with_name("quick.yaml")
"""

REVIEWS = [
    "It's a good film, really: 7 out of 10!",
    "It is a bad film, not one of my 3 best.",
    "Oh no: an awful story .",
]

WORDS = {"positive": ["good", "great", "fine", "odd"], "negative": ["bad", "awful", "poor", "odd"]}


@dataclass(frozen=True)
class Called:
    """What a call of the command line came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on stdout."""
        return json.loads(self.out)


class Project:
    """A folder with a toy model, its data (`rows` of them) and a suite; the command line is called in it."""

    def __init__(self, folder: Path, call: Callable[..., Called], patch: pytest.MonkeyPatch, kept: Path) -> None:
        self.folder = folder
        self.harness = call
        self._patch = patch
        self._kept = kept

    def write(self, name: str, content: str | bytes) -> Path:
        """A file of the project, made or replaced."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.name == "run.json" and isinstance(content, str):  # what a test changes says nothing of its checksum
            content = re.sub(r',\s*"checksum": "\w+"', "", content)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace a piece of a file, which has to be there once."""
        content = (self.folder / name).read_text(encoding="utf-8")
        assert content.count(old) == 1, f"{old!r} stands {content.count(old)} times in {name}"
        self.write(name, content.replace(old, new))

    def finish(self, name: str) -> None:
        """A finished run of `quick.yaml` as it is at first: made once, copied from then on."""
        if self._kept.exists():
            shutil.copytree(self._kept, self.folder / name)
            return
        assert self.harness("run", "quick.yaml", "--out", name, "--quiet").code == 0
        shutil.copytree(self.folder / name, self._kept)

    def read(self, name: str) -> Any:
        """A JSON file of the project."""
        return json.loads((self.folder / name).read_text(encoding="utf-8"))

    def install(self, kind: str, name: str, value: str, source: str = "", needs: str = "") -> None:
        """Make a component, `module:object`, installed, in place of one of its name; with `source`, its module too.

        `needs` is a requirement of the extra of its plugin, `stranger[numbers]` for `harness_numbers`.
        """
        others, point = components.installed, EntryPoint(name, value, f"harness.{kind}")
        if needs:
            point = self._distributed(point, needs)

        def points(group: str) -> list[EntryPoint]:
            kept = [each for each in others(group) if (group, each.name) != (point.group, name)]
            return [*kept, *[point] * (group == point.group)]

        self._patch.setattr(components, "installed", points)
        self._patch.syspath_prepend(str(self.folder))
        if source:
            self.write(f"{point.module}.py", source)

    def _distributed(self, point: EntryPoint, needs: str) -> EntryPoint:
        """The same of an installed distribution whose extra needs something."""
        extra = point.module.removeprefix("harness_")
        metadata = f"Metadata-Version: 2.1\nName: stranger\nVersion: 1\nProvides-Extra: {extra}\n"
        self.write("stranger.dist-info/METADATA", f"{metadata}Requires-Dist: {needs}; extra == '{extra}'\n")
        listed = self.write("stranger.dist-info/entry_points.txt", f"[{point.group}]\n{point.name} = {point.value}\n")
        [found] = PathDistribution(listed.parent).entry_points
        return found

    def start(self, *argv: str, before: str = "") -> subprocess.Popen[str]:
        """The command line in a process of its own, after some Python."""
        return subprocess.Popen(
            [sys.executable, "-c", f"{LIGHT}\n{before}\nfrom harness.cli.main import main\nmain()", *argv],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )


@pytest.fixture(scope="session")
def kept_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where `Project.finish` keeps its run."""
    return tmp_path_factory.mktemp("kept") / "run"


@pytest.fixture
def project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], kept_run: Path
) -> Iterator[Project]:
    """A project in the working directory; the scores of its suite are resampled 20 times only."""

    def call(*argv: str) -> Called:
        from harness.cli.main import main

        monkeypatch.setattr(sys, "argv", ["harness", *argv])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return Called(int(ended.value.code or 0), out, err)

    for variable in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"):  # what a CI would be told is some tests' own business
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", sys.path[:])
    made = Project(tmp_path, call, monkeypatch, kept_run)
    made.write("toy.py", TOY)
    made.write("quick.yaml", SUITE)
    made.write("dev.jsonl", dataset(20))
    yield made
    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", None)).startswith(str(tmp_path)):
            del sys.modules[name]


@pytest.fixture
def embedded(project: Project) -> Project:
    """A project whose suite is the embedded one: no torch, and reviews that every perturbation can change."""
    project.install("suites", "quickstart", "embedded_suite:path", EMBEDDED)
    rows = [{"text": text, "label": ("positive", "negative", "negative")[at]} for at, text in enumerate(REVIEWS)]
    project.write("dev.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    return project


def dataset(rows: int) -> str:
    """Lines of text and label, every fourth of which the toy cannot know."""
    lines = []
    for at in range(rows):
        label = ("positive", "negative")[at % 2]
        lines.append(json.dumps({"text": f"a {WORDS[label][at // 2 % 4]} film, number {at}", "label": label}) + "\n")
    return "".join(lines)
