"""How a model's decisions differ between groups of samples, where one class is what somebody is granted or denied."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from harness import Record, Score, ScoringContext, SessionFunction, UserError, listed, nearest
from harness.models import Connection
from harness_fairness.asking import Swapped, as_it_is, decided
from harness_fairness.gaps import Gap, Measured, difference, larger, mean_of, ratio, share_of

Bools: TypeAlias = npt.NDArray[np.bool_]
Array: TypeAlias = npt.NDArray[np.float64]

NO_TRUTH = "no sample of it has a label"


@dataclass(frozen=True)
class Cases:
    """Some samples: whether each is of the positive class, was decided for it, and how probable it was, `(n,)` each."""

    true: Bools
    chosen: Bools
    probability: Array
    known: Bools

    def take(self, rows: Bools) -> Cases:
        return Cases(self.true[rows], self.chosen[rows], self.probability[rows], self.known[rows])


Rate: TypeAlias = Callable[[Cases], "npt.NDArray[np.bool_] | npt.NDArray[np.float64]"]

RATES: Mapping[str, Rate] = {
    "selection_rate": lambda cases: cases.chosen,
    "tpr": lambda cases: cases.chosen[cases.known & cases.true],
    "fpr": lambda cases: cases.chosen[cases.known & ~cases.true],
    "fnr": lambda cases: ~cases.chosen[cases.known & cases.true],
    "overestimate": lambda cases: (cases.probability - cases.true)[cases.known],
}
"""What is measured of each group, and the cases that it is the mean of."""

GAPS = {
    "demographic_parity_difference": "selection_rate",
    "equal_opportunity_difference": "tpr",
    "fpr_gap": "fpr",
    "fnr_gap": "fnr",
    "calibration_gap": "overestimate",
}
"""Differences between groups, and the rate of each."""


@dataclass(frozen=True)
class GroupScoring:
    """The scores of some slices: `positive` is the class that is compared, `least` the fewest cases of a group."""

    slices: Sequence[str]
    positive: str
    least: int

    def prepare(self, model: Connection) -> SessionFunction[Swapped]:
        """What asks about every sample as it is; raises UserError where the model has no such class."""
        if self.positive not in model.labels:
            raise UserError(
                f"positive: expected one of {listed(model.labels)}, but got {self.positive!r}"
                f"{nearest(self.positive, model.labels)}",
                "positive",
            )
        return as_it_is()

    def scores(self, records: Sequence[Record[Swapped]], scoring: ScoringContext) -> Iterator[Score]:
        """The gaps of each slice, then the rates of each of its groups."""
        for name in self.slices:
            yield from self._of_slice(name, records, scoring)

    def _of_slice(self, name: str, records: Sequence[Record[Swapped]], scoring: ScoringContext) -> Iterator[Score]:
        groups, left_out = self._groups(name, records, scoring)
        rates = {rate: _Rates({group: read(each) for group, each in groups.items()}) for rate, read in RATES.items()}
        if scoring.output != "probabilities":
            del rates["overestimate"]
        level = scoring.confidence

        def score(title: str, gap: Gap | None, *of: _Rates) -> Score:
            return self._score(title, gap, of, {"slice": name}, left_out)

        for title, rate in GAPS.items():
            if rate in rates:
                yield score(title, rates[rate].difference(level), rates[rate])
        yield score("demographic_parity_ratio", rates["selection_rate"].ratio(level), rates["selection_rate"])
        odds = [rates[each] for each in ("tpr", "fpr")]
        gaps = [each.difference(level, len(odds)) for each in odds]
        yield score(
            "equalized_odds_difference", None if None in gaps else larger([each for each in gaps if each]), *odds
        )
        for rate, of in rates.items():
            for group, measured in of.measured.items():
                low, high = measured.bounds(level)
                known = np.isfinite(high)
                keys = {"slice": f"{name}:{group}"}
                doubt = of.few(self.least, group)
                yield Score(
                    rate, measured.value, low if known else None, high if known else None, measured.n, keys, "", doubt
                )

    def _groups(
        self, name: str, records: Sequence[Record[Swapped]], scoring: ScoringContext
    ) -> tuple[dict[str, Cases], int]:
        """The cases of each group, and how many samples are of none."""
        at, values = list(scoring.labels).index(self.positive), scoring.slices.get(name, {})
        group_of = [values.get(each.sample, "") for each in records]
        cases = _cases(records, at, scoring)
        found = np.array(group_of, dtype=object)
        groups = {group: cases.take(found == group) for group in sorted(set(group_of) - {""})}
        return groups, group_of.count("")

    def _score(
        self, title: str, gap: Gap | None, of: Sequence[_Rates], keys: Mapping[str, str], left_out: int
    ) -> Score:
        n = sum(of[0].counts.values())
        if gap is None:
            return Score(title, None, None, None, n, keys, of[0].why_none())
        note = f"{gap.most} over {gap.least}" + (f"; {left_out} samples are of no group" if left_out else "")
        doubt = next(filter(None, (each.few(self.least) for each in of)), "")
        return Score(title, gap.value, gap.low, gap.high, n, keys, note, doubt)


class _Rates:
    """One rate in each group; groups without a case of it have none."""

    def __init__(self, values: Mapping[str, Bools | Array]) -> None:
        self.counts = {group: len(each) for group, each in values.items()}
        self.measured: dict[str, Measured] = {
            group: share_of(each) if each.dtype == np.bool_ else mean_of(each)  # type: ignore[arg-type]
            for group, each in values.items()
            if len(each)
        }

    def difference(self, confidence: float, tests: int = 1) -> Gap | None:
        return difference(self.measured, confidence, tests) if len(self.measured) > 1 else None

    def ratio(self, confidence: float) -> Gap | None:
        return ratio(self.measured, confidence) if len(self.measured) > 1 else None

    def few(self, least: int, group: str = "") -> str:
        """Why no gate is decided where a group, or this one, has too few cases; empty where all have enough."""
        few = [f"{n} of {name}" for name, n in self.counts.items() if n < least and group in {"", name}]
        return f"too few cases: {listed(few)}; a gate needs {least} of each group" if few else ""

    def why_none(self) -> str:
        """Why there is no gap."""
        if len(self.measured) > 1:
            return "the rate is 0 in every group"
        return f"it needs two groups with cases; there are cases of {listed(self.measured) or 'none'}"


def _cases(records: Sequence[Record[Swapped]], at: int, scoring: ScoringContext) -> Cases:
    rows = [each.payload.before for each in records if each.payload]
    truths = [scoring.truth.get(each.sample) for each in records]
    true = [truth is not None and (at in truth if isinstance(truth, tuple) else truth == at) for truth in truths]
    return Cases(
        np.array(true, dtype=bool),
        np.array([at in decided(row, scoring.output) for row in rows], dtype=bool),
        np.array([row[at] for row in rows], dtype=np.float64),
        np.array([truth is not None for truth in truths], dtype=bool),
    )
