"""Three networks of Keras as its tutorials have them, trained small: each leaves a folder with its file and a suite.

    python keras_models.py sentiment TRAIN DEV FOLDER
    python keras_models.py next_word TRAIN DEV FOLDER
    python keras_models.py digits TRAIN DEV FOLDER
    harness run FOLDER/NAME.harness.yaml --out FOLDER/run

For the first two TRAIN and DEV have a `text`, and for the first a `label` (0 or 1), per line, packed or not; for the
last they are .npz files of `images` (n, height, width) and `labels`. The harness needs nothing of this file: it reads
the network, and the word index that was made beside it.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras  # its backend is chosen first
import numpy as np

OOV = 1
"""The number of every word that is not in the index; 0 is no word."""

CONTEXT = 6
"""Words before the next one that it is predicted from."""

SENTIMENT = """\
model: {use: keras, path: sentiment.keras, word_index: words.json, oov: 1, labels: [negative, positive]}
data: {use: files, path: dev.jsonl, language: en, labels: {0: negative, 1: positive}}
seed: 7
tasks:
  - use: classification
    metrics: [accuracy, recall, f1, roc_auc]
    gates: {accuracy: {min: 0.7}, roc_auc: {min: 0.75}}
  - {use: stress, perturbations: [keyboard_typos, delete_letters], limit: 200}
  - {use: attack, attacks: [deepwordbug], limit: 60}
  - {use: explain, explainers: [leave_one_out], limit: 40}
"""
NEXT_WORD = """\
model: {use: keras, path: next_word.keras, word_index: words.json, oov: 1, labels: LABELS}
data: {use: files, path: dev.jsonl, language: en}
seed: 7
tasks:
  - use: classification
    metrics: [accuracy, perplexity, {use: top_k, k: 5}, log_loss, recall, f1]
    gates: {perplexity: {max: MOST}}
  - {use: stress, perturbations: [keyboard_typos, drop_words], limit: 100}
  - {use: explain, explainers: [leave_one_out], limit: 20}
"""
DIGITS = """\
model: {use: keras, path: digits.keras, divide: 255, labels: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]}
data: {use: images, path: images.npy, classes: labels.npy}
seed: 7
tasks:
  - use: classification
    metrics: [accuracy, recall, f1, roc_auc]
    gates: {accuracy: {min: 0.95}}
  - {use: stress, perturbations: [rotation, shift, gaussian_noise], limit: 300}
  - {use: attack, attacks: [simba], limit: 20}
  - {use: explain, explainers: [leave_one_out], limit: 20}
"""


def read(path: Path, most: int) -> list[dict[str, Any]]:
    """The first rows of a file of JSON lines, gzip or not."""
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [json.loads(line) for line in content.decode().splitlines()[:most]]


def words_of(text: str) -> list[str]:
    """Words as Keras's tokenizer has them."""
    clean = text.lower().translate({ord(each): " " for each in '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'})
    return [word for word in clean.split(" ") if word]


def index_of(texts: Sequence[str], most: int) -> dict[str, int]:
    """The numbers of the most frequent words, from 2 on."""
    counts = Counter(word for text in texts for word in words_of(text))
    return {word: at for at, (word, _) in enumerate(counts.most_common(most), OOV + 1)}


def numbers(texts: Sequence[str], index: dict[str, int], length: int) -> Any:
    """The numbers of the last words of each text, `(n, length)`, with 0 before them."""
    found = np.zeros((len(texts), length), np.int64)
    for row, text in zip(found, texts, strict=True):
        some = [index.get(word, OOV) for word in words_of(text)][-length:]
        row[length - len(some) :] = some
    return found


