"""The torch adapter: a user's own module and collate function, against the module called by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from by_hand import asked

from harness import AnswerError, Case, Engine, Sample, Session, UserError, predict
from harness.sessions.predict import probabilities
from harness.types import Answers

torch_library = pytest.importorskip("torch")

from harness_torch import torch  # noqa: E402
from safetensors.torch import save_file, save_model  # noqa: E402

MINE = '''
import torch
from torch import nn


class Words(nn.Module):
    """Counts letters by the remainder of their number: as many logits as `columns`."""

    def __init__(self, columns=3):
        super().__init__()
        torch.manual_seed(columns)
        self.norm = nn.BatchNorm1d(7)
        self.head = nn.Linear(7, columns)
        self.dropout = nn.Dropout(0.5)

    def forward(self, counts):
        return self.dropout(self.head(self.norm(counts)))


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.one = nn.Linear(7, 7)
        self.other = nn.Linear(7, 7)
        self.other.weight = self.one.weight

    def forward(self, counts):
        return self.other(self.one(counts))


class Answers(nn.Module):
    """Answers what a function makes of the counts."""

    def __init__(self, answer, labels=None):
        super().__init__()
        self.answer = answer
        if labels:
            self.labels = labels

    def forward(self, counts, scale=1.0):
        return self.answer(counts * scale)


class Output:
    def __init__(self, logits):
        self.logits = logits


def one(): return Words(1)
def labelled(): return Answers(lambda counts: counts, list("abcdefg"))
def broken(): raise RuntimeError("no such table")
def collate(inputs):
    texts = [text if isinstance(text, str) else " ".join(text.values()) for text in inputs]
    return torch.tensor([[sum(ord(letter) % 7 == at for letter in text) for at in range(7)] for text in texts]).double()
def as_tuple(inputs): return (collate(inputs), 2.0)
def as_dict(inputs): return {"counts": collate(inputs), "scale": 2.0}
def as_text(inputs): return "tensors"


instance = Words()
number = 3
plain = Answers(lambda counts: counts)
hugging = Answers(lambda counts: Output(counts))
mapped = Answers(lambda counts: {"logits": counts})
nan = Answers(lambda counts: counts * float("nan"))
flat = Answers(lambda counts: counts[:, 0])
cube = Answers(lambda counts: counts[:, None, None])
short = Answers(lambda counts: counts[:1])
text = Answers(lambda counts: "logits")
softmaxed = Answers(lambda counts: counts.softmax(-1))
largest = Answers(lambda counts: counts.argmax(-1))
one_hot = Answers(lambda counts: nn.functional.one_hot(counts.argmax(-1), 7))


class Padded(nn.Module):
    """Answers the length of each text, in logits, and keeps the shapes it was given."""

    def __init__(self):
        super().__init__()
        self.shapes = []

    def forward(self, rows):
        self.shapes.append(tuple(rows.shape))
        return torch.stack([rows.sum(-1), torch.zeros(len(rows))], -1)


padded = Padded()
def padding(texts):
    longest = max(map(len, texts))
    return torch.tensor([[1.0] * len(text) + [0.0] * (longest - len(text)) for text in texts])
'''
TEXTS = ["A wonderful little film.", "Dull!", "", "\ud800 \0 \u202e", "long " * 500]
COLLATE = "mine:collate"


@pytest.fixture(autouse=True)
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The user's module, `mine`."""
    import importlib
    import sys

    (tmp_path / "mine.py").write_text(MINE, "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    yield importlib.import_module("mine")
    for name in ("mine", "failing"):
        sys.modules.pop(name, None)


def _made(**options: Any) -> Any:
    return torch(**{"module": "mine:Words", "collate": COLLATE, "device": "cpu", **options})


def _logits(module: Any, counts: Any) -> Any:
    with torch_library.no_grad():
        return module.eval()(counts.float())


@pytest.mark.parametrize("module", ["mine:largest", "mine:one_hot"])
def test_a_module_may_answer_classes_alone(mine: Any, module: str) -> None:
    rows = asked(_made(module=module, output="classes", labels=list("abcdefg")), TEXTS)
    chosen = mine.collate(TEXTS).argmax(-1)
    np.testing.assert_array_equal(rows, np.eye(7)[chosen])


def test_a_module_that_answers_logits_decides_nothing(mine: Any) -> None:
    adapter = _made(module="mine:plain", output="classes", labels=list("abcdefg"))
    with pytest.raises(AnswerError, match=r"expected one of the classes: .*set `output: probabilities`"):
        probabilities(Answers(adapter(TEXTS), "torch", adapter.labels, adapter.output), TEXTS)


def test_texts_of_about_the_same_length_are_padded_together(mine: Any) -> None:
    lengths = [(at * 37) % 101 + 1 for at in range(64)]
    rows = _made(module="mine:padded", collate="mine:padding", labels=["a", "b"], max_batch=8)(
        ["x" * n for n in lengths]
    )
    shapes = mine.padded.shapes
    assert ([count for count, _ in shapes], len(rows)) == ([8] * 8, 64)
    assert sum(count * longest for count, longest in shapes) < 1.2 * sum(lengths)  # 1.9 times in the order they came
    np.testing.assert_allclose(rows[:, 0], 1 / (1 + np.exp(-np.array(lengths, dtype=float))), atol=1e-6)


@pytest.mark.parametrize("module", ["mine:Words", "mine:instance"])
def test_answers_are_the_softmax_of_the_modules_logits(mine: Any, module: str) -> None:
    adapter = _made(module=module, labels=["a", "b", "c"], max_batch=2)
    assert (adapter.labels, adapter.output, adapter.budget) == (["a", "b", "c"], "probabilities", 16)
    by_hand = _logits(mine.Words(), mine.collate(TEXTS)).softmax(-1)
    np.testing.assert_allclose(asked(adapter, TEXTS), by_hand, atol=1e-6)


@pytest.mark.parametrize("collate", ["mine:as_tuple", "mine:as_dict"])
def test_tuples_and_dicts_become_the_modules_arguments(mine: Any, collate: str) -> None:
    rows = asked(_made(module="mine:plain", collate=collate), TEXTS)
    np.testing.assert_allclose(rows, (2 * mine.collate(TEXTS)).softmax(-1), atol=1e-6)


@pytest.mark.parametrize("module", ["mine:hugging", "mine:mapped"])
def test_logits_are_found_in_an_answer_that_has_them(mine: Any, module: str) -> None:
    np.testing.assert_allclose(asked(_made(module=module), TEXTS), mine.collate(TEXTS).softmax(-1), atol=1e-6)


def test_a_pair_is_given_to_collate_as_it_is(mine: Any) -> None:
    rows = asked(_made(module="mine:plain"), [{"premise": "ab", "hypothesis": "c"}])
    np.testing.assert_allclose(rows, mine.collate(["ab c"]).softmax(-1), atol=1e-6)


def test_a_value_is_the_one_column_as_it_is(mine: Any) -> None:
    adapter = _made(module="mine:one", output="value")
    assert adapter.labels == ["value"]
    np.testing.assert_allclose(asked(adapter, TEXTS), _logits(mine.one(), mine.collate(TEXTS)), rtol=1e-6)
    flat = asked(_made(module="mine:flat", output="value"), TEXTS)
    np.testing.assert_allclose(flat, mine.collate(TEXTS)[:, :1])


def test_labels_are_the_sigmoid_of_each(mine: Any) -> None:
    rows = asked(_made(output="labels"), TEXTS)
    np.testing.assert_allclose(rows, _logits(mine.Words(), mine.collate(TEXTS)).sigmoid(), atol=1e-6)


def test_a_modules_own_labels_are_taken_unless_the_suite_names_as_many() -> None:
    assert _made(module="mine:labelled").labels == list("abcdefg")
    assert _made(module="mine:labelled", labels=list("tuvwxyz")).labels == list("tuvwxyz")
    with pytest.raises(UserError, match=r"the suite names 2 labels \(x, y\), but the module has 7"):
        _made(module="mine:labelled", labels=["x", "y"])


@pytest.mark.parametrize("name", ["weights.safetensors", "weights.pt"])
def test_weights_are_loaded_from_a_file(mine: Any, tmp_path: Path, name: str) -> None:
    module = mine.Words()
    module.head.bias.data += 1
    if name.endswith(".pt"):
        torch_library.save(module.state_dict(), tmp_path / name)
    else:
        save_model(module, str(tmp_path / name))
    adapter = _made(weights=tmp_path / name, allow_pickle=name.endswith(".pt"))
    np.testing.assert_allclose(asked(adapter, TEXTS), _logits(module, mine.collate(TEXTS)).softmax(-1), atol=1e-6)


def test_weights_that_modules_share_are_written_once_and_found(mine: Any, tmp_path: Path) -> None:
    save_model(mine.Tied(), str(tmp_path / "tied.safetensors"))
    assert asked(_made(module="mine:Tied", weights=tmp_path / "tied.safetensors"), TEXTS).shape == (5, 7)


def _write_weights(mine: Any, folder: Path) -> None:
    state = mine.Words().state_dict()
    save_file({name: value for name, value in state.items() if name != "head.bias"}, folder / "less.safetensors")
    save_file({**state, "tail.bias": state["head.bias"].clone()}, folder / "more.safetensors")
    save_model(mine.Words(2), str(folder / "other.safetensors"))
    torch_library.save(mine.Words(), folder / "whole.pt")
    torch_library.save([1, 2], folder / "list.pt")
    for name in ("broken.safetensors", "broken.pt"):
        (folder / name).write_bytes(b"nonsense")


@pytest.mark.parametrize(
    ("name", "allow_pickle", "message"),
    [
        ("none.safetensors", False, "there is no file"),
        ("less.safetensors", False, "missing from the file: head.bias; unknown to the module: none"),
        ("more.safetensors", False, "missing from the file: none; unknown to the module: tail.bias"),
        ("other.safetensors", False, r"(?s)does not fit the module.*size mismatch for head.weight"),
        ("broken.safetensors", False, "is no safetensors file"),
        ("list.pt", False, "is not a safetensors file: write one with.*save_model.*or set `allow_pickle: true`"),
        ("list.pt", True, "contains a list: expected a state dict"),
        ("whole.pt", True, "could not be read as weights alone"),
        ("broken.pt", True, "could not be read as weights alone"),
    ],
)
def test_weights_that_cannot_be_loaded_are_the_users_mistake(
    mine: Any, tmp_path: Path, name: str, allow_pickle: bool, message: str
) -> None:
    _write_weights(mine, tmp_path)
    with pytest.raises(UserError, match=message):
        _made(weights=tmp_path / name, allow_pickle=allow_pickle)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"module": "mine"}, "module: expected module:object, but got 'mine'"),
        ({"module": "no_such_module:Words"}, "module: cannot import 'no_such_module': No module named.*searched"),
        ({"module": "mine:Word"}, "module: mine has no 'Word'; did you mean 'Words'"),
        ({"module": "failing:Words"}, r"cannot import 'failing': ZeroDivisionError.*failing.py:1"),
        ({"module": "mine:number"}, "mine:number gave an object of type int: expected an nn.Module"),
        ({"module": "mine:Output"}, r"mine:Output\(\) failed: TypeError.*without arguments"),
        ({"module": "mine:broken"}, r"mine:broken\(\) failed: RuntimeError: no such table"),
        ({"collate": "mine:number"}, "mine:number is an object of type int: expected a function"),
        ({"collate": "mine:colate"}, "collate: mine has no 'colate'; did you mean 'collate'"),
        ({"device": "warp"}, "device 'warp' is not available"),
        ({"max_batch": 0}, "max_batch: expected at least 1 row, but got 0"),
    ],
)
def test_what_cannot_be_is_the_users_mistake(tmp_path: Path, options: dict[str, Any], message: str) -> None:
    (tmp_path / "failing.py").write_text("1 / 0", "utf-8")
    with pytest.raises(UserError, match=message):
        _made(**options)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"module": "mine:flat"}, AnswerError, r"expected logits \(2, classes\), but the module answered \(2,\)"),
        ({"module": "mine:cube"}, AnswerError, r"the module answered \(2, 1, 1, 7\)"),
        ({"module": "mine:short"}, AnswerError, r"expected logits \(2, classes\), but the module answered \(1, 7\)"),
        ({"module": "mine:text"}, AnswerError, "a tensor .2, classes., but the module answered an object of type str"),
        ({"module": "mine:one"}, AnswerError, "the softmax of one is always 1: set `output: value`"),
        ({"module": "mine:softmaxed"}, AnswerError, "which are probabilities already: leave out the softmax"),
        (
            {"collate": "mine:as_text"},
            TypeError,
            "a tensor, or a tuple or dict of tensors, but got an object of type str",
        ),
    ],
)
def test_what_is_no_logits_is_an_error_that_shows_it(
    options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        _made(**options)(["one text", "another"])


def test_nan_is_passed_on_for_the_engine_to_refuse() -> None:
    def session(sample: Sample[Any], rng: object) -> Session[Any]:
        return (yield from predict([sample.input])).array

    [outcome] = Engine({"": _made(module="mine:nan")}).run([Case("t", "", Sample("1", "text"), session)])
    assert "nan" in str(outcome.error)
    assert "expected probabilities" in str(outcome.error)


def test_the_fingerprint_knows_what_the_module_imports_from_beside_it(mine: Any, tmp_path: Path) -> None:
    file = Path(mine.__file__)
    beside = file.with_name("beside_mine.py")
    source, before = file.read_text("utf-8"), _made().fingerprint
    file.write_text("import beside_mine\n" + source, "utf-8")
    beside.write_text("SCALE = 1\n", "utf-8")
    first = _made().fingerprint
    beside.write_text("SCALE = 2\n", "utf-8")
    assert len({before, first, _made().fingerprint}) == 3


def test_the_fingerprint_knows_weights_source_dtype_and_output(mine: Any, tmp_path: Path) -> None:
    module = mine.Words()
    module.head.bias.data += 1
    save_model(module, str(tmp_path / "weights.safetensors"))
    others: list[dict[str, Any]] = [
        {}, {"weights": tmp_path / "weights.safetensors"}, {"collate": "mine:as_tuple"}, {"dtype": "bfloat16"},
        {"output": "labels"},
    ]  # fmt: skip
    assert _made().fingerprint == _made().fingerprint
    assert len({_made(**each).fingerprint for each in others}) == len(others)


def test_the_module_computes_without_gradients_and_in_the_dtype_asked_for(mine: Any) -> None:
    seen: list[tuple[Any, bool]] = []

    def answer(counts: Any) -> Any:
        seen.append((counts.dtype, counts.is_inference()))
        return counts

    mine.plain.answer = answer
    _made(module="mine:plain", dtype="bfloat16")(["a text"])
    assert seen == [(torch_library.bfloat16, True)]
