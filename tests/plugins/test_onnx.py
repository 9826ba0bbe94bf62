"""ONNX graphs: against the model that each was exported from, and in words where they do not fit."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from by_hand import asked

from harness import AnswerError, UserError
from harness.models import connect
from harness.suite import components

pytest.importorskip("onnxruntime")
pytest.importorskip("onnx")
import onnx
from harness_onnx import onnx as model

FOLDER = Path(__file__).parents[2] / "suites/harness_suites/quickstart/model"
TEXTS = ["a good film", "a bad film", "good and fine", "bad and poor", "fine", "poor"]
HELPER, FLOAT, STRING, INT = onnx.helper, onnx.TensorProto.FLOAT, onnx.TensorProto.STRING, onnx.TensorProto.INT64


def graph(folder: Path, nodes: Any, inputs: Any, outputs: Any, *more: Any) -> Path:
    """A graph of these nodes, written beside whatever is in the folder."""
    made = HELPER.make_graph(nodes, "g", inputs, outputs, *more)
    whole = HELPER.make_model(made, opset_imports=[HELPER.make_opsetid("", 17)], ir_version=8)
    onnx.save(whole, folder / "graph.onnx")
    return folder / "graph.onnx"


def info(name: str, kind: int, *shape: Any) -> Any:
    return HELPER.make_tensor_value_info(name, kind, list(shape))


def linear(folder: Path, *, columns: int = 3, activation: str = "Softmax", names: Any = ("x", "answers")) -> Path:
    """`x W` with weights of 0, 1, 2, …, and an activation."""
    weights = HELPER.make_tensor("w", FLOAT, [2, columns], np.arange(2.0 * columns) / 4)
    nodes = [HELPER.make_node("MatMul", [names[0], "w"], ["z"]), HELPER.make_node(activation, ["z"], [names[1]])]
    return graph(folder, nodes, [info(names[0], FLOAT, None, 2)], [info(names[1], FLOAT, None, columns)], [weights])


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The quickstart's model as a graph, with its tokenizer and configuration beside it."""
    torch, library = pytest.importorskip("torch"), pytest.importorskip("transformers")
    folder = tmp_path_factory.mktemp("exported")
    module = library.AutoModelForSequenceClassification.from_pretrained(FOLDER).eval()
    given = library.AutoTokenizer.from_pretrained(FOLDER)(TEXTS[:2], return_tensors="pt", padding=True)
    names = ["input_ids", "attention_mask"]

    class Logits(torch.nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.whole = module

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            return self.whole(input_ids=input_ids, attention_mask=attention_mask).logits

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Logits(), tuple(given[name] for name in names), str(folder / "model.onnx"), input_names=names,
            output_names=["logits"], dynamic_axes={name: {0: "rows", 1: "tokens"} for name in names}, dynamo=False,
        )  # fmt: skip
    for name in ("tokenizer.json", "tokenizer_config.json", "config.json"):
        (folder / name).write_bytes((FOLDER / name).read_bytes())
    return folder / "model.onnx"


def test_a_classifier_answers_as_the_one_it_was_exported_from(exported: Path) -> None:
    texts = [*TEXTS, "", "\udfff \U0001f600 " * 3, "a very long film " * 200]
    adapter = model(path=exported)
    assert adapter.labels == ["negative", "positive"]
    original = components.load("models", "transformers")(path=FOLDER, device="cpu")
    np.testing.assert_allclose(np.array(asked(adapter, texts)), np.array(asked(original, texts)), atol=1e-5)


def test_what_the_graph_never_sees_is_counted(exported: Path) -> None:
    found = connect(model(path=exported, max_length=8))
    original = connect(components.load("models", "transformers")(path=FOLDER, device="cpu", max_length=8))
    texts = ["a film", "a good film of good length and more", ""]
    assert found.limit == original.limit == 8
    assert found.cut is not None
    assert original.cut is not None
    assert list(found.cut(texts)) == list(original.cut(texts))
    assert any(found.cut(texts))


def test_labels_are_known_before_it_is_loaded(exported: Path) -> None:
    from harness.sessions.traits import traits_of

    known = traits_of(model).known
    assert known is not None
    assert list(known(path=exported)[0]) == ["negative", "positive"]
    assert list(known(path=exported.with_name("none") / "m.onnx")[0]) == []