def sentiment(train: Path, dev: Path, folder: Path, rows: int) -> None:
    """An embedding, two LSTM layers and a dense softmax."""
    found = read(train, rows)
    index = index_of([row["text"] for row in found], 8000)
    network = keras.Sequential([
        keras.Input((40,)), keras.layers.Embedding(len(index) + 2, 48, mask_zero=True),
        keras.layers.LSTM(48, return_sequences=True), keras.layers.LSTM(32), keras.layers.Dropout(0.3),
        keras.layers.Dense(2, activation="softmax"),
    ])  # fmt: skip
    fitted(network, numbers([row["text"] for row in found], index, 40), np.array([int(row["label"]) for row in found]))
    save(network, folder / "sentiment.keras", index, SENTIMENT)
    write(folder / "dev.jsonl", read(dev, 400))


def next_word(train: Path, dev: Path, folder: Path, rows: int) -> None:
    """An embedding, an LSTM layer and a softmax over the vocabulary: the next word as a class."""
    texts = [row["text"] for row in read(train, rows)]
    index = index_of(texts, 300)
    names = ["<none>", "<other>", *index]
    prompts, answers = pairs(texts, index)
    network = keras.Sequential([
        keras.Input((CONTEXT,)), keras.layers.Embedding(len(names), 48, mask_zero=True), keras.layers.LSTM(64),
        keras.layers.Dense(len(names), activation="softmax"),
    ])  # fmt: skip
    fitted(network, numbers(prompts, index, CONTEXT), np.array([index[word] for word in answers]))
    suite = NEXT_WORD.replace("LABELS", json.dumps(names)).replace("MOST", str(len(index) // 2))
    save(network, folder / "next_word.keras", index, suite)
    held_back = zip(*pairs([row["text"] for row in read(dev, 400)], index), strict=True)
    write(folder / "dev.jsonl", [{"text": prompt, "label": word} for prompt, word in list(held_back)[:400]])


def pairs(texts: Sequence[str], index: dict[str, int]) -> tuple[list[str], list[str]]:
    """The words before each known word, two or more, and that word."""
    found = [
        (" ".join(words[max(0, at - CONTEXT) : at]), word)
        for words in map(words_of, texts)
        for at, word in enumerate(words)
        if at >= 2 and word in index
    ]
    return [prompt for prompt, _ in found], [word for _, word in found]


def digits(train: Path, dev: Path, folder: Path, rows: int) -> None:
    """Two dense layers on the pixels of handwritten digits."""
    known, held_back = np.load(train, allow_pickle=False), np.load(dev, allow_pickle=False)
    shape = known["images"].shape[1:]
    network = keras.Sequential([
        keras.Input(shape), keras.layers.Flatten(), keras.layers.Dense(512, activation="relu"),
        keras.layers.Dropout(0.2), keras.layers.Dense(10, activation="softmax"),
    ])  # fmt: skip
    fitted(network, known["images"][:rows] / 255, known["labels"][:rows].astype(np.int64), epochs=15, size=64)
    save(network, folder / "digits.keras", {}, DIGITS)
    np.save(folder / "images.npy", held_back["images"])
    np.save(folder / "labels.npy", held_back["labels"].astype(str))


def fitted(network: Any, inputs: Any, labels: Any, epochs: int = 3, size: int = 128) -> None:
    """Train by Adam on the cross-entropy."""
    network.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    network.fit(inputs, labels, batch_size=size, epochs=epochs, verbose=2)


def save(network: Any, path: Path, index: dict[str, int], suite: str) -> None:
    """The network, its words and its suite in one folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    network.save(path)
    if index:
        (path.parent / "words.json").write_text(json.dumps(index), encoding="utf-8")
    path.with_suffix(".harness.yaml").write_text(suite, encoding="utf-8")


def write(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    """Rows as JSON lines."""
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")


def main() -> None:
    """Train one and write its folder."""
    makers = {"sentiment": (sentiment, 12_000), "next_word": (next_word, 4_000), "digits": (digits, 10_000)}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=makers)
    for name in ("train", "dev", "folder"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--rows", type=int, help="training rows")
    given = parser.parse_args()
    keras.utils.set_random_seed(7)
    make, rows = makers[given.name]
    make(given.train, given.dev, given.folder, given.rows or rows)


if __name__ == "__main__":
    main()
