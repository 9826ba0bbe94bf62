"""One attack of one sample: its own goal, search and caches around the transformation that all of them share."""

from __future__ import annotations

import sys
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from harness import Ask, Sample, UserError, predict
from harness_textattack.library import Contained

AttackedInput: TypeAlias = str | dict[str, str]
"""The result of an attack: a text, or those of a pair by column."""


class Victim:
    """The model as TextAttack sees it: texts in, probabilities out, and nothing else to get hold of.

    `columns` are those of a text pair: TextAttack then gives tuples, and the model is asked mappings.
    """

    model = None
    """No module, so that no recipe can switch its modes or move it."""

    def __init__(
        self, ask: Ask | None = None, contained: Contained | None = None, columns: Sequence[str] | None = None
    ) -> None:
        self._ask = ask
        self._contained = contained
        self._columns = columns

    def __call__(self, texts: Sequence[str | tuple[str, ...]], **_: object) -> npt.NDArray[np.float64]:
        if self._ask is None or self._contained is None:
            raise UserError("it asks the model for something before it has a sample")
        with self._contained.paused():
            rows = self._ask(predict([self._input(each) for each in texts])).array
        # A row whose sum is off by 1e-6 would get a second softmax from TextAttack.
        return np.asarray(rows / rows.sum(axis=1, keepdims=True))

    def _input(self, text: str | tuple[str, ...]) -> str | dict[str, str]:
        if self._columns is None:
            return str(text)
        return dict(zip(self._columns, (text,) if isinstance(text, str) else text, strict=True))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise UserError(
            f"it reads {name!r} of the model, but only its probabilities can be asked: "
            "recipes that need gradients come with a later release"
        )


def procedure(attack: Any, max_queries: int | None) -> Callable[..., AttackedInput]:
    """The procedure on one sample: a copy of the built attack that shares only what no sample changes."""

    def run(ask: Ask, sample: Sample[Any], rng: Random) -> AttackedInput:
        texts = _columns(sample.input)
        if sample.truth is None:
            raise UserError(f"TextAttack needs the label of sample {sample.id!r}")
        pair = isinstance(sample.input, Mapping)
        with Contained() as contained:
            victim = Victim(ask, contained, list(texts) if pair else None)
            given = texts if pair else sample.input
            found = fresh(attack, victim, max_queries).attack(given, sample.label).perturbed_result.attacked_text
        return dict(found._text_input) if pair else str(found.text)  # noqa: SLF001  # its only way to the columns

    return run


def _columns(given: Any) -> OrderedDict[str, str]:
    """The texts of an input as TextAttack has them; raises for what it cannot attack."""
    texts = OrderedDict(given if isinstance(given, Mapping) else {"text": given})
    for text in texts.values():
        if not isinstance(text, str):
            raise TypeError(f"TextAttack attacks texts, but got {text!r}")
        if "<SPLIT>" in text:
            raise ValueError("TextAttack keeps the word <SPLIT> for itself and loses what follows it")
    return texts


def fresh(attack: Any, victim: Victim, max_queries: int | None) -> Any:
    """An attack of its own for one sample.

    The goal function keeps the sample and counts its queries, the search keeps its population and is tied to
    its attack, attack and constraints keep caches; transformations keep nothing. The goal's own cache is off
    (the engine remembers), and it asks all its rows at once.
    """
    goal = _copied(attack.goal_function)
    goal.model, goal.use_cache, goal.batch_size = victim, False, sys.maxsize
    if max_queries is not None:
        goal.query_budget = max_queries
    constraints = [_copied(each) for each in (*attack.pre_transformation_constraints, *attack.constraints)]
    return type(attack)(goal, constraints, attack.transformation, _copied(attack.search_method))


def _copied(part: Any) -> Any:
    """A shallow copy with empty caches; `copy.copy` would drop the models that some constraints leave out."""
    from lru import LRU

    copied = object.__new__(type(part))
    for name, value in vars(part).items():
        vars(copied)[name] = LRU(value.get_size()) if isinstance(value, LRU) else value
    return copied
