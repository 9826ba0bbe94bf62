"""Models side by side, and one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from harness import Member, MissingExtra, Source, UserError
from harness.models import Output
from harness_combined.combined import Array, Combined, Inspected, fingerprint_of, require_output

LEAST = 1e-12
"""Probabilities are kept this far from 0 before their logarithm is taken."""


class Rule(Protocol):
    """Makes one answer `(n, columns)` of those of all members, `(members, n, columns)`."""

    @property
    def content(self) -> str: ...

    def __call__(self, answers: Array) -> Array: ...


@dataclass(frozen=True)
class Mean:
    """The mean, by weights."""

    weights: Sequence[float]

    @property
    def content(self) -> str:
        """What decides it."""
        return f"mean {list(self.weights)}"

    def __call__(self, answers: Array) -> Array:
        return np.asarray(np.average(answers, axis=0, weights=list(self.weights)))


@dataclass(frozen=True)
class Vote:
    """The share of the members that decides for each class, by weights."""

    weights: Sequence[float]

    @property
    def content(self) -> str:
        """What decides it."""
        return f"vote {list(self.weights)}"

    def __call__(self, answers: Array) -> Array:
        votes = np.eye(answers.shape[2])[answers.argmax(axis=2)]
        return np.asarray(np.average(votes, axis=0, weights=list(self.weights)))


@dataclass(frozen=True)
class Stacked:
    """A logistic regression on the logarithms of all members' probabilities."""

    regression: Any
    columns: int

    @classmethod
    def fitted(cls, members: Sequence[Member], source: Source) -> Stacked:
        """Fit it on labelled data; raises UserError where they are without labels, or have one class only."""
        try:
            from sklearn.linear_model import LogisticRegression
        except ImportError:
            raise MissingExtra("`how: stacked` needs scikit-learn: pip install 'model-harness[sklearn]'") from None
        require_output(members, "probabilities")
        data = source.read(members[0].model)
        labels = [sample.label for sample in data.samples]
        if None in labels or len(set(labels)) < 2:
            raise UserError("fit: expected data with labels, of two classes or more", "fit")
        answers = answers_of(members, [sample.input for sample in data.samples])
        return cls(LogisticRegression(max_iter=1000).fit(_logarithms(answers), labels), answers.shape[2])

    @property
    def content(self) -> str:
        """What decides it."""
        return f"stacked {self.regression.coef_.tolist()} {self.regression.intercept_.tolist()}"

    def __call__(self, answers: Array) -> Array:
        found = np.zeros((answers.shape[1], self.columns))
        found[:, self.regression.classes_] = self.regression.predict_proba(_logarithms(answers))
        return found


def _logarithms(answers: Array) -> Array:
    """`(n, members x columns)`."""
    return np.asarray(np.concatenate(np.log(np.clip(answers, LEAST, 1)), axis=1))


def answers_of(members: Sequence[Member], inputs: Sequence[Any]) -> Array:
    """The answers of all members `(members, n, columns)`, in the order of the first one's labels."""
    first = members[0].model
    if first.output == "value":
        return np.stack([member.rows(inputs) for member in members])
    return np.stack([member.rows(inputs)[:, member.columns(first.labels)] for member in members])


def ensemble_of(members: Sequence[Member], rule: Rule) -> Combined:
    """The models as one; raises UserError for labels and outputs that do not go together."""
    first = members[0].model
    if first.output == "value":
        require_output(members, "value")
        if not isinstance(rule, Mean):
            raise UserError("how: values have a mean, but no vote and no classes: expected `how: mean`", "how")
    else:
        alike: list[Output] = ["labels"] if first.output == "labels" else ["probabilities", "classes"]
        require_output(members, *alike)
        for member in members:
            member.columns(first.labels)
    output: Output = "probabilities" if first.output == "classes" else first.output
    return Inspected(
        name=" + ".join(member.model.name for member in members),
        labels=first.labels,
        output=output,
        answer=lambda inputs: rule(answers_of(members, inputs)),
        fingerprint=fingerprint_of(members, rule.content),
        look=lambda inputs: answers_of(members, inputs).argmax(axis=2).T,
        form="ensemble",
    )


def cascade_of(small: Member, large: Member, threshold: float) -> Combined:
    """The two as one; raises UserError for labels and outputs that do not go together."""
    require_output([small], "probabilities")
    require_output([large], "probabilities", "classes")
    places = large.columns(small.model.labels)

    def answer(inputs: Sequence[Any]) -> Array:
        found = small.rows(inputs).copy()
        unsure = np.flatnonzero(found.max(axis=1) < threshold).tolist()
        if unsure:
            found[unsure] = large.rows([inputs[at] for at in unsure])[:, places]
        return found

    def look(inputs: Sequence[Any]) -> Array:
        """Whether each was passed on, and what the small one decides."""
        found = small.rows(inputs)
        return np.stack([found.max(axis=1) < threshold, found.argmax(axis=1)], axis=1).astype(np.float64)

    return Inspected(
        name=f"{small.model.name} > {large.model.name}",
        labels=small.model.labels,
        output="probabilities",
        answer=answer,
        fingerprint=fingerprint_of([small, large], threshold),
        budget=1024,
        look=look,
        form="cascade",
    )
