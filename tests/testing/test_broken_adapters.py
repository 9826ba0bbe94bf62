"""Every check of adapters can fail: some with one thing broken each, and the line that is reported."""

from __future__ import annotations

import random
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from typing import Any

import numpy as np
import pytest
from findings import lines

from harness.models import Encoded
from harness.testing import check
from harness.testing.specimens import undecided


class Model:
    """Right in everything; each broken one overrides a part."""

    labels: Sequence[str] = ("negative", "positive")

    def __call__(self, texts: list[Any]) -> Any:
        return np.array(undecided(texts))


class Dropout(Model):
    def __call__(self, texts: list[Any]) -> Any:
        return super().__call__(texts) * 0.9 + 0.1 * random.choice(np.eye(2))


class Padded(Model):
    """Sees the longest text of its batch."""

    def __call__(self, texts: list[Any]) -> Any:
        longest = max(map(len, texts))
        return np.array(undecided([text.ljust(longest) for text in texts]))


class Ordered(Model):
    """Answers in the order of the lengths."""

    def __call__(self, texts: list[Any]) -> Any:
        return super().__call__(sorted(texts, key=len))


class Unsorted(Model):
    """Sorts its input in place."""

    def __call__(self, texts: list[Any]) -> Any:
        texts.sort(key=len)
        return super().__call__(texts)


class Single(Model):
    def __call__(self, texts: list[Any]) -> Any:
        return super().__call__(texts)[:1]


class Fewer(Model):
    """Leaves out what it has seen."""

    def __call__(self, texts: list[Any]) -> Any:
        return super().__call__([text for text in texts if text])


class Capped(Model):
    def __call__(self, texts: list[Any]) -> Any:
        if len(texts) > 32:
            raise RuntimeError("batch too\nlarge")
        return super().__call__(texts)


