"""What stress and attacks made of the inputs of a run, with labels, as files to train on: `harness export`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, TypeAlias

from harness.errors import UserError
from harness.failures.found import changing
from harness.files import replace_file
from harness.records.run import Run

Form: TypeAlias = Literal["jsonl", "parquet"]


def export_perturbed(at: Path, folder: Path, form: Form = "jsonl") -> dict[Path, int]:
    """Write a file for each task `stress` or `attack` of a run, and give its rows; raises UserError where none has any.

    A row has `id` (the sample's), `part`, `label` and the columns of the input. Only what a perturbation changed is
    there, only of parts that keep the label, of samples that have one, and each input once. Of an attack it is what it
    succeeded with.
    """
    run = Run(at)
    titles = [title for title in run.tasks if run.info.tasks[title].use in {"stress", "attack"}]
    if not titles:
        raise UserError(f"{run.folder} has no task `stress` or `attack`: nothing was perturbed")
    found = {title: list(_rows(run, title)) for title in titles}
    if not any(found.values()):
        raise UserError(
            f"{run.folder}: no perturbation that keeps the label changed a sample that has one, and no attack succeeded"
        )
    folder.mkdir(parents=True, exist_ok=True)
    return {_write(folder / f"{title}.{form}", rows, form): len(rows) for title, rows in found.items() if rows}


def _rows(run: Run, title: str) -> Iterator[dict[str, Any]]:
    table, other = run.sample_table(), changing(run, title)
    labels = dict(zip(table["id"].to_pylist(), table["label"].to_pylist(), strict=True))
    seen: set[tuple[str, str]] = set()
    for record in run.records(title):
        label, payload = labels.get(record.sample), record.payload
        if payload is None or record.status != "ok" or label is None or {record.part, _of(record.part)} & other:
            continue
        for written in _written(payload):
            if (written, label) not in seen:
                seen.add((written, label))
                yield {"id": record.sample, "part": record.part, **_columns(run, written), "label": label}


def _written(payload: Mapping[str, Any]) -> list[str]:
    """All that a perturbation made of a sample, or the one input that an attack succeeded with."""
    if "outcome" not in payload:
        return list(payload["perturbed"])
    return [payload["perturbed"]] if payload["outcome"] == "succeeded" else []


def _of(part: str) -> str:
    """The perturbation of a part that has a severity."""
    return part.rpartition("/")[0]


def _columns(run: Run, written: str) -> Mapping[str, Any]:
    value = run.kind.parse(written)
    if isinstance(value, str):
        return {"text": value}
    if not isinstance(value, Mapping):
        raise UserError(f"{run.folder}: expected texts, text pairs or rows to export, but got {run.kind.plural}")
    return {str(name): each for name, each in value.items()}


def _write(path: Path, rows: list[dict[str, Any]], form: Form) -> Path:
    def write(aside: Path) -> None:
        if form == "parquet":
            import pyarrow as pa
            from pyarrow import parquet

            parquet.write_table(pa.Table.from_pylist(rows), aside)
        else:
            lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
            aside.write_text("".join(lines), encoding="utf-8", errors="replace", newline="\n")

    replace_file(path, write)
    return path
