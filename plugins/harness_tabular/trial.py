"""Loan applications made by code, and a plain model of them that is mostly right: what components are tried on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import exp
from random import Random
from typing import Any

import numpy as np
import numpy.typing as npt

from harness import Trial

LABELS = ("repaid", "defaulted")
ROWS = 24
USUAL = {"months": 24, "income": 3000, "savings": 3000}


def trial() -> Trial:
    """Two dozen applications and their model."""
    rng = Random(0)
    return Trial([_application(rng) for _ in range(ROWS)], answers, LABELS)


def answers(rows: Sequence[Mapping[str, Any]]) -> npt.NDArray[np.float64]:
    """The probabilities of repaying and of defaulting, `(n, 2)`: a logistic model that never looks at the purpose."""
    defaulting = np.array([1 / (1 + exp(-_risk(row))) for row in rows], dtype=np.float64)
    return np.column_stack([1 - defaulting, defaulting])


def _application(rng: Random) -> dict[str, Any]:
    """One application, and what became of it: chance has a part in that."""
    row = {
        "age": rng.randint(19, 70),
        "income": round(rng.lognormvariate(8, 0.4), 2),
        "months": rng.choice([6, 12, 18, 24, 36, 48, 60]),
        "housing": rng.choice(["own", "rent", "free"]),
        "purpose": rng.choice(["car", "furniture", "education"]),
        "guarantor": rng.random() < 0.3,
        "savings": None if rng.random() < 0.2 else rng.randint(0, 9000),
    }
    return {**row, "label": LABELS[_risk(row) + rng.gauss(0, 0.8) > 0]}


def _risk(row: Mapping[str, Any]) -> float:
    """The log odds of a default; a missing number counts as a usual one, a missing category as no reason to fear."""
    months, income, savings = (_number(row[name], usual) for name, usual in USUAL.items())
    fears: float = (months - 24) / 12 - (income - 3000) / 1200 - (savings - 3000) / 3000
    fears += row["housing"] == "rent"
    return fears - 1.5 * bool(row["guarantor"])


def _number(cell: float | None, usual: float) -> float:
    return usual if cell is None else cell
