"""Weak segments: how many of twenty that were planted are found and confirmed, and how often one is that is not there.

4,000 texts with columns; a segment of 5 to 12 % of them is wrong 15 to 25 points more often than the 12 % of the rest.
Then the errors of such a run are shuffled 400 times: a confirmed one is then false, in at most 5 % of them.
The same with texts of twelve topics, of which one is weak, that share no word: their embeddings alone have the topic.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from harness.clusters.described import alike
from harness.slices.atoms import phrases
from harness.slicing.segments import Segment, weak_segments

ROWS, SHUFFLES = 4000, 400
BASE = 0.12
WORDS = [f"word{at}" for at in range(400)]
TOPICS, SIZE = 12, 64
"""Topics of texts, and numbers of an embedding."""

Columns = dict[str, dict[str, str]]


def main() -> None:
    """Print both, for segments of words and columns and for those of embeddings."""
    rng = np.random.default_rng(19)
    planted = [_planted(rng, at) for at in range(20)]
    _say("words and columns", planted)
    texts, columns = _data(rng)
    inside = _inside(rng, 0, texts, columns)
    _shuffled("words and columns", rng, _errors(rng, inside), phrases(texts), columns)
    topics = [_planted_topic(rng, at) for at in range(20)]
    _say("embeddings", [each for each, _, _ in topics])
    _, stated, wrong = topics[0]
    _shuffled("embeddings", rng, wrong, stated, {})


def _say(what: str, planted: list[tuple[bool, int]]) -> None:
    right, others = sum(found for found, _ in planted), sum(more for _, more in planted)
    print(f"{what}: {right} of 20 planted ones found and confirmed; {others} other segments confirmed")


def _shuffled(what: str, rng: np.random.Generator, wrong: np.ndarray, stated: list[str], columns: Columns) -> None:
    false = sum(bool(_found(rng.permutation(wrong), stated, columns)) for _ in range(SHUFFLES))
    print(f"{what}: one is confirmed in {false} of {SHUFFLES} shuffles ({100 * false / SHUFFLES:.1f} %)")


def _found(wrong: np.ndarray, stated: list[str], columns: Columns) -> list[Segment]:
    ids = [str(at) for at in range(len(wrong))]
    by_id = dict(zip(ids, stated, strict=True))
    return weak_segments(dict(zip(ids, wrong.tolist(), strict=True)), by_id, columns, 30, 0.95)


def _errors(rng: np.random.Generator, inside: np.ndarray) -> np.ndarray:
    found: np.ndarray = (rng.random(ROWS) < np.where(inside, BASE + rng.uniform(0.15, 0.25), BASE)).astype(float)
    return found


def _planted_topic(rng: np.random.Generator, number: int) -> tuple[tuple[bool, int], list[str], np.ndarray]:
    """Whether a weak topic is confirmed and how many others are; the phrases of texts, and the errors."""
    texts, _ = _data(rng)
    topic = rng.integers(0, TOPICS, ROWS)
    middles = rng.normal(0, 1, (TOPICS, SIZE))
    points = middles[topic] + rng.normal(0, 1, (ROWS, SIZE))
    stated = phrases(texts)
    both = [f"{one}\n{more}" for one, more in zip(stated, alike(texts, stated, points, 30), strict=True)]
    inside = topic == rng.integers(0, TOPICS)
    wrong = _errors(rng, inside)
    return _hits(number, _found(wrong, both, {}), inside), both, wrong


def _hits(number: int, found: list[Segment], inside: np.ndarray) -> tuple[bool, int]:
    hits = [np.mean([inside[int(sample)] for sample in segment.samples]) > 0.5 for segment in found]
    print(f"  {number}: size {inside.mean():.3f}: {'; '.join(each.words for each in found) or 'none'}")
    return any(hits), len(hits) - sum(hits)


def _data(rng: np.random.Generator) -> tuple[list[str], Columns]:
    chances = 1 / np.arange(3, len(WORDS) + 3)
    chances /= chances.sum()
    texts = [" ".join(rng.choice(WORDS, rng.integers(5, 60), p=chances)) for _ in range(ROWS)]
    names = {"region": 12, "channel": 5, "product": 16, "plan": 3}
    columns = {
        name: {str(at): f"{name[0]}{value}" for at, value in enumerate(rng.integers(0, k, ROWS))}
        for name, k in names.items()
    }
    return texts, columns


def _planted(rng: np.random.Generator, number: int) -> tuple[bool, int]:
    """Whether a planted segment is confirmed by one of mostly its samples, and how many others are."""
    texts, columns = _data(rng)
    inside = _inside(rng, number, texts, columns)
    return _hits(number, _found(_errors(rng, inside), phrases(texts), columns), inside)


def _inside(rng: np.random.Generator, number: int, texts: list[str], columns: Columns) -> np.ndarray:
    """The samples of a segment of 5 to 12 % of all."""
    while True:
        inside = _rule(rng, number, texts, columns)
        if 0.05 <= inside.mean() <= 0.12:
            return inside


def _rule(rng: np.random.Generator, number: int, texts: list[str], columns: Columns) -> np.ndarray:
    def is_(name: str) -> np.ndarray:
        values = np.array(list(columns[name].values()))
        return np.asarray(values == rng.choice(np.unique(values)))

    lengths = np.array([len(text.split()) for text in texts])
    word = str(rng.choice(WORDS[10:120]))
    rules: list[Callable[[], np.ndarray]] = [
        lambda: is_("region"),
        lambda: is_("product"),
        lambda: is_("channel") & is_("plan"),
        lambda: is_("channel") & (lengths >= np.quantile(lengths, rng.uniform(0.5, 0.75))),
        lambda: np.array([word in text.split() for text in texts]),
        lambda: is_("plan") & (lengths < np.quantile(lengths, 0.25)),
    ]
    found: np.ndarray = rules[number % len(rules)]()
    return found


if __name__ == "__main__":
    main()
