"""A stand-in for GitHub's runner: the steps of an action or a job, in a real shell and a real repository.

It evaluates the expressions that the project's YAML has, gives each step its environment, and records what is uploaded
and what `gh` was asked. Steps that install something or check the repository out are left out.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

GH = """#!/bin/sh
# Writes its arguments down, and the comment that it is given; answers as the test wants.
printf '%s\\n' "token=$GH_TOKEN" "$@" "" >> "$GH_LOG"
for each in "$@"; do
  case "$each" in body=@*) cp "${each#body=@}" "$GH_LOG.body" ;; *) ;; esac
done
case "$*" in *"$GH_FAILS"*) echo "gh: Resource not accessible by integration (HTTP 403)" >&2; exit 1 ;; *) ;; esac
case "$*" in *--jq*) printf '%s' "$GH_FOUND" ;; *) ;; esac
"""


@dataclass
class Ended:
    """What became of a job: its exit code, everything it printed, the outputs of its steps, what it uploaded."""

    code: int = 0
    log: str = ""
    summary: str = ""
    steps: dict[str, dict[str, str]] = field(default_factory=dict)
    artifacts: dict[str, list[Path]] = field(default_factory=dict)
    asked: list[list[str]] = field(default_factory=list)
    comment: str = ""


class Runner:
    """Runs steps in `repository`; `temp` is the runner's own folder."""

    def __init__(self, repository: Path, temp: Path) -> None:
        self.repository, self.temp = repository, temp
        self.fails, self.found = "nothing fails", ""
        (temp / "bin").mkdir(parents=True)
        (temp / "bin" / "gh").write_text(GH, encoding="utf-8")
        (temp / "bin" / "gh").chmod(0o755)

    def run(
        self, steps: Sequence[Mapping[str, Any]], context: Mapping[str, str], variables: Mapping[str, str]
    ) -> Ended:
        """The steps one after the other: after one that failed only those that always run."""
        ended = Ended()
        for step in steps:
            known = dict(context)
            for name, outputs in ended.steps.items():
                known |= {f"steps.{name}.outputs.{key}": value for key, value in outputs.items()}
            condition = step.get("if", "true")
            if not _holds(condition, known, ok=ended.code == 0):
                continue
            if "run" in step and "-m pip " not in step["run"]:
                self._shell(step, known, variables, ended)
            elif str(step.get("uses", "")).startswith("actions/upload-artifact"):
                given = {key: _filled(value, known) for key, value in step["with"].items()}
                ended.artifacts[given["name"]] = [Path(line) for line in given["path"].split() if Path(line).exists()]
        self._gathered(ended)
        return ended

    def _shell(
        self, step: Mapping[str, Any], known: Mapping[str, str], variables: Mapping[str, str], ended: Ended
    ) -> None:
        output = self.temp / "output"
        output.write_text("", encoding="utf-8")
        own = {key: _filled(str(value), known) for key, value in step.get("env", {}).items()}
        bash = [shutil.which("bash") or "bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
        done = subprocess.run(
            bash, cwd=self.repository, env={**self._variables(), **variables, **own}, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
        )  # fmt: skip
        ended.log += done.stdout
        ended.code = ended.code or done.returncode
        lines = output.read_text("utf-8").splitlines()
        ended.steps[step.get("id", "")] = dict(line.split("=", 1) for line in lines)

    def _variables(self) -> dict[str, str]:
        places = {"GITHUB_OUTPUT": "output", "GITHUB_STEP_SUMMARY": "summary", "GH_LOG": "gh.log"}
        return {
            "PATH": os.pathsep.join([str(self.temp / "bin"), str(Path(sys.executable).parent), "/usr/bin", "/bin"]),
            "HOME": str(self.temp),
            "HF_HUB_OFFLINE": "1",
            "RUNNER_TEMP": str(self.temp),
            "GITHUB_ACTIONS": "true",
            "GITHUB_SERVER_URL": "https://github.example",
            "GITHUB_REPOSITORY": "somebody/models",
            "GITHUB_RUN_ID": "77",
            "GITHUB_BASE_REF": "",
            "GH_FAILS": self.fails,
            "GH_FOUND": self.found,
            **{name: str(self.temp / file) for name, file in places.items()},
        }

    def _gathered(self, ended: Ended) -> None:
        """What the steps left in the runner's folder, which is clean for the next job."""
        texts = {}
        for name in ("summary", "gh.log", "gh.log.body"):
            path = self.temp / name
            texts[name] = path.read_text("utf-8") if path.exists() else ""
            path.unlink(missing_ok=True)
        ended.summary, ended.comment = texts["summary"], texts["gh.log.body"]
        ended.asked = [call.split("\n") for call in texts["gh.log"].split("\n\n") if call]


def _filled(text: str, known: Mapping[str, str]) -> str:
    return re.sub(r"\$\{\{ *(.*?) *\}\}", lambda found: str(_value(found[1], known) or ""), text)


def _holds(expression: str, known: Mapping[str, str], *, ok: bool) -> bool:
    return (ok or "always()" in expression) and bool(_value(expression, known))


def _value(expression: str, known: Mapping[str, str]) -> Any:
    """The value of one of GitHub's expressions: names, texts, `==`, `!=`, `&&`, `||`, `always()`."""
    words = re.findall(r"'[^']*'|&&|\|\||[!=]=|[()]|[\w.-]+", expression.replace("always()", "true"))
    python = {"&&": "and", "||": "or", "true": "True"}
    return eval(" ".join(python.get(word) or (_of_name(word, known) if word[0].isalpha() else word) for word in words))


def _of_name(word: str, known: Mapping[str, str]) -> str:
    return repr(known.get(word, ""))
