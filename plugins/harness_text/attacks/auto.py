"""Auto: a standard set of attacks, each on the samples that the ones before it left.

After AutoAttack for images (Croce & Hein 2020, Reliable evaluation of adversarial robustness with an ensemble of
diverse parameter-free attacks): fixed members, so that a number means the same everywhere. Members run from the
cheapest to the dearest, which changes what each of them breaks and not what all break together. As there all stay
close to the input: at most a fifth of the words is exchanged, two letters are edited, or what is edited is not seen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any, Literal, TypeAlias

from harness import Sample, Session, attack, predict
from harness_text.attacks.bad_characters import bad_characters
from harness_text.attacks.pruthi import pruthi
from harness_text.attacks.random_edits import random
from harness_text.attacks.textbugger import textbugger
from harness_text.attacks.word_swaps import word_swaps
from harness_text.deepwordbug import deepwordbug

Edition: TypeAlias = Literal["fast", "full"]

VERSION = 1
"""Changes whenever a member, its parameters or its place do: numbers of two versions are not compared."""

CLOSE = {"max_changed": 0.2}
"""The share of words that a member may exchange."""

FAST: Mapping[Callable[..., Session[str]], Mapping[str, Any]] = {
    word_swaps: CLOSE,
    deepwordbug: {"edit_distance": 2},
    textbugger: CLOSE,
    random: {"words": 2},
    pruthi: {},
    bad_characters: {"population": 8},
}
"""What needs nothing beside the package, with what keeps it close."""


def members(
    edition: Edition = "fast", neighbours: Path | None = None, masked: str = "mlm"
) -> tuple[str, Sequence[Mapping[str, Any]]]:
    """The name of an edition, with its version, and its members as entries of a suite."""
    fast = [{"use": each.__name__, **close} for each, close in FAST.items()]
    if edition == "fast":
        return f"fast edition, version {VERSION}", fast
    table = {"neighbours": str(neighbours)} if neighbours else {}
    dearer = [{"use": "pwws"}, {"use": "textfooler", **table}, {"use": "bae", "masked": masked}]
    full = [*fast[:3], *({**each, **CLOSE} for each in dearer), *fast[3:]]
    return f"full edition, version {VERSION}", full


@attack(scripts=("latin",), stands_for=members)
def auto(
    sample: Sample[str],
    rng: Random,
    *,
    edition: Edition = "fast",
    neighbours: Path | None = None,
    masked: str = "mlm",
) -> Session[str]:
    """A standard set of attacks, one after the other on what is left: robust accuracy that is worth a name.

    `fast` needs nothing more: word_swaps, deepwordbug, textbugger (letters), random, pruthi and bad_characters. `full`
    adds pwws (WordNet), textfooler (`neighbours`, a file of words with their neighbours in an embedding) and bae
    (`masked`, one of the suite's models with `task: fill`); where one of them is missing it is refused. Edition,
    version and members stand in the note of its robust accuracy, `broken_by` says which member broke how many samples.
    """
    found = sample.input
    for member, close in FAST.items():  # as a task runs it, the members are those of the edition
        found = yield from member(sample, rng, **close)
        [row] = yield from predict([found])
        if row.label != sample.label:
            break
    return found
