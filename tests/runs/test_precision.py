"""How a model that computes more cheaply agrees with itself in float32."""

from __future__ import annotations

import io
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from harness_report import machinery

import harness
from harness import Filling, Sample
from harness.console import verdict
from harness.records.info import Agreement
from harness.runs.precision import agreements, compared, masked


def test_pairs_of_answers_by_hand() -> None:
    rows: Any = {
        "a": (([0.9, 0.1], 0), ([0.875, 0.125], 0)),
        "b": (([0.5, 0.5], 0), ([0.4375, 0.5625], 1)),
        "c": (([0.2, 0.8], 1), ([0.2, 0.8], 1)),
    }
    assert compared(rows, failed=4) == Agreement(3, 0.0625, 2, ["b"], 4)


class Answering:
    """A model of this output, whose reference answers something else."""

    def __init__(self, output: str, *answers: Sequence[float]) -> None:
        self.output, self.labels, self.answers = output, ["no", "yes"][: len(answers[0])], answers

    def reference(self) -> Answering | None:
        return Answering(self.output, *self.answers[1:]) if len(self.answers) > 1 else None

    def __call__(self, inputs: Sequence[Any]) -> list[Sequence[float]]:
        return [self.answers[0]] * len(inputs)


@pytest.mark.parametrize(
    ("output", "one", "other", "same"),
    [
        ("probabilities", [0.6, 0.4], [0.5, 0.5], 1),
        ("probabilities", [0.6, 0.4], [0.4, 0.6], 0),
        ("labels", [0.6, 0.4], [0.7, 0.3], 1),
        ("labels", [0.6, 0.4], [0.6, 0.55], 0),
        ("value", [1.0], [2.0], 1),
    ],
)
def test_what_differs_is_what_was_decided(output: str, one: list[float], other: list[float], same: int) -> None:
    found = agreements({"": Answering(output, one, other)}, [Sample("a", "x")])[""]
    assert (found.same, found.failed) == (same, 0)
    assert found.largest == pytest.approx(max(abs(a - b) for a, b in zip(one, other, strict=True)))


class Auxiliary:
    """A model that embeds and fills, and halves a number in its reference."""

    labels = ("good", "bad")

    def __init__(self, kind: str, factor: float = 2.0) -> None:
        self._kind, self._factor = kind, factor
        setattr(self, kind, getattr(self, f"_{kind}"))

    def reference(self) -> Auxiliary:
        return Auxiliary(self._kind, 1.0)

    def _embed(self, texts: Sequence[str]) -> Any:
        return [[4.0 * len(text), 3.0 * self._factor * len(text)] for text in texts]

    def _fill(self, texts: Sequence[str], top: int) -> Any:
        assert all(text.count(Filling.MASK) == 1 for text in texts)
        return [[[float("bad" in text and self._factor > 1)], [-self._factor]] for text in texts]


def test_the_other_models_are_compared_by_what_they_are_asked() -> None:
    models = {"": Answering("value", [1.0]), "encoder": Auxiliary("embed"), "mlm": Auxiliary("fill")}
    samples: list[Sample[Any]] = [
        Sample("1", "a fine film"),
        Sample("2", "so bad a film this is"),
        Sample("3", {"a": "ok", "b": "bad"}),
    ]
    found = agreements(models, [*samples, Sample("4", 5)])
    assert list(found) == ["encoder", "mlm"]
    assert found["encoder"].largest == pytest.approx(max(4 / 5 - 4 / 52**0.5, 6 / 52**0.5 - 3 / 5))
    assert found["encoder"].same == found["encoder"].samples == 3
    assert found["mlm"] == Agreement(3, 1.0, 2, ["2"], 1)


def test_the_word_in_the_middle_of_a_text_s_beginning_is_masked() -> None:
    assert [masked(text) for text in ("", "a", "a b", "a b c")] == ["[MASK]", "[MASK]", "a [MASK]", "a [MASK] c"]
    assert masked("word " * 50).split().index("[MASK]") == 10


def test_an_embedding_of_nothing_has_no_direction() -> None:
    class Nothing(Auxiliary):
        def _embed(self, texts: Sequence[str]) -> Any:
            return [[0.0, 0.0] for _ in texts]

    found = agreements({"encoder": Nothing("embed")}, [Sample("1", "x")])["encoder"]
    assert found.failed == 0
    assert found.largest == pytest.approx(4 / 5)


class Rounded:
    """A model of two digits, whose reference has all of them."""

    labels = ("no", "yes")

    def __init__(self, digits: int | None = 1) -> None:
        self.digits = digits

    def reference(self) -> Any:
        return None if self.digits is None else Rounded(None)

    def predict(self, texts: Sequence[str]) -> Any:
        share = np.array([float(text) for text in texts])
        share = share if self.digits is None else share.round(self.digits)
        return np.stack([1 - share, share], axis=1)


def run(model: Rounded, tmp_path: Any, texts: Sequence[str] = ("0.46", "0.9", "0.1")) -> harness.Run:
    data = ([*texts], [1] * len(texts))
    return harness.evaluate(model, data, ["classification"], labels=["no", "yes"], out=tmp_path / "run", progress=False)


def test_a_run_says_how_its_model_agrees(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    found = run(Rounded(), tmp_path, ("0.54", "0.46", "0.9"))
    told = found.info.precision[""]
    assert (told.samples, told.same, told.failed) == (3, 2, 0)  # 0.54 becomes 0.5, and the first class wins
    assert told.largest == pytest.approx(0.04)
    assert "Agreement with float32" in (found.folder / "report.html").read_text(encoding="utf-8")


def test_the_terminal_and_the_report_name_the_model_and_what_could_not_be_compared() -> None:
    from rich.console import Console

    stream = io.StringIO()
    precision = {"": Agreement(3, 0.5, 2, ["b"]), "encoder": Agreement(2, 0.25, 2, [], failed=1)}
    run = cast("harness.Run", SimpleNamespace(info=SimpleNamespace(precision=precision)))
    verdict._print_precision(Console(file=stream, width=200), run)
    same = "decides as in float32 on 2 of"
    assert stream.getvalue().splitlines() == [
        f"{same} 3 samples; largest difference of an answer 0.5",
        f"encoder: {same} 2 samples; largest difference of an answer 0.25; 1 could not be compared",
    ]
    assert [(fact.name, fact.value) for fact in machinery._precision(run)] == [
        ("Agreement with float32", "2 of 3 samples decided alike; largest difference 0.5; otherwise: b"),
        (
            "Agreement with float32, encoder",
            "2 of 2 samples decided alike; largest difference 0.25; 1 could not be compared",
        ),
    ]


def test_a_model_that_is_its_own_reference_says_nothing(tmp_path: Any) -> None:
    assert run(Rounded(None), tmp_path).info.precision == {}
