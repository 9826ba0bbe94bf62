"""A segment that no word and no property describes is found among clusters of embeddings, and noise is not."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

import harness
from harness import Run, RunError, UserError
from harness.clusters.described import alike
from harness.slices.atoms import phrases
from harness.slicing.segments import weak_segments

TOPIC_OF = {f"t{topic}x{word}": topic for topic in range(8) for word in range(30)}
WEAK = 3

ENCODER = """
import numpy as np, zlib
class Encoder:
    def embed(self, texts):
        return [row(text) for text in texts]
def row(text):
    [topic] = {int(word[1]) for word in text.split() if word[0] == "t"}
    return np.eye(8)[topic] + np.random.default_rng(zlib.crc32(text.encode())).normal(0, 0.1, 8)
encoder = Encoder()
"""


def texts() -> list[str]:
    rng = Random(5)
    made = []
    for at in range(2400):
        own = [word for word, topic in TOPIC_OF.items() if topic == at % 8]
        words = [*rng.sample(own, 2), *(f"w{rng.randrange(300)}" for _ in range(8))]
        rng.shuffle(words)
        made.append(" ".join(words))
    return made


TEXTS = texts()


def topic_of(text: str) -> int:
    return next(TOPIC_OF[word] for word in text.split() if word in TOPIC_OF)


def is_wrong(text: str, rate: float) -> bool:
    return bool(np.random.default_rng(zlib.crc32(text.encode()) + 1).random() < rate)


def predict(some: list[str]) -> list[list[float]]:
    """Right is `a`; a text of the weak topic is wrong more than three times as often as others."""
    return [[0.1, 0.9] if is_wrong(text, 0.35 if topic_of(text) == WEAK else 0.1) else [0.9, 0.1] for text in some]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Run]:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "encoders.py").write_text(ENCODER)

    def made(segments: object, some: list[str] = TEXTS, **keys: Any) -> Run:
        (tmp_path / "rows.jsonl").write_text("".join(json.dumps({"text": each, "label": "a"}) + "\n" for each in some))
        suite = {
            "model": {"use": "given", "labels": ["a", "b"]},
            "models": {"encoder": {"use": "python", "object": "encoders:encoder"}},
            "data": {"use": "files", "path": "rows.jsonl", "slices": {"weak": {"segments": segments}}},
            "tasks": ["classification"],
            "resamples": 20,
            **keys,
        }
        return harness.run(suite, model=predict, progress=False, out=tmp_path / "runs" / str(len(str(segments))))

    return made


def described(run: Run) -> str:
    return run.scores["classification/weak_segments[slice=weak]"].note


@pytest.mark.parametrize("named", ["encoder", True])
def test_a_weak_topic_is_found_by_embeddings_and_by_nothing_else(run: Callable[..., Run], named: object) -> None:
    assert described(run(True)) == "none was confirmed"
    found = run({"embeddings": named})
    confirmed = [at for at in found.scores if "/accuracy[slice=weak:texts like" in str(at)]
    assert confirmed
    assert f"texts like 't{WEAK}x" in described(found)
    assert found.info.engine["encoder"].unique == len(TEXTS)


def test_clusters_of_noise_are_seldom_confirmed() -> None:
    points = np.array([np.eye(8)[topic_of(text)] for text in TEXTS]) + np.random.default_rng(0).normal(
        0, 0.1, (len(TEXTS), 8)
    )
    stated = phrases(TEXTS)
    both = {
        str(at): f"{one}\n{other}"
        for at, (one, other) in enumerate(zip(stated, alike(TEXTS, stated, points, 30), strict=True))
    }
    own = np.array([float(is_wrong(text, 0.15)) for text in TEXTS])
    false, rng = 0, np.random.default_rng(1)
    for _ in range(60):
        wrong = dict(zip(both, rng.permutation(own).tolist(), strict=True))
        false += bool(weak_segments(wrong, both, {}, 30, 0.95))
    assert false <= 60 * 0.05 + 2 * (60 * 0.05 * 0.95) ** 0.5


def test_a_text_that_cannot_be_embedded_is_in_no_cluster(run: Callable[..., Run]) -> None:
    found = run({"embeddings": "encoder"}, [*TEXTS, "t1x1 t2x1"])
    assert f"texts like 't{WEAK}x" in described(found)


def test_where_none_can_be_embedded_the_run_stops_with_why(run: Callable[..., Run]) -> None:
    with pytest.raises(RunError, match=r"slice 'weak': no text could be embedded: .*ValueError"):
        run({"embeddings": "encoder"}, [f"t1x1 t2x{at}" for at in range(300)])


@pytest.mark.parametrize(
    ("segments", "keys", "why"),
    [
        ({"embeddings": "encodr"}, {}, r"has embeddings by 'encodr': expected .* did you mean 'encoder'"),
        ({"embeddings": "encoder"}, {"models": {}}, r"has embeddings by 'encoder': the suite has no `models`"),
        ({"embeddings": True}, {"models": {}}, r"none of the suite's models embeds: add one to `models`"),
        ({"embedding": True}, {}, r"unknown key 'embedding': .* did you mean 'embeddings'"),
    ],
)
def test_without_a_model_that_embeds_there_is_a_word(
    run: Callable[..., Run], segments: object, keys: dict[str, Any], why: str
) -> None:
    with pytest.raises(UserError, match=why):
        run(segments, **keys)
