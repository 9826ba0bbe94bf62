"""One table of all adapters, each made small, and the one conformance test that each of them passes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any
from warnings import catch_warnings

import pytest
from bad_server import answered, json_of, serving
from tiny_lm import tiny_lm

from harness.kinds.inputs import input_kind
from harness.sources.context import Context, adapter_of
from harness.suite import components
from harness.suite.file import ModelSpec
from harness.testing import problems
from harness.testing.specimens import HOSTILE

MODEL = Path(__file__).parents[2] / "suites/harness_suites/quickstart/model"
TEXTS = ["a good film", "a bad film", "good and fine", "bad and poor", "fine", "poor"]
LABELS = ["yes", "no"] * 3
PAIRS = [{"premise": text, "hypothesis": other} for text in HOSTILE.values() for other in ("a film", "\udfff")]
TOPICS = ["sports", "food", "the weather"]
IMAGES, ROWS = (input_kind(name).trial() for name in ("image", "row"))


@dataclass(frozen=True)
class Entry:
    """An adapter: how to make it in a folder, and the options of its check: inputs where it is not asked texts."""

    make: Callable[[Path], Any]
    options: Mapping[str, Any] = field(default_factory=dict)


def _bert(folder: Path, **config: Any) -> Path:
    """A folder with a classifier of random weights, large enough for answers to differ."""
    torch, library = pytest.importorskip("torch"), pytest.importorskip("transformers")
    tokenizer = library.AutoTokenizer.from_pretrained(MODEL)
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    small = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    settings = {"vocab_size": len(tokenizer), "max_position_embeddings": 64, "initializer_range": 0.5}
    library.BertForSequenceClassification(library.BertConfig(**small, **settings, **config)).save_pretrained(folder)
    return folder


def _transformers(**config: Any) -> Callable[[Path], Any]:
    return lambda folder: components.load("models", "transformers")(path=_bert(folder, **config), device="cpu")


def _replicas(folder: Path) -> Any:
    return components.load("models", "transformers")(path=_bert(folder, num_labels=2), device="cpu, cpu")


def _pipeline(task: str, **options: Any) -> Callable[[Path], Any]:
    names = {"id2label": {0: "no", 1: "entailment"}, "label2id": {"no": 0, "entailment": 1}}
    return lambda folder: components.load("models", "pipeline")(
        task=task, path=_bert(folder, **names), device="cpu", **options
    )


def _torch(columns: int, features: Callable[[Any], list[float]], **options: Any) -> Callable[[Path], Any]:
    """A module of the user's own, `made_here`, whose collate function makes these features of an input."""

    def make(folder: Path) -> Any:
        torch = pytest.importorskip("torch")
        torch.manual_seed(0)
        mine: Any = ModuleType("made_here")
        mine.collate = lambda inputs: torch.tensor([features(value) for value in inputs], dtype=torch.float32)
        mine.module = torch.nn.Sequential(
            torch.nn.Linear(4, 8), torch.nn.BatchNorm1d(8), torch.nn.Dropout(0.5), torch.nn.Linear(8, columns)
        )
        sys.modules["made_here"] = mine
        return components.load("models", "torch")(module="made_here:module", collate="made_here:collate", **options)

    return make


def _program(use: str, file: str, write: Callable[[Any, Any, Path], None], **options: Any) -> Callable[[Path], Any]:
    """A file that contains a module's program, and the collate function of the user's own module."""

    def make(folder: Path) -> Any:
        torch = pytest.importorskip("torch")
        _torch(2, _letters)(folder)
        mine = sys.modules["made_here"]
        write(torch, mine.module.eval(), folder / file)
        given = {"path": folder / file, "collate": "made_here:collate", "labels": ["no", "yes"], **options}
        return components.load("models", use)(**given)

    return make


def _exported(torch: Any, module: Any, path: Path) -> None:
    rows = {0: torch.export.Dim("rows")}
    torch.export.save(torch.export.export(module, (torch.zeros(2, 4),), dynamic_shapes=(rows,)), path)


def _scripted(torch: Any, module: Any, path: Path) -> None:
    with catch_warnings(action="ignore"):
        torch.jit.save(torch.jit.script(module), path)


