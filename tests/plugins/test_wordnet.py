"""Synonyms and antonyms of WordNet: they are WordNet's, and without its files the message says what to do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from random import Random

import harness_text.wordnet
import pytest
from harness_text.perturbations.wordnet import antonyms, synonyms
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import MissingExtra, UserError, traits_of

DATA = Path(__file__).parents[3] / "shared/data/nltk_data"
TEXT = "A Big story about the worst film that a rich man could buy, not BEAUTIFUL and not easy"

nltk = pytest.importorskip("nltk", reason="needs nltk")


@pytest.fixture(autouse=True)
def _wordnet() -> None:
    if DATA.exists() and str(DATA) not in nltk.data.path:
        nltk.data.path.append(str(DATA))
    try:
        harness_text.wordnet.wordnet()
    except MissingExtra:
        pytest.skip("needs the files of WordNet")


def test_synonyms_share_a_sense() -> None:
    from nltk.corpus import wordnet

    seen = 0
    for seed in range(20):
        words = zip(TEXT.lower().split(), synonyms(TEXT, Random(seed), severity=5).lower().split(), strict=True)
        for one, other in ((a.strip(","), b.strip(",")) for a, b in words if a != b):
            seen += 1
            assert set(wordnet.synsets(one)) & set(wordnet.synsets(other)), (one, other)
    assert seen > 10


def test_antonyms_are_wordnets_and_keep_capitals() -> None:
    found = antonyms(TEXT, Random(0), severity=5)
    assert "best film" in found
    assert "a poor " in found or "a lean " in found
    assert "A Small story" in found or "A Little story" in found
    assert "UGLY" in found


def test_they_say_whether_the_label_stays_and_what_they_need() -> None:
    assert traits_of(synonyms).keeps_label
    assert not traits_of(antonyms).keeps_label
    resources = traits_of(synonyms).resources
    assert resources is not None
    assert [(name, here) for name, here, _ in resources()] == [("WordNet", True)]


@settings(max_examples=60, deadline=None)
@given(text=st.text(st.characters(codec=None), max_size=60) | st.sampled_from([TEXT, "", "\ud800 good"]))
def test_any_text_is_taken_and_the_generator_alone_decides(text: str) -> None:
    for each in (synonyms, antonyms):
        assert each(text, Random(1)) == each(text, Random(1))
        assert len(each(text, Random(1)).split()) == len(text.split())


@pytest.mark.parametrize("severity", [0, 6, True, "3"])
def test_other_severities_are_refused(severity: int) -> None:
    with pytest.raises(UserError, match="expected a severity of 1, 2, 3, 4 or 5"):
        synonyms(TEXT, Random(0), severity=severity)


def test_without_its_files_the_message_says_what_to_do(tmp_path: Path) -> None:
    code = (
        "import nltk; nltk.data.path[:] = []\n"
        "from random import Random\nfrom harness_text.perturbations.wordnet import synonyms\n"
        "from harness import MissingExtra\n"
        "try: synonyms('a good film', Random(0))\n"
        "except MissingExtra as error: print(error)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert "nltk.downloader wordnet" in found.stdout
    assert "NLTK_DATA" in found.stdout
