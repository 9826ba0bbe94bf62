"""Several sets of rows in one suite: what is usual in each is its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from harness_tabular import ROW

import harness


def paid(rows: list[dict[str, Any]]) -> list[list[float]]:
    """A model of one column."""
    return [[1 - row["income"] / 100, row["income"] / 100] for row in rows]


def explained(folder: Path, *sets: str) -> dict[str, Any]:
    """The scores of `leave_one_out` on sets of rows, by address."""
    suite = {
        "model": {"use": "given", "labels": ["no", "yes"]},
        "data": [{"use": "files", "path": f"{folder / name}.csv", "kind": "row", "name": name} for name in sets],
        "tasks": [{"use": "explain", "explainers": ["leave_one_out"]}],
    }
    out = folder / f"run {' '.join(sets)}"
    run = harness.run({**suite, "name": "rows"}, model=paid, model__labels=["no", "yes"], out=out, progress=False)
    return {"run": run, **{address: score.value for address, score in run["explain"].scores.items()}}


def test_each_set_has_its_own_usual_values_so_its_scores_are_those_it_has_alone(tmp_path: Path) -> None:
    for name, incomes in (("poor", [10, 20, 30]), ("rich", [60, 80, 90])):
        rows = [f"{income},{age},{'yes' if income > 50 else 'no'}" for age, income in enumerate(incomes)]
        (tmp_path / f"{name}.csv").write_text("income,age,label\n" + "\n".join(rows), encoding="utf-8")
    both, alone = explained(tmp_path, "poor", "rich"), explained(tmp_path, "rich")
    shared = "comprehensiveness[part=leave_one_out]"
    assert both["comprehensiveness[data=rich,part=leave_one_out]"] == alone[shared]
    assert both[shared] == explained(tmp_path, "poor")[shared]
    left_out = {row["data"]: ROW.parse(row["input"]).column("income").baseline for row in both["run"].samples}
    assert left_out == {"poor": 20, "rich": 80}