def test_a_pipeline_of_scikit_learn_takes_strings(tmp_path: Path) -> None:
    skl2onnx = pytest.importorskip("skl2onnx")
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    fitted = make_pipeline(TfidfVectorizer(token_pattern="[a-z]+", lowercase=False), LogisticRegression())
    fitted.fit(TEXTS, ["yes", "no"] * 3)
    taken = [("text", skl2onnx.common.data_types.StringTensorType([None, 1]))]
    for at, options in enumerate([{}, {"zipmap": False}]):
        written = skl2onnx.convert_sklearn(
            fitted, initial_types=taken, options={id(fitted): options} if options else {}
        )
        (tmp_path / f"{at}.onnx").write_bytes(written.SerializeToString())
        answers = None if at == 0 else "probabilities"
        adapter = model(path=tmp_path / f"{at}.onnx", labels=["no", "yes"], answers=answers)
        np.testing.assert_allclose(np.array(asked(adapter, TEXTS)), fitted.predict_proba(TEXTS), atol=1e-5)


def test_rows_are_given_together_or_column_by_column(tmp_path: Path) -> None:
    rows = [{"a": 1.0, "b": 2.0}, {"a": -1.0, "b": None}, {"a": 0.5, "b": 0.25}]
    found = np.array(asked(model(path=linear(tmp_path), labels=["p", "q", "r"]), [rows[0], rows[2]]))
    weights = np.arange(6.0).reshape(2, 3) / 4
    powers = np.exp(np.array([[1, 2], [0.5, 0.25]]) @ weights)
    np.testing.assert_allclose(found, powers / powers.sum(axis=1, keepdims=True), atol=1e-6)
    nodes = [HELPER.make_node("Sub", ["a", "b"], ["z"])]
    path = graph(tmp_path, nodes, [info("a", FLOAT, None, 1), info("b", FLOAT, None, 1)], [info("z", FLOAT, None, 1)])
    value = model(path=path, output="value", inputs={"a": "b", "b": "a"})
    assert asked(value, [rows[0], rows[2]]).ravel().tolist() == [1.0, -0.25]


def test_logits_and_features(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "made_features.py").write_text(
        "import numpy as np\n\n\ndef lengths(texts):\n    return np.array([[len(text), 1] for text in texts])\n"
        "\n\ndef short(texts):\n    return [[1.0, 2.0]]\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    path = linear(tmp_path, columns=1, activation="Identity")
    options: dict[str, Any] = {"path": path, "labels": ["no", "yes"], "features": "made_features:lengths"}
    found = np.array(asked(model(**options, logits=True), ["", "a"]))
    np.testing.assert_allclose(found[:, 1], 1 / (1 + np.exp(-np.array([0.25, 0.25]))), atol=1e-6)
    with pytest.raises(AnswerError, match=r"where they are logits, set `logits: true`"):
        model(**{**options, "path": linear(tmp_path, activation="Identity")})(["abcd", "a"])
    with pytest.raises(AnswerError, match=r"features: expected x with a row for each of 2, but got x \(1, 2\)"):
        model(**{**options, "features": "made_features:short"})(["abcd", "a"])
    assert model(**options).fingerprint != model(**{**options, "features": "made_features:short"}).fingerprint


def test_images_are_given_as_arrays(tmp_path: Path) -> None:
    nodes = [HELPER.make_node("ReduceMean", ["x"], ["z"], axes=[1, 2], keepdims=0)]
    path = graph(tmp_path, nodes, [info("x", FLOAT, None, 4, 4)], [info("z", FLOAT, None)])
    images = [np.full((4, 4), value, np.uint8) for value in (0, 100)]
    assert asked(model(path=path, output="value"), images).ravel().tolist() == [0, 100]


@pytest.mark.parametrize("content", [b"", b"onnx", b"\x80\x04\x95", b"\x08\x08" * 50])
def test_a_file_that_is_none_is_said(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.onnx").write_bytes(content)
    with pytest.raises(UserError, match="is no graph that can be computed"):
        model(path=tmp_path / "a.onnx")


def test_a_mistake_is_a_word(tmp_path: Path) -> None:
    path = linear(tmp_path, names=("input_ids", "z2"))
    with pytest.raises(UserError, match="there is no file"):
        model(path=tmp_path / "none.onnx")
    with pytest.raises(UserError, match=r"the graph takes tokens \(input_ids\): name the `tokenizer`"):
        model(path=path)
    with pytest.raises(UserError, match=r"tokenizer: expected a tokenizer.json, but there is no file"):
        model(path=path, tokenizer=tmp_path)
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(UserError, match=r"tokenizer\.json cannot be read"):
        model(path=path, tokenizer=tmp_path)
    (tmp_path / "tokenizer.json").unlink()
    with pytest.raises(UserError, match="answers: the graph has no output 'z3': it has z2"):
        model(path=path, answers="z3")
    with pytest.raises(UserError, match="the graph has no input 'q'"):
        model(path=path, inputs={"q": "a"})
    plain = model(path=linear(tmp_path), labels=["p", "q", "r"])
    with pytest.raises(AnswerError, match="some are none: name a function `features`"):
        plain([{"a": 1.0, "b": "word"}])
    with pytest.raises(AnswerError, match="the graph does not take that"):
        plain([{"a": 1.0}])
