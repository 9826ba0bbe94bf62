"""The perturbations of texts: `python -m benchmarks.perturbations` measures them, with `--write` writes their page.

Sentences a second of one core, in the median of rounds, and how time grows with the length of a text. With `--peers`
nlpaug's and langtest's functions of the same name are measured on the same sentences by the Python that has them.
"""

from __future__ import annotations

import argparse
import gzip
import inspect
import json
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import harness_text.perturbations as shipped
from harness_text.perturbations.table import TABLE

from benchmarks.subjects import ROOT
from harness.parts.languages import MadeFor, made_for
from harness.suite.components import Component

REVIEWS = ROOT.parent / "shared/data/text/mr_rotten_tomatoes/train.jsonl.gz"
PAGE = ROOT / "docs/perturbations.md"
COUNT = 1000
BEGIN, END = "<!-- table -->\n", "<!-- end of table -->\n"
COLUMNS = ("`use`", "what it does", "label", "made for", "changes at severity 3", "as")


@cache
def reviews() -> Sequence[str]:
    """The sentences that are perturbed: of film reviews, in lower case and tokenized."""
    with gzip.open(REVIEWS, "rt", encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line, _ in zip(lines, range(COUNT), strict=False)]


def known(name: str) -> MadeFor:
    return made_for(Component("perturbations", name, getattr(shipped, name)))


def row(name: str) -> str:
    """The line of a perturbation in the page's table."""
    component = Component("perturbations", name, getattr(shipped, name))
    keeps = "kept" if "Does not keep" not in _flat(component.function.__doc__) else "not kept"
    share = f"{_changed(name)} of {COUNT}"
    few = TABLE[name].few
    cells = (f"`{name}`", _what(component.function), keeps, _for(name), f"{share}: {few}" if few else share,
             TABLE[name].source)  # fmt: skip
    return f"| {' | '.join(each.replace('|', chr(92) + '|') for each in cells)} |"


def page_table() -> str:
    head = [f"| {' | '.join(COLUMNS)} |", "|---" * len(COLUMNS) + "|"]
    return "\n".join([*head, *map(row, sorted(TABLE))]) + "\n"


def _changed(name: str) -> int:
    function: Callable[..., str] = getattr(shipped, name)
    fit = known(name).fits("a film", "en")
    return sum(fit and function(text, Random(seed), severity=3) != text for seed, text in enumerate(reviews()))


def _flat(text: str | None) -> str:
    return " ".join((text or "").split())


def _what(function: Any) -> str:
    return (inspect.getdoc(function) or "").partition("\n")[0].rstrip(".")


def _for(name: str) -> str:
    """English, or the scripts of the letters that it knows."""
    languages, scripts = sorted(known(name).languages), sorted(known(name).scripts)
    return ", ".join(languages) if len(languages) == 1 else ", ".join(scripts) or "any"


def speed(perturb: Callable[[str, Random], object], texts: Sequence[str], rounds: int) -> float:
    """Texts a second of processor time, the median of some rounds."""
    found = []
    for _ in range(rounds):
        start = time.process_time()
        for seed, text in enumerate(texts):
            perturb(text, Random(seed))
        found.append(len(texts) / (time.process_time() - start))
    return statistics.median(found)


def growth(perturb: Callable[[str, Random], object], texts: Sequence[str]) -> float:
    """How many times longer a text of ten times the length takes: about ten where time is linear."""
    short, long = " ".join(texts[:100]), " ".join(texts[:1000])
    return speed(perturb, [short] * 10, 3) / speed(perturb, [long], 3)


def measured(rounds: int) -> Iterator[tuple[str, float, float]]:
    for name in TABLE:
        function = getattr(shipped, name)
        texts = reviews() if not TABLE[name].on else [*TABLE[name].on] * (COUNT // len(TABLE[name].on))
        yield name, speed(function, texts, rounds), growth(function, texts)


PEERS = """
import json, statistics, sys, time, warnings
warnings.filterwarnings("ignore")
texts = json.load(sys.stdin)
import nlpaug.augmenter.char as nac, nlpaug.augmenter.word as naw
from langtest.transform import robustness as r
from langtest.utils.custom_types import SequenceClassificationSample as S
peers = {
    "nlpaug KeyboardAug (keyboard_typos)": lambda: nac.KeyboardAug().augment,
    "nlpaug OcrAug (ocr)": lambda: nac.OcrAug().augment,
    "nlpaug RandomCharAug swap (swap_letters)": lambda: nac.RandomCharAug(action="swap").augment,
    "nlpaug RandomCharAug delete (delete_letters)": lambda: nac.RandomCharAug(action="delete").augment,
    "nlpaug RandomCharAug insert (insert_letters)": lambda: nac.RandomCharAug(action="insert").augment,
    "nlpaug SpellingAug (misspellings)": lambda: naw.SpellingAug().augment,
    "nlpaug SplitAug (split_words)": lambda: naw.SplitAug().augment,
}
for pair in ("UpperCase=change_case TitleCase=title_case AddPunctuation=punctuation StripPunctuation=transcript "
             "AddTypo=keyboard_typos AddContraction=contractions AddOcrTypo=ocr DyslexiaWordSwap=sound_spelling "
             "AbbreviationInsertion=abbreviations AddSpeechToTextTypo=homophones AddSlangifyTypo=slang "
             "NumberToWord=number_words").split():
    name, _, ours = pair.partition("=")
    if hasattr(r, name):
        peers[f"langtest {name} ({ours})"] = lambda each=getattr(r, name): (
            lambda text: each.transform([S(original=text)], prob=1.0))
for name, make in peers.items():
    try:
        perturb, rates = make(), []
        for _ in range(3):
            start = time.process_time()
            for text in texts:
                perturb(text)
            rates.append(len(texts) / (time.process_time() - start))
        print(f"{name}: {statistics.median(rates):,.0f}", flush=True)
    except Exception as error:
        print(f"{name}: {type(error).__name__}: {error}"[:150], flush=True)
"""


def write() -> None:
    """Write the table between its marks in the page."""
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    PAGE.write_text(before + BEGIN + page_table() + END + rest.split(END)[1], encoding="utf-8", newline="\n")


def main() -> None:
    """Measure, or write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the table of docs/perturbations.md")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", type=Path, help="a Python that has nlpaug and langtest")
    chosen = parser.parse_args()
    if chosen.write:
        write()
        return
    if chosen.peers:
        given = json.dumps(list(reviews()[:200]))
        subprocess.run([str(chosen.peers), "-c", PEERS], input=given, text=True, check=True)
        return
    found = sorted(measured(chosen.rounds), key=lambda each: each[1])
    for name, rate, grown in found:
        print(f"{name:22} {rate:>10,.0f} a second; ten times the text takes {grown:.1f} times as long")
    print(f"median {statistics.median(rate for _, rate, _ in found):,.0f}")


if __name__ == "__main__":
    main()