class Channelled(Model):
    """The same as a channel, whose inputs and answers nobody copies."""

    depth, budget = 1, 256

    def prepare(self, inputs: Sequence[Any]) -> list[Encoded]:
        return [Encoded(each, 1, str(each)) for each in inputs]

    def submit(self, batch: Sequence[Encoded], **options: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(self([row.payload for row in batch]))
        return future


class Buffered(Channelled):
    """Answers in one buffer."""

    buffer = np.zeros((64, 2))

    def __call__(self, texts: list[Any]) -> Any:
        self.buffer[: len(texts)] = super().__call__(texts)
        return self.buffer[: len(texts)]


class Cleared(Channelled):
    """Clears the answer it gave before."""

    last = np.zeros((1, 2))

    def __call__(self, texts: list[Any]) -> Any:
        self.last[:] = 0
        self.last = super().__call__(texts)
        return self.last


class Nan(Model):
    def __call__(self, texts: list[Any]) -> Any:
        return np.array(
            [[np.nan] * 2 if not text.strip() else row for text, row in zip(texts, undecided(texts), strict=True)]
        )


class Logits(Model):
    def __call__(self, texts: list[Any]) -> Any:
        return 4 * super().__call__(texts) - 2


class Wide(Model):
    def __call__(self, texts: list[Any]) -> Any:
        return np.full((len(texts), 3), 1 / 3)


class Flat(Model):
    def __call__(self, texts: list[Any]) -> Any:
        return super().__call__(texts)[:, 1]


class Nothing(Model):
    def __call__(self, texts: list[Any]) -> Any:
        return None


class Strict(Model):
    def __call__(self, texts: list[Any]) -> Any:
        return super().__call__([text.encode().decode() for text in texts])


class Short(Model):
    def __call__(self, texts: list[Any]) -> Any:
        if any(len(text) > 20000 for text in texts):
            raise ValueError("expected at most 512 tokens")
        return super().__call__(texts)


class Bound(Model):
    """Belongs to the thread that asked first."""

    def __init__(self) -> None:
        self.local = threading.local()
        self.owner = ""

    def __call__(self, texts: list[Any]) -> Any:
        self.owner = self.owner or str(threading.get_ident())
        if self.owner != str(threading.get_ident()):
            raise RuntimeError("used in another thread")
        return super().__call__(texts)


class Divided(Model):
    """Answers the thread that asks first, and others the other way round."""

    owner = 0

    def __call__(self, texts: list[Any]) -> Any:
        self.owner = self.owner or threading.get_ident()
        return super().__call__(texts)[:, :: 1 if self.owner == threading.get_ident() else -1]


class Emptying(Channelled):
    """Takes the columns of a pair out."""

    def __call__(self, texts: list[Any]) -> Any:
        rows = super().__call__(texts)
        for pair in texts:
            pair.pop("first", None)
        return rows


class Nameless:
    def predict(self, texts: list[Any]) -> Any:
        return undecided(texts)


class Doubled(Model):
    labels = ("yes", "Yes ")


MODELS: Mapping[type[Any], str] = {
    Dropout: "deterministic: the answer to ",
    Padded: "in a batch of 2: let no input see another: mask the padding",
    Ordered: "batches: the answer to ",
    Unsorted: "batches: the answer to ",
    Single: "answers: in a batch of 2: model 'Single' gave 1 answers to 2 inputs: expected one each",
    Fewer: "answers: to 'empty' (''): model 'Fewer' gave 0 answers to 1 inputs: expected one each",
    Capped: "failures: in a batch of 64: RuntimeError: batch too large: answer every input, in batches of any size",
    Buffered: "looked at after 'blank' was asked: return a fresh array from each call",
    Cleared: "buffers: looked at after 'blank' was asked, model 'Cleared' answered [0.0, 0.0] for ''",
    Nan: "answers: to 'empty' (''): model 'Nan' answered [nan, nan] for ''",
    Logits: "expected probabilities, each in 0..1 and together 1 (if these are logits, give their softmax) (and",
    Wide: "answered 3 probabilities for '': expected 2, one for each label (negative, positive)",
    Flat: "expected rows of numbers, (n, classes)",
    Nothing: "answers: to 'empty' (''): expected 1 answers, but got None",
    Strict: "failures: to 'lone surrogates' ('fine \\ud800 film \\udfff'): UnicodeEncodeError: ",
    Short: "failures: to '10,000 words' ('a great little film",
    Bound: "threads: in another thread: RuntimeError: used in another thread: keep nothing that belongs to one thread",
    Divided: "asked in another thread: keep nothing that belongs to one thread",
    Nameless: "labels: model 'Nameless' has no labels",
    Doubled: "labels: labels of a model must differ",
}


@pytest.mark.parametrize(("model", "line"), MODELS.items(), ids=lambda each: getattr(each, "__name__", ""))
def test_a_broken_adapter_is_found(model: Any, line: str) -> None:
    assert line in lines(model())


def test_an_adapter_that_changes_its_inputs_is_found() -> None:
    pairs = [{"first": f"a {at}", "second": "b"} for at in range(4)]
    assert "'input 0' is changed in place: change a copy of it" in lines(Emptying(), inputs=pairs)


def test_a_callable_may_use_its_memory_again_since_it_is_copied() -> None:
    kept = np.zeros((64, 2))

    def model(texts: list[str]) -> Any:
        kept[: len(texts)] = undecided(texts)
        return kept[: len(texts)]

    check(model, kind="model", labels=["no", "yes"])


@pytest.mark.parametrize("answer", [[1.0, 0.0], [0.5, 0.5]])
def test_a_weak_or_constant_model_is_no_finding(answer: list[float]) -> None:
    check(lambda texts: [answer] * len(texts), kind="model", labels=["no", "yes"])


def test_an_empty_batch_is_never_asked() -> None:
    sizes = set()

    def model(texts: list[str]) -> Any:
        sizes.add(len(texts))
        return undecided(texts)

    check(model, labels=["no", "yes"])
    assert {1, 2, 7, 64} <= sizes
    assert 0 not in sizes