def _features() -> Any:
    """The user's own module with a function that makes arrays of texts."""
    numpy = import_module("numpy")
    mine: Any = ModuleType("made_here")
    mine.features = lambda texts: numpy.array([_letters(text) for text in texts], numpy.float32)
    sys.modules["made_here"] = mine
    return mine.features(TEXTS)


def _trees(use: str, fit: Callable[[Any, Any, Path], None], **options: Any) -> Callable[[Path], Any]:
    def make(folder: Path) -> Any:
        fit(pytest.importorskip(use), _features(), folder / "trees")
        return components.load("models", use)(path=folder / "trees", features="made_here:features", **options)

    return make


TRUTH = [at % 2 for at in range(len(TEXTS))]


def _xgboost(library: Any, features: Any, path: Path) -> None:
    library.XGBClassifier(n_estimators=3, max_depth=2).fit(features, TRUTH).save_model(path.with_suffix(".json"))
    path.with_suffix(".json").rename(path)


def _lightgbm(library: Any, features: Any, path: Path) -> None:
    fitted = library.LGBMClassifier(n_estimators=3, min_child_samples=1, verbose=-1, n_jobs=1).fit(features, TRUTH)
    fitted.booster_.save_model(path)


def _catboost(library: Any, features: Any, path: Path) -> None:
    library.CatBoostClassifier(iterations=3, verbose=0, allow_writing_files=False).fit(features, TRUTH).save_model(path)


def _onnx(folder: Path) -> Any:
    """A graph of one layer on the user's own features."""
    pytest.importorskip("onnxruntime")
    library = pytest.importorskip("onnx")
    _features()
    weights = library.helper.make_tensor("w", 1, [4, 2], [at / 4 for at in range(8)])
    node = library.helper.make_node("MatMul", ["x", "w"], ["logits"])
    ends = [library.helper.make_tensor_value_info(name, 1, [None, size]) for name, size in (("x", 4), ("logits", 2))]
    graph = library.helper.make_graph([node], "g", ends[:1], ends[1:], [weights])
    opsets = [library.helper.make_opsetid("", 17)]
    library.save(library.helper.make_model(graph, opset_imports=opsets, ir_version=8), folder / "m.onnx")
    load = components.load("models", "onnx")
    return load(path=folder / "m.onnx", features="made_here:features", labels=["no", "yes"])


def _keras(folder: Path) -> Any:
    """A recurrent network on words."""
    library = pytest.importorskip("harness_keras.network", exc_type=ImportError).keras
    library.utils.set_random_seed(0)
    layers = [library.Input((8,)), library.layers.Embedding(9, 4), library.layers.LSTM(4), library.layers.Dense(2)]
    library.Sequential(layers).save(folder / "m.keras")
    (folder / "words.json").write_text('{"a": 2, "good": 3, "bad": 4, "film": 5}')
    load = components.load("models", "keras")
    return load(path=folder / "m.keras", word_index=folder / "words.json", oov=1, labels=["no", "yes"])


def _setfit(folder: Path) -> Any:
    """An encoder of random weights, and a head on it."""
    library, skops = pytest.importorskip("sentence_transformers"), pytest.importorskip("skops.io")
    from sentence_transformers.models import Pooling, Transformer
    from sklearn.linear_model import LogisticRegression

    words = Transformer(str(_bert(folder / "bert")), max_seq_length=64)
    made = library.SentenceTransformer(modules=[words, Pooling(16)], device="cpu")
    made.save(str(folder / "encoder"))
    skops.dump(LogisticRegression().fit(made.encode(TEXTS), LABELS), folder / "encoder/model_head.skops")
    return components.load("models", "setfit")(path=folder / "encoder", device="cpu")


MEMBER = {"use": "python", "object": "made_here:predict", "labels": ["no", "yes"]}


def _predicted(texts: Sequence[str]) -> list[list[float]]:
    return [[1 - sure, sure] for sure in (_letters(text)[0] for text in texts)]


