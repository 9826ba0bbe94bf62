"""Files of Keras 3: against the network's own predictions, and in words where they do not fit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from by_hand import asked

import harness
from harness import AnswerError, UserError

pytest.importorskip("harness_keras.network", exc_type=ImportError)
import keras
from harness_keras import keras as model
from harness_keras.words import Words

INDEX = {"the": 1, "good": 2, "film": 3, "bad": 4}
TEXTS = ["The good film!", "a bad film", "", "good, good (good) film film film film", "\udfff the\tthe"]


@pytest.fixture(autouse=True)
def _seeded() -> None:
    keras.utils.set_random_seed(0)


def saved(folder: Path, *layers: Any, name: str = "m.keras") -> Any:
    made = keras.Sequential(list(layers))
    made.save(folder / name)
    return made


def sentiment(folder: Path, **dense: Any) -> Any:
    return saved(
        folder,
        keras.Input((5,)),
        keras.layers.Embedding(10, 4),
        keras.layers.LSTM(3),
        keras.layers.Dropout(0.5),
        keras.layers.Dense(**{"units": 2, "activation": "softmax", **dense}),
    )


def written(folder: Path, index: Any = INDEX) -> Path:
    (folder / "words.json").write_text(json.dumps(index))
    return folder / "words.json"


def numbers_of(adapter: Any) -> Any:
    return adapter._words.rows(TEXTS, 5)


def test_texts_become_the_numbers_that_kerass_own_tokenizer_and_padding_give(tmp_path: Path) -> None:
    from keras.src.legacy.preprocessing.text import Tokenizer
    from keras.utils import pad_sequences

    tokenizer = Tokenizer(num_words=4, oov_token=None)
    tokenizer.fit_on_texts(["the the the the good good good film film bad", "bad film"])
    path = written(tmp_path, json.loads(tokenizer.to_json()))
    settings: dict[str, Any] = {"index_from": 0, "oov": None, "num_words": 4, "lower": True}
    for end in ("pre", "post"):
        words = Words.read(path, **settings, filters=tokenizer.filters, padding=end, truncating=end)
        expected = pad_sequences(tokenizer.texts_to_sequences(TEXTS), maxlen=4, padding=end, truncating=end)
        np.testing.assert_array_equal(words.rows(TEXTS, 4), expected)


@pytest.mark.parametrize(("dense", "logits"), [({}, False), ({"activation": None}, True)])
def test_a_recurrent_network_answers_as_it_does_itself(tmp_path: Path, dense: Any, logits: bool) -> None:
    network = sentiment(tmp_path, **dense)
    adapter = model(path=tmp_path / "m.keras", word_index=written(tmp_path), oov=5, labels=["no", "yes"])
    numbers = numbers_of(adapter)
    assert numbers.tolist()[:2] == [[0, 0, 1, 2, 3], [0, 0, 5, 4, 3]]
    answered = network.predict(numbers, verbose=0)
    expected = np.exp(answered) / np.exp(answered).sum(axis=1, keepdims=True) if logits else answered
    np.testing.assert_allclose(np.array(asked(adapter, TEXTS)), expected, atol=1e-6)
    np.testing.assert_allclose(np.array(asked(adapter, TEXTS[1:2])), expected[1:2], atol=1e-6)


def test_one_column_is_the_second_of_two_classes(tmp_path: Path) -> None:
    network = sentiment(tmp_path, units=1, activation="sigmoid")
    adapter = model(path=tmp_path / "m.keras", word_index=written(tmp_path), index_from=3, oov=2, labels=["no", "yes"])
    found = np.array(asked(adapter, TEXTS))
    numbers = numbers_of(adapter)
    np.testing.assert_allclose(found[:, 1:], network.predict(numbers, verbose=0), atol=1e-6)


def test_images_and_rows(tmp_path: Path) -> None:
    dense = saved(tmp_path, keras.Input((4,)), keras.layers.Dense(3, activation="softmax"))
    images = [np.arange(4, dtype=np.uint8).reshape(2, 2) * at for at in (1, 20, 60)]
    labels = ["p", "q", "r"]
    adapter = model(path=tmp_path / "m.keras", labels=labels, divide=255)
    flat = np.array([image.ravel() for image in images]) / 255
    np.testing.assert_allclose(np.array(asked(adapter, images)), dense.predict(flat, verbose=0), atol=1e-6)
    rows = [dict(zip("abcd", map(float, image.ravel()), strict=True)) for image in images]
    np.testing.assert_allclose(np.array(asked(adapter, rows)), dense.predict(flat, verbose=0), atol=1e-6)
    saved(
        tmp_path, keras.Input((2, 2, 1)), keras.layers.Conv2D(2, 2), keras.layers.Flatten(), keras.layers.Dense(1),
        name="c.keras",
    )  # fmt: skip
    assert np.shape(asked(model(path=tmp_path / "c.keras", output="value"), images)) == (3, 1)


def test_several_inputs_take_columns_of_their_names_and_one_output_is_read(tmp_path: Path) -> None:
    one, two = keras.Input((1,), name="age"), keras.Input((1,), name="pay")
    both = keras.layers.Concatenate()([one, two])
    outputs = {name: keras.layers.Dense(2, activation="softmax", name=name)(both) for name in ("first", "second")}
    made = keras.Model([one, two], list(outputs.values()))
    made.save(tmp_path / "m.keras")
    rows = [{"pay": 2.0, "age": 0.5, "more": 1.0}]
    adapter = model(path=tmp_path / "m.keras", labels=["no", "yes"], answers="second")
    expected = made.predict({"age": np.array([[0.5]]), "pay": np.array([[2.0]])}, verbose=0)[1]
    np.testing.assert_allclose(np.array(asked(adapter, rows)), expected, atol=1e-6)
    with pytest.raises(AnswerError, match=r"the network's input 'age' is none of the columns \(pay\)"):
        adapter([{"pay": 1.0}])
    with pytest.raises(UserError, match="answers: it has several outputs: expected one of first, second"):
        model(path=tmp_path / "m.keras")
    with pytest.raises(UserError, match=r"it has no output 'secnd': .*did you mean 'second'"):
        model(path=tmp_path / "m.keras", answers="secnd")


def test_files_with_code_or_strings_are_refused(tmp_path: Path) -> None:
    saved(tmp_path, keras.Input((2,)), keras.layers.Lambda(lambda x: x * 2))
    with pytest.raises(UserError, match=r"has a Lambda layer, which is code: .*`custom_objects`"):
        model(path=tmp_path / "m.keras")
    import zipfile

    config = {"class_name": "Sequential", "config": {"layers": [{"class_name": "TextVectorization", "config": {}}]}}
    with zipfile.ZipFile(tmp_path / "t.keras", "w") as file:
        file.writestr("config.json", json.dumps(config))
    with pytest.raises(UserError, match=r"needs TensorFlow: save the network from the layer after it on.*`word_index`"):
        model(path=tmp_path / "t.keras")


OWN = """
import keras


