"""The three splits of the quickstart's reviews: generated ones and written ones, free of overlaps."""

import json
import random
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from harness_suites.make.grammar import review
from harness_suites.make.lexicon import HERE, LABELS, Label

Row = dict[str, str]

SEED = 20240229
GENERATED = {"train": 6000, "dev": 600, "test": 600}
WRITTEN = {"train": 120, "dev": 80, "test": 80}
SPLITS = tuple(GENERATED)


def splits(seed: int = SEED) -> dict[str, list[Row]]:
    """All rows by split, each with `id`, `text`, `label` and `source`; the same seed gives the same rows."""
    rows = _written_rows(seed)
    taken = {normalised(row["text"]) for row in _written()}
    serial = iter(range(1, 1 + sum(GENERATED.values())))
    for split in ("test", "dev", "train"):  # the small splits come first, so that train is what gives way
        rows[split] += _generated_rows(split, random.Random(f"{seed} {split}"), taken, serial)
        random.Random(f"{seed} {split} order").shuffle(rows[split])
    return rows


def write(folder: Path, seed: int = SEED) -> None:
    """Writes `train.jsonl`, `dev.jsonl` and `test.jsonl` into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for split, rows in splits(seed).items():
        lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
        (folder / f"{split}.jsonl").write_text("".join(lines), encoding="utf-8", newline="\n")


def read(path: Path) -> list[Row]:
    """The rows of one JSONL file."""
    with path.open(encoding="utf-8", newline="\n") as lines:
        return [json.loads(line) for line in lines]


def normalised(text: str) -> str:
    """The text in lower case and without punctuation: two reviews that agree in it count as one."""
    return " ".join(re.findall(r"\w+", text.lower().replace("'", "")))


def _generated_rows(split: str, rng: random.Random, taken: set[str], serial: Iterator[int]) -> list[Row]:
    labels = [LABELS[number % 2] for number in range(GENERATED[split])]
    texts = [_new_text(rng, label, taken, all_phrases=split != "train") for label in labels]
    pairs = zip(texts, labels, strict=True)
    return [_row(f"g{next(serial):04d}", text, label, "generated") for text, label in pairs]


def _new_text(rng: random.Random, label: Label, taken: set[str], *, all_phrases: bool) -> str:
    while normalised(text := review(rng, label, all_phrases=all_phrases)) in taken:
        pass
    taken.add(normalised(text))
    return text


def _written() -> list[Row]:
    return read(HERE / "written.jsonl")


def _written_rows(seed: int) -> dict[str, list[Row]]:
    """The written reviews, shuffled within each label and dealt out evenly."""
    rows: dict[str, list[Row]] = {split: [] for split in SPLITS}
    for label in LABELS:
        pile = [row for row in _written() if row["label"] == label]
        random.Random(f"{seed} written {label}").shuffle(pile)
        for split, share in _shares(pile):
            rows[split] += [_row(row["id"], row["text"], label, "written") for row in share]
    return rows


def _shares(pile: list[Row]) -> Iterable[tuple[str, list[Row]]]:
    start = 0
    for split, count in WRITTEN.items():
        yield split, pile[start : start + count // 2]
        start += count // 2


def _row(name: str, text: str, label: str, source: str) -> Row:
    return {"id": name, "text": text, "label": label, "source": source}
