"""A task of a run as Python has it: scores by name, records as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import MissingExtra, UserError, listed, nearest
from harness.frames.scores import score_page
from harness.records.record import read_table
from harness.scores.address import local_address, parse_local
from harness.scores.score import Score

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


class TaskResult:
    """The scores and records of one task; `result.robust_accuracy` is `result["robust_accuracy"]`."""

    def __init__(self, folder: Path, name: str, scores: Mapping[str, Score], samples: Callable[[], pa.Table]) -> None:
        self.folder = folder
        self.name = name
        self._all = scores
        self._samples = samples

    @cached_property
    def scores(self) -> Mapping[str, Score]:
        """Every score by its address in the task: `accuracy`, `recall[class=negative]`."""
        own = ((address.partition("/"), score) for address, score in self._all.items())
        return {local: score for (task, _, local), score in own if task == self.name}

    def __getitem__(self, address: str) -> Score:
        """A score by its address; raises UserError naming the nearest one."""
        __tracebackhide__ = True  # in a test, the line that asked is the one to see
        local = local_address(*parse_local(address))
        if local not in self.scores:
            known = listed(self.scores)
            raise UserError(f"{self.name} has no score {address!r}: it has {known}{nearest(local, self.scores)}")
        return self.scores[local]

    def __getattr__(self, name: str) -> Score:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return self[name]
        except UserError as error:
            raise AttributeError(str(error)) from None

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *(local for local in self.scores if local.isidentifier())]

    def __repr__(self) -> str:
        return "\n".join([f"{self.name}:", *(f"  {score!r}" for score in self.scores.values())])

    def _repr_html_(self) -> str:
        """The view in a notebook: a row per score."""
        return score_page(self.name, self.scores)

    def table(self) -> pa.Table:
        """The records as an Arrow table: task, part, sample, status, error, asked, and the task's own `payload`."""
        return read_table(self.folder, self.name)

    def to_pandas(self) -> pd.DataFrame:
        """The records as a data frame, the fields of the payload as columns of their own, beside input and label.

        Needs pandas.
        """
        table = self.table().flatten()
        names = [name.removeprefix("payload.") for name in table.column_names]
        samples = self._samples().select(["id", "input", "label"]).rename_columns(["sample", "input", "label"])
        return framed(table.rename_columns(names)).merge(framed(samples), on="sample", how="left")


def framed(table: pa.Table) -> pd.DataFrame:
    """A table as a data frame; raises MissingExtra without pandas."""
    try:
        return table.to_pandas()
    except ModuleNotFoundError:
        raise MissingExtra("a data frame needs pandas: pip install pandas; `table()` has the same for Arrow") from None