@keras.saving.register_keras_serializable("mine")
class Twice(keras.layers.Layer):
    def call(self, x):
        return 2 * x
"""


def test_layers_of_ones_own_are_found_where_they_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own_layers.py").write_text(OWN)
    monkeypatch.syspath_prepend(tmp_path)
    import own_layers  # type: ignore[import-not-found]

    saved(tmp_path, keras.Input((2,)), own_layers.Twice())
    adapter = model(
        path=tmp_path / "m.keras", output="labels", logits=False, custom_objects={"Twice": "own_layers:Twice"}
    )
    assert asked(adapter, [{"a": 0.25, "b": 0.125}]).tolist() == [[0.5, 0.25]]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x80\x04\x95", b"\x89HDF"])
def test_a_file_that_is_none_is_said(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "m.keras").write_bytes(content)
    with pytest.raises(UserError, match=r"is no file of Keras 3 \(.*\): write one with `model\.save"):
        model(path=tmp_path / "m.keras")


def test_a_mistake_is_a_word(tmp_path: Path) -> None:
    sentiment(tmp_path)
    path, index = tmp_path / "m.keras", written(tmp_path)
    with pytest.raises(UserError, match="maxlen: the network takes 5 words, but maxlen is 7"):
        model(path=path, word_index=index, maxlen=7)
    with pytest.raises(UserError, match="word_index: expected JSON of whole numbers by word"):
        model(path=path, word_index=written(tmp_path, {"a": "b"}))
    with pytest.raises(UserError, match=r"word_index: .* cannot be read"):
        model(path=path, word_index=tmp_path / "none.json")
    with pytest.raises(AnswerError, match="expected numbers, but got a text: name its `word_index`"):
        model(path=path, labels=["no", "yes"])(["a text"])
    with pytest.raises(AnswerError, match="a word index reads texts, but got dict"):
        model(path=path, labels=["no", "yes"], word_index=written(tmp_path))([{"a": 1}])
    saved(tmp_path, keras.Input((None,)), keras.layers.Embedding(9, 2), keras.layers.LSTM(2), name="free.keras")
    with pytest.raises(UserError, match="maxlen: the network takes texts of any length"):
        model(path=tmp_path / "free.keras", word_index=index)


def test_a_network_in_memory_runs(tmp_path: Path) -> None:
    dense = saved(tmp_path, keras.Input((2,)), keras.layers.Dense(2, activation="softmax"))
    rows = [{"a": float(at % 3), "b": float(at), "label": ["no", "yes"][at % 2]} for at in range(12)]
    suite = {
        "model": {"use": "given", "labels": ["no", "yes"]},
        "data": {"use": "given", "kind": "row"},
        "tasks": ["classification"],
    }
    found = harness.run(suite, model=dense, data=rows, out=tmp_path / "run", progress=False)
    numbers = np.array([[row["a"], row["b"]] for row in rows])
    right = dense.predict(numbers, verbose=0).argmax(axis=1) == [at % 2 for at in range(12)]
    assert float(found["classification"].accuracy) == pytest.approx(right.mean())
