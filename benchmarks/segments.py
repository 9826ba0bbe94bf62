"""Weak segments: how many of twenty that were planted are found and confirmed, and how often one is that is not there.

4,000 texts with columns; a segment of 5 to 12 % of them is wrong 15 to 25 points more often than the 12 % of the rest.
Then the errors of 400 runs are shuffled: a segment that is confirmed is a false one, in at most 5 % of runs.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from harness.slices.atoms import phrases
from harness.slicing.segments import weak_segments

ROWS, SHUFFLES = 4000, 400
BASE = 0.12
WORDS = [f"word{at}" for at in range(400)]


def main() -> None:
    """Print both."""
    rng = np.random.default_rng(19)
    planted = [_planted(rng, at) for at in range(20)]
    right = sum(found for found, _ in planted)
    print(f"planted: {right} of 20 found and confirmed; {sum(more for _, more in planted)} other segments confirmed")
    texts, columns = _data(rng)
    stated, ids = phrases(texts), [str(at) for at in range(ROWS)]
    false = 0
    for _ in range(SHUFFLES):
        wrong = dict(zip(ids, (rng.random(ROWS) < BASE).astype(float).tolist(), strict=True))
        false += bool(weak_segments(wrong, dict(zip(ids, stated, strict=True)), columns, 30, 0.95))
    print(f"shuffled: a segment is confirmed in {false} of {SHUFFLES} runs ({100 * false / SHUFFLES:.1f} %)")


def _data(rng: np.random.Generator) -> tuple[list[str], dict[str, dict[str, str]]]:
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
    while True:
        inside = _rule(rng, number, texts, columns)
        if 0.05 <= inside.mean() <= 0.12:
            break
    gap = rng.uniform(0.15, 0.25)
    wrong = (rng.random(ROWS) < np.where(inside, BASE + gap, BASE)).astype(float)
    ids = [str(at) for at in range(ROWS)]
    found = weak_segments(
        dict(zip(ids, wrong.tolist(), strict=True)), dict(zip(ids, phrases(texts), strict=True)), columns, 30, 0.95
    )
    hits = [np.mean([inside[int(sample)] for sample in segment.samples]) > 0.5 for segment in found]
    print(f"  {number}: size {inside.mean():.3f}, gap {gap:.2f}: {'; '.join(each.words for each in found) or 'none'}")
    return any(hits), len(hits) - sum(hits)


def _rule(rng: np.random.Generator, number: int, texts: list[str], columns: dict[str, dict[str, str]]) -> np.ndarray:
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
