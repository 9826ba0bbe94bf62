"""TextBugger: slips inside the words that matter most, look-alike letters, or neighbours in a word embedding."""

from __future__ import annotations

from pathlib import Path
from random import Random

from harness import Positive, Sample, Session, attack
from harness_text.attacks.constraints import MaxChanged, at_most_share, no_stop_word, not_edited
from harness_text.attacks.edited import Edited
from harness_text.attacks.letters import deleted, disguised, parted, somewhere, swapped
from harness_text.attacks.meaning import Similar
from harness_text.attacks.moves import Kept, Moves
from harness_text.attacks.neighbours import nearest_of
from harness_text.attacks.search import by_loss, greedy


@attack(scripts=("latin",), asks={"encoder": "embed"})
def textbugger(
    sample: Sample[str],
    rng: Random,
    *,
    neighbours: Path | None = None,
    encoder: str | None = None,
    max_changed: MaxChanged | None = None,
    max_queries: Positive | None = None,
) -> Session[str]:
    """Part, shorten or swap letters of a word, disguise one, or take a neighbour, the most important word first.

    Li, Ji, Du, Li & Wang (2019), TextBugger: generating adversarial text against real-world applications, as
    TextAttack's TextBuggerLi2018: importance by deletion, every letter's look-alike is tried, the other edits at a
    place drawn. `neighbours` is a file of words with their neighbours, of which 5 are tried, and `encoder` one of the
    suite's models with `task: embed` for a similarity of 0.8, in place of the Universal Sentence Encoder; without them
    letters alone are edited, and similarity is not asked for.
    """
    nearest = nearest_of(neighbours, 5) if neighbours else None

    def swap(text: Edited, at: int) -> list[str]:
        word = text.words[at]
        looks = [each for place in range(len(word)) for each in disguised(word, place, rng)]
        return [*somewhere(word, (parted, deleted, swapped), rng), *looks, *(nearest(text, at) if nearest else ())]

    similar: tuple[Kept, ...] = (Similar(encoder, 0.8, window=None),) if encoder else ()
    moves = Moves(swap, (not_edited, no_stop_word), (*similar, *at_most_share(max_changed)))
    return (yield from greedy(sample, moves, by_loss("delete"), max_queries))
