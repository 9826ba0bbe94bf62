"""Generators, modes and warnings are a procedure's own: swapped at every hand-over."""

from __future__ import annotations

import contextvars
import random
import subprocess
import sys
import warnings
from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np
import pytest
from procedures import climb, model, values, with_random

from harness import (
    Ask,
    Case,
    Engine,
    Sample,
    blocking,
    predict,
)


def with_numpy(ask: Ask, sample: Sample[str], rng: Random) -> list[Any]:
    found: list[Any] = []
    for number in range(3):
        found.append([np.random.rand(), np.random.standard_normal()])
        ask(predict([f"{sample.input}{number}"]))
    return found


def with_warnings(ask: Ask, sample: Sample[str], rng: Random) -> list[Any]:
    found: list[Any] = []
    warnings.simplefilter("ignore" if sample.input < "b" else "error", BytesWarning)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for number in range(3):
            warnings.warn(f"{sample.input}{number}", UserWarning, stacklevel=1)
            ask(predict([f"{sample.input}{number}"]))
        found.extend(str(each.message) for each in caught)
    ask(predict([f"{sample.input} later"]))
    return [*found, warnings.filters[0][0]]


def with_torch(ask: Ask, sample: Sample[str], rng: Random) -> list[Any]:
    import torch

    found: list[Any] = []
    with torch.set_grad_enabled(sample.input < "b"):
        for number in range(3):
            found.append([torch.rand(1).item(), torch.randn(1).item(), torch.is_grad_enabled()])
            ask(predict([f"{sample.input}{number}"]))
    return [*found, torch.is_grad_enabled()]


def with_errstate(ask: Ask, sample: Sample[str], rng: Random) -> list[Any]:
    found: list[Any] = []
    with np.errstate(divide="raise" if sample.input < "b" else "ignore"):
        for number in range(3):
            found.append(np.geterr()["divide"])
            ask(predict([f"{sample.input}{number}"]))
    return [*found, np.geterr()["divide"]]


PROCEDURES = [climb, with_random, with_numpy, with_warnings, with_torch, with_errstate]


def ambient_states() -> list[Any]:
    import torch

    numbers = np.random.get_state(legacy=False)
    shown = (warnings.showwarning, vars(warnings)["_showwarnmsg_impl"])
    return [random.getstate(), repr(numbers), id(warnings.filters), list(warnings.filters), shown, np.geterr(),
            torch.get_rng_state().tolist(), torch.is_grad_enabled()]  # fmt: skip


@pytest.mark.parametrize("procedure", PROCEDURES)
def test_two_interleaved_in_both_orders_equal_each_alone(procedure: Callable[..., Any]) -> None:
    pytest.importorskip("torch")
    alone = {**values(procedure, "a"), **values(procedure, "b")}
    assert values(procedure, "ab") == alone
    assert values(procedure, "ba") == alone
    assert values(procedure, "bca", window=2) == {**alone, **values(procedure, "c")}
    assert alone["a"] != alone["b"]


@pytest.mark.parametrize("procedure", PROCEDURES)
def test_the_callers_own_states_are_untouched(procedure: Callable[..., Any]) -> None:
    pytest.importorskip("torch")
    cases = [Case("t", "p", Sample(name, name), blocking(procedure)) for name in "abcd"]
    before = ambient_states()
    for _ in Engine({"": model}, window=3).run(cases):
        assert ambient_states() == before
    assert ambient_states() == before


def test_a_procedure_left_waiting_leaves_the_callers_states_untouched() -> None:
    pytest.importorskip("torch")
    before = ambient_states()
    for procedure in PROCEDURES:
        session = blocking(procedure)(Sample("a", "a"), Random(1))
        next(session)
        assert ambient_states() == before
        session.close()
        assert ambient_states() == before


def test_a_procedure_that_imports_torch_leaves_its_modes_as_torch_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    torch = pytest.importorskip("torch")

    def procedure(ask: Ask, sample: Sample[str], rng: Random) -> bool:
        sys.modules["torch"] = torch
        with torch.no_grad():
            ask(predict(["x"]))
            return bool(torch.is_grad_enabled())

    monkeypatch.delitem(sys.modules, "torch")
    session = blocking(procedure)(Sample("a", "a"), Random(1))
    next(session)
    assert torch.is_grad_enabled()
    with pytest.raises(StopIteration) as stop:
        session.send([[0.5, 0.5]])
    assert stop.value.value is False
    assert torch.is_grad_enabled()


def test_a_case_draws_the_same_numbers_in_any_company() -> None:
    alone = values(with_random, "a")["a"]
    assert values(with_random, "zyxa", window=2)["a"] == alone
    assert values(with_random, "b")["b"] != alone


def test_the_core_never_imports_torch() -> None:
    code = (
        "import sys; from harness import *; "
        "run = blocking(lambda ask, sample, rng: ask(predict([sample.input])).array.tolist()); "
        "case = Case('t', 'p', Sample('a', 'a'), run); "
        "print([each.value for each in Engine({'': lambda texts: [[0.5, 0.5]]}).run([case])], 'torch' in sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[[[0.5, 0.5]]] False"


def test_context_variables_stay_with_their_procedure() -> None:
    variable = contextvars.ContextVar("variable", default="none")

    def procedure(ask: Ask, sample: Sample[str], rng: Random) -> list[str]:
        found = [variable.get()]
        variable.set(sample.input)
        ask(predict([sample.input]))
        return [*found, variable.get()]

    variable.set("the caller's")
    assert values(procedure, "ab") == {"a": ["the caller's", "a"], "b": ["the caller's", "b"]}
    assert variable.get() == "the caller's"