def _combined(use: str, **options: Any) -> Callable[[Path], Any]:
    """A model made of a function of the user's own."""

    def make(folder: Path) -> Any:
        mine: Any = ModuleType("made_here")
        mine.predict = _predicted
        sys.modules["made_here"] = mine
        made = components.resolve("models", ModelSpec.model_validate({"use": use, **options}), folder)
        rows = (f'{{"text": "{at}a", "label": "{LABELS[at % 2]}"}}\n' for at in range(40))
        (folder / "fit.jsonl").write_text("".join(rows))
        return adapter_of(made, Context(folder))

    return make


def _causal(folder: Path) -> Any:
    """A causal language model of random weights."""
    pytest.importorskip("transformers")
    load = components.load("models", "causal_lm")
    return load(path=tiny_lm(folder), template="Review: {text}\nSentiment:", labels=["good", "bad"], device="cpu")


def _letters(text: str) -> list[float]:
    return [sum(ord(letter) % 4 == at for letter in text) / (1 + len(text)) for at in range(4)]


def _colours(image: Any) -> list[float]:
    return [float(image.mean() / 255), *(image.mean(axis=(0, 1)) / 255).tolist()]


def _sklearn(estimator: str, truth: Sequence[Any], **options: Any) -> Callable[[Path], Any]:
    def make(folder: Path) -> Any:
        library, skops = pytest.importorskip("sklearn"), pytest.importorskip("skops.io")
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.pipeline import make_pipeline

        module, _, name = estimator.rpartition(".")
        made = make_pipeline(TfidfVectorizer(), getattr(pytest.importorskip(f"{library.__name__}.{module}"), name)())
        return _saved(made.fit(TEXTS, truth), skops, folder, **options)

    return make


def _on_columns(rows: Sequence[Mapping[str, Any]], truth: Sequence[Any]) -> Callable[[Path], Any]:
    """An estimator on a table of these columns: texts as words, others as they are."""

    def make(folder: Path) -> Any:
        pytest.importorskip("sklearn")
        skops, pandas = pytest.importorskip("skops.io"), pytest.importorskip("pandas")
        from sklearn.compose import make_column_transformer
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.pipeline import make_pipeline
        from sklearn.tree import DecisionTreeClassifier

        table = pandas.DataFrame(list(rows))
        texts = [(TfidfVectorizer(), name) for name in table if isinstance(rows[0][name], str)]
        numbers = [name for name in table if not isinstance(rows[0][name], str)]
        made = make_column_transformer(*texts, ("passthrough", numbers), sparse_threshold=0)
        return _saved(make_pipeline(made, DecisionTreeClassifier(random_state=0)).fit(table, truth), skops, folder)

    return make


def _saved(estimator: Any, skops: Any, folder: Path, **options: Any) -> Any:
    path = folder / "model.skops"
    skops.dump(estimator, path)
    trusted = skops.get_untrusted_types(file=path)
    return components.load("models", "sklearn")(path=path, trusted=trusted, **options)


SERVERS: list[Any] = []
"""Servers that answer until the tests are over."""


def _served(use: str, behave: Any, **options: Any) -> Callable[[Path], Any]:
    """An adapter that asks a server of this process."""

    def make(folder: Path) -> Any:
        pytest.importorskip("aiohttp")
        SERVERS.append(serving(behave))
        return components.load("models", use)(url=SERVERS[-1].__enter__().url, **options)

    return make


def _said(number: int, body: Any) -> Any:
    return json_of({"choices": [{"message": {"content": "yes" if "good" in str(body) else "no"}}]})


def _python(folder: Path) -> Any:
    return components.load("models", "python")(object="harness.testing.specimens:undecided")


FILMS = [{"premise": text, "hypothesis": text[::-1]} for text in TEXTS]
PICTURES = [row["image"] for row in IMAGES.rows] if IMAGES else []
CASES = ROWS.rows if ROWS else []
CELLS = [{name: cell for name, cell in row.items() if name != "label"} for row in CASES]

FEW = {"inputs": list(HOSTILE.values())}
"""Not as many as fill a batch of 64: for further outputs of an adapter that passes with all."""

