"""The same model twice: runs with other windows, budgets, caches, threads and hash seeds, and how many verdicts differ.

`python -m benchmarks.same [RUNS]` runs the quickstart once, accepts it, and runs it again with gates on every kind of
change, each time in a process of its own; every fifth run ends early. Verdicts are compared with those of the first run
of its kind, values too: the largest difference of a gate's value is printed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

GATES = {
    "classification": {"accuracy": {"drop": 0.01}, "recall[class=negative]": {"min": 0.8}, "ece": {"rise": 0.02}},
    "stress": {"worst_accuracy": {"drop": 0.05}},
    "attack": {"robust_accuracy": {"drop": 0.05, "min": 0.1}},
    "explain": {"comprehensiveness": {"drop": 0.03}},
}
FEWER = {"data": 300, "tasks.stress": 80, "tasks.attack": 60, "tasks.explain": 40}
"""Limits, so that fifty runs take minutes."""

PROGRAM = """
import sys
from harness.cli.main import main
from harness.engine.loop import Engine
Engine.__init__.__kwdefaults__["window"] = int(sys.argv.pop(1))
main()
"""


def run(folder: Path, at: int, *options: str) -> Any:
    """One run in a process of its own; its gates by address and kind."""
    window = (1024, 1, 17, 200)[at % 4]
    env = os.environ | {"PYTHONHASHSEED": str(at), "OMP_NUM_THREADS": str(1 + at % 2), "HF_HUB_OFFLINE": "1"}
    argv = [sys.executable, "-c", PROGRAM, str(window), "run", "quickstart", "--json", "--quiet", *options]
    argv += [option for place, limit in FEWER.items() for option in ("--set", f"{place}.limit={limit}")]
    argv += ["--out", str(folder / f"run-{at}"), "--budget", str(512 + 977 * at % 7001)]
    argv += ["--cache", str(folder / "cache")] if at % 3 == 0 else []
    done = subprocess.run(argv, env=env, capture_output=True, text=True, check=False)
    if done.returncode > 1:
        raise SystemExit(done.stderr)
    return {(gate["address"], gate["kind"]): gate for gate in json.loads(done.stdout)["gates"]}


def main() -> None:
    """Print how many runs have another verdict than the first of their kind."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    settings = [f"tasks.{task}.gates={{}}" for task in GATES]
    settings += [
        f"tasks.{task}.gates.{address}.{kind}={bound}"
        for task, gates in GATES.items()
        for address, bounds in gates.items()
        for kind, bound in bounds.items()
    ]
    gated = [option for setting in settings for option in ("--set", setting)]
    with tempfile.TemporaryDirectory() as name:
        folder, baseline = Path(name), Path(name) / "first.baseline"
        run(folder, 0)
        accept = [sys.executable, "-m", "harness", "accept", str(folder / "run-0"), "--to", str(baseline)]
        subprocess.run(accept, check=True, capture_output=True)
        firsts: dict[bool, Any] = {}
        differ, furthest = 0, 0.0
        for at in range(1, runs + 1):
            early = at % 5 == 0
            found = run(folder, at, *gated, "--baseline", str(baseline), *(["--set", "stop=early"] if early else []))
            first = firsts.setdefault(early, found)
            differ += any(found[gate]["verdict"] != first[gate]["verdict"] for gate in first)
            furthest = max(furthest, *(abs(found[gate]["value"] - first[gate]["value"]) for gate in first))
            print(f"{at}: {[gate['verdict'] for gate in found.values()]}", file=sys.stderr, flush=True)
    print(f"{differ} of {runs} runs have another verdict; the largest difference of a value is {furthest:.1e}")


if __name__ == "__main__":
    main()
