"""What an adapter may offer, read once: its defaults, its checks, and what tells one model from another."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import FrozenInstanceError
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import harness
from harness import Engine, Sample, Session, UserError, predict
from harness.engine.adapters import ROWS_PER_CALL, Flow
from harness.engine.cases import Case
from harness.engine.channels import RunningModel
from harness.models import Encoded, connect

OPTIONAL = {
    "labels", "output", "name", "budget", "overhead", "width", "depth", "seconds", "fingerprint", "reference", "cut",
    "limit", "device", "tokenizer", "predict", "embed", "fill",
}  # fmt: skip
CORE = Path(harness.__file__).parent


class Adapter:
    """An adapter that is a channel, of two labels."""

    name = "adapter"
    labels = ("a", "b")
    depth, budget = 2, 64

    def __init__(self, **more: Any) -> None:
        vars(self).update(more)

    def prepare(self, inputs: Sequence[Any]) -> list[Encoded]:
        return [Encoded(text, len(text), text, max(0, len(text) - 5)) for text in inputs]

    def submit(self, batch: Sequence[Encoded], **options: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result([[0.0, 1.0] for _ in batch])
        return done


def fine(texts: Sequence[str]) -> list[list[float]]:
    return [[0.0, 1.0] for _ in texts]


def test_a_plain_callable_has_every_default() -> None:
    model = connect(fine)
    assert (model.adapter, model.name, model.labels, model.output) == (fine, "fine", (), "probabilities")
    assert (model.fingerprint, model.device, model.limit, model.tokenizer) == (None, "cpu", None, None)
    assert (model.flow, model.budget, model.seconds(), model.reference()) == (None, ROWS_PER_CALL, 0.0, None)
    assert (model.answers("predict"), model.answers("embed"), model.cut) == (True, False, None)


def test_what_an_adapter_offers_is_read() -> None:
    model = connect(Adapter(overhead=8, width=3, seconds=1.5, fingerprint=7, device="cuda:1", limit=512, fill=fine))
    assert (model.name, model.labels, model.flow) == ("adapter", ("a", "b"), Flow(2, 64, 8, 3))
    assert (model.fingerprint, model.device, model.limit, model.seconds()) == ("7", "cuda:1", 512, 1.5)
    assert model.cut is not None
    assert (model.answers("predict"), model.answers("fill"), model.cut(["short", "longer"])) == (True, True, [0, 1])


def test_a_call_costs_the_whole_budget_unless_the_channel_says_less() -> None:
    assert connect(Adapter()).flow == Flow(depth=2, budget=64, overhead=64, width=1)


def test_a_connection_is_its_own_and_cannot_be_changed() -> None:
    model = connect(Adapter())
    assert connect(model) is model
    assert connect(model, title="second").name == "second"
    with pytest.raises(FrozenInstanceError):
        model.name = "other"  # type: ignore[misc]  # the mistake


def test_the_suites_labels_and_output_hold_over_the_models() -> None:
    model = connect(Adapter(), labels=["no", "yes"], output="labels")
    assert (model.labels, model.output, model.name) == (("no", "yes"), "labels", "adapter")
    assert connect(fine, output="value").labels == ("value",)


def test_an_adapter_is_asked_for_its_attributes_once() -> None:
    class Counted(Adapter):
        read = 0

        @property
        def overhead(self) -> int:
            Counted.read += 1
            return 1

    def ask(sample: Sample[str], rng: Any) -> Session[float]:
        [row] = yield from predict([sample.input])
        return row[1]

    model = connect(Counted())
    engines = [Engine({"": model}) for _ in range(2)]
    cases = [Case("t", "", Sample(str(at), "text" * at), ask) for at in range(9)]
    assert [outcome.value for engine in engines for outcome in engine.run(cases)] == [1.0] * 18
    assert Counted.read == 1 + len(engines)  # per lane once more


def test_a_channel_is_asked_as_it_is_and_a_function_through_a_channel() -> None:
    adapter = Adapter()
    assert RunningModel(connect(adapter, labels=["x", "y"])).channel("predict") is adapter
    assert RunningModel(connect(fine)).channel("predict").budget == ROWS_PER_CALL


def test_a_reference_keeps_the_labels_and_output_of_the_suite() -> None:
    model = connect(Adapter(reference=Adapter), labels=["no", "yes"], output="labels").reference()
    assert model is not None
    assert (model.labels, model.output) == (("no", "yes"), "labels")


def test_a_question_that_a_model_cannot_answer_is_refused_with_the_nearest() -> None:
    with pytest.raises(
        UserError, match=r"cannot answer 'fil' questions: expected a method 'fil' .*did you mean 'fill'"
    ):
        connect(SimpleNamespace(fill=fine)).endpoint("fil")


@pytest.mark.parametrize("path", sorted(CORE.rglob("*.py")), ids=lambda path: str(path.relative_to(CORE)))
def test_no_other_module_asks_an_adapter_for_its_attributes(path: Path) -> None:
    calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    asking = [each for each in calls if isinstance(each.func, ast.Name) and each.func.id in {"getattr", "hasattr"}]
    asked = {each.args[1].value for each in asking if isinstance(each.args[1], ast.Constant)}
    assert path.name == "adapters.py" or not asked & OPTIONAL