ADAPTERS = {
    "transformers": Entry(_transformers(num_labels=3)),
    "transformers of pairs": Entry(_transformers(num_labels=2), {"inputs": PAIRS}),
    "transformers of a value": Entry(_transformers(num_labels=1), FEW),
    "transformers of labels": Entry(_transformers(num_labels=3, problem_type="multi_label_classification"), FEW),
    "transformers in replicas": Entry(_replicas, FEW),
    "pipeline": Entry(_pipeline("text-classification")),
    "pipeline of pairs": Entry(_pipeline("text-classification"), {"inputs": PAIRS[:8]}),
    "pipeline, zero-shot": Entry(_pipeline("zero-shot-classification", candidate_labels=TOPICS), FEW),
    "torch": Entry(_torch(3, _letters, labels=TOPICS)),
    "torch of a value": Entry(_torch(1, _letters, output="value")),
    "torch of labels": Entry(_torch(3, _letters, output="labels", labels=TOPICS)),
    "torch of images": Entry(_torch(2, _colours, labels=["disc", "square"]), {"inputs": PICTURES}),
    "sklearn": Entry(_sklearn("linear_model.LogisticRegression", LABELS)),
    "sklearn of a value": Entry(_sklearn("linear_model.Ridge", range(6))),
    "sklearn of classes": Entry(_sklearn("svm.LinearSVC", LABELS, output="classes")),
    "sklearn of pairs": Entry(_on_columns(FILMS, LABELS), {"inputs": PAIRS}),
    "sklearn of rows": Entry(_on_columns(CELLS, [row["label"] for row in CASES]), {"inputs": CELLS}),
    "torch_export": Entry(_program("torch_export", "m.pt2", _exported, allow_pickle=True)),
    "torchscript": Entry(_program("torchscript", "m.pt", _scripted, allow_code=True), FEW),
    "xgboost": Entry(_trees("xgboost", _xgboost, labels=["no", "yes"])),
    "lightgbm": Entry(_trees("lightgbm", _lightgbm, labels=["no", "yes"])),
    "catboost": Entry(_trees("catboost", _catboost)),
    "onnx": Entry(_onnx),
    "keras": Entry(_keras),
    "setfit": Entry(_setfit),
    "ensemble": Entry(_combined("ensemble", members=[MEMBER, MEMBER])),
    "cascade": Entry(_combined("cascade", small=MEMBER, large=MEMBER)),
    "calibrated": Entry(_combined("calibrated", of=MEMBER, fit={"use": "files", "path": "fit.jsonl"}), FEW),
    "defended": Entry(_combined("defended", of=MEMBER, how="masked", draws=5), FEW),
    "causal_lm": Entry(_causal),
    "http": Entry(_served("http", lambda _, body: answered(body), response="predictions", labels=["no", "yes"])),
    "openai": Entry(_served("openai", _said, model_id="m", prompt="{input}", labels=["no", "yes"]), FEW),
    "python": Entry(_python, {"labels": ["no", "yes"]}),
}  # fmt: skip


ANSWERS_NO_INPUT = {"predictions"}
"""Models of saved answers, which are looked up by sample: nothing can be asked of them."""


@pytest.fixture(scope="module", autouse=True)
def _servers_end() -> Iterator[None]:
    yield
    while SERVERS:
        SERVERS.pop().__exit__(None, None, None)


@pytest.fixture(autouse=True)
def own_module() -> Iterator[None]:
    """The user's module is gone after its test."""
    yield
    sys.modules.pop("made_here", None)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Small batches computed by threads that wait for each other take ten times as long on a busy machine."""
    if find_spec("torch") is None:
        yield
        return
    torch = import_module("torch")
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("entry", ADAPTERS.values(), ids=ADAPTERS)
def test_an_adapter_conforms(entry: Entry, tmp_path: Path) -> None:
    assert problems(entry.make(tmp_path), **entry.options) == []


def test_every_adapter_that_ships_stands_in_the_table() -> None:
    shipped = {
        name for name, point in components.find("models").items() if point.dist and point.dist.name == "model-harness"
    }
    assert shipped - ANSWERS_NO_INPUT == {name.partition(" ")[0].rstrip(",") for name in ADAPTERS}
