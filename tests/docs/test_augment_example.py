"""The example that trains on perturbed texts: it runs, and what it trains gains where it should."""

from __future__ import annotations

import gzip
import sys
from pathlib import Path

import pytest

pytest.importorskip("sklearn")
EXAMPLES = Path(__file__).parents[2] / "examples"
REVIEWS = EXAMPLES.parents[1] / "shared/data/text/mr_rotten_tomatoes"


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.syspath_prepend(str(EXAMPLES))
    sys.modules.pop("augment", None)
    import augment  # type: ignore[import-not-found]

    return augment


def lines(name: str, path: Path, count: int) -> Path:
    """Rows of the whole file: it is sorted by class."""
    with gzip.open(REVIEWS / f"{name}.jsonl.gz", "rt", encoding="utf-8") as given:
        rows = list(given)
    path.write_text("".join(rows[at * len(rows) // count] for at in range(count)), encoding="utf-8")
    return path


@pytest.mark.skipif(not REVIEWS.exists(), reason="needs the film reviews in ../shared")
def test_a_model_that_was_trained_on_perturbed_texts_gains_under_them(example: object, tmp_path: Path) -> None:
    train, dev = lines("train", tmp_path / "train.jsonl", 2000), lines("dev", tmp_path / "dev.jsonl", 300)
    [pair] = vars(example)["compared"](train, dev, tmp_path / "runs").pairs
    moved = {f"{each.task}/{each.local}": each for each in pair.moved}
    capitals = moved["stress/accuracy[part=casing/5]"]
    assert capitals.outcome == "better"
    assert capitals.change.new > capitals.change.old + 0.05
    assert moved["stress/worst_accuracy"].outcome == "better"
    assert moved["classification/accuracy"].change.new > moved["classification/accuracy"].change.old - 0.05
