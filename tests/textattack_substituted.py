"""TextAttack's recipes with a table of neighbours in place of vectors that cannot be had, and without an encoder."""

from __future__ import annotations

import gzip
import inspect
import json
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from harness_text.attacks.letters import LOOK_ALIKES
from textattack import Attack
from textattack.attack_recipes import TextFoolerJin2019
from textattack.constraints.grammaticality import PartOfSpeech
from textattack.constraints.pre_transformation import RepeatModification, StopwordModification
from textattack.goal_functions import UntargetedClassification
from textattack.search_methods import GreedyWordSwapWIR
from textattack.shared import AbstractWordEmbedding
from textattack.transformations import (
    CompositeTransformation,
    WordSwapEmbedding,
    WordSwapNeighboringCharacterSwap,
    WordSwapRandomCharacterDeletion,
    WordSwapRandomCharacterInsertion,
)
from textattack.transformations.word_swaps.word_swap import WordSwap

PATH = Path(__file__).parents[2] / "shared/data/resources/synonyms/counterfitted_neighbors.json.gz"


@cache
def _table() -> dict[str, list[str]]:
    return dict(json.loads(gzip.decompress(PATH.read_bytes())))


class Neighbours(AbstractWordEmbedding):  # type: ignore[misc]  # TextAttack has no types
    """Words whose vectors are unknown, and their neighbours, which are known."""

    def __init__(self) -> None:
        words = dict.fromkeys([*_table(), *(each for some in _table().values() for each in some)])
        self._index, self._words = {word: at for at, word in enumerate(words)}, list(words)

    def __getitem__(self, index: Any) -> Any:
        raise KeyError(index)

    def get_mse_dist(self, a: Any, b: Any) -> float:
        raise NotImplementedError

    def get_cos_sim(self, a: Any, b: Any) -> float:
        raise NotImplementedError

    def word2index(self, word: str) -> int:
        return self._index[word]

    def index2word(self, index: int) -> str:
        return self._words[index]

    def nearest_neighbours(self, index: int, topn: int) -> list[int]:
        return [self._index[each] for each in _table().get(self._words[index], [])[:topn]]


class LookAlikes(WordSwap):  # type: ignore[misc]
    """TextAttack's table of look-alikes without the file that its releases forget and that only other attacks read."""

    def _get_replacement_words(self, word: str) -> Sequence[str]:
        places = [at for at, letter in enumerate(word) if letter in LOOK_ALIKES]
        return [word[:at] + LOOK_ALIKES[word[at]] + word[at + 1 :] for at in places]


def textfooler(model_wrapper: Any) -> Any:
    """TextFoolerJin2019 as published, but for the vectors and the Universal Sentence Encoder."""
    listed = re.search(r'\["a", "about".*?\]', inspect.getsource(TextFoolerJin2019), re.DOTALL)
    assert listed
    stop_words = set(re.findall(r'"([^"]+)"', listed[0]))
    constraints = [RepeatModification(), StopwordModification(stopwords=stop_words), PartOfSpeech()]
    swap = WordSwapEmbedding(max_candidates=50, embedding=Neighbours())
    return Attack(UntargetedClassification(model_wrapper), constraints, swap, GreedyWordSwapWIR("delete"))


def textbugger(model_wrapper: Any) -> Any:
    """TextBuggerLi2018 as published, but for the vectors and the Universal Sentence Encoder."""
    inside = {"random_one": True, "skip_first_char": True, "skip_last_char": True}
    swap = CompositeTransformation(
        [
            WordSwapRandomCharacterInsertion(letters_to_insert=" ", **inside),
            WordSwapRandomCharacterDeletion(**inside),
            WordSwapNeighboringCharacterSwap(**inside),
            LookAlikes(),
            WordSwapEmbedding(max_candidates=5, embedding=Neighbours()),
        ]
    )
    constraints = [RepeatModification(), StopwordModification()]
    return Attack(UntargetedClassification(model_wrapper), constraints, swap, GreedyWordSwapWIR("delete"))
