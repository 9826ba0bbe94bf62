"""What TextAttack's recipes need that is not here, each with the line that fetches it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from harness_textattack import textattack
from harness_textattack.resources import resources
from textattack_by_hand import prepared

from harness import UserError


@pytest.mark.parametrize(
    ("recipe", "message"),
    [
        ("PWSRen2019", "did you mean 'PWWSRen2019'"),
        ("hotflip", "gradients come with a later release"),
        ("input-reduction", r"does not seek a wrong label \(its goal is InputReduction\)"),
        ("textfooler", r"word_embeddings/paragramcf is not in .*: fetch it with\n  python -c"),
        ("bae", r"bert-base-uncased is not here: fetch it with\n  hf download bert-base-uncased"),
        (
            "bad-characters",
            r"cannot be built from a model alone \(.*'goal_function_type'\): .*`recipe: module:function`",
        ),
        (
            "textbugger",
            r"word_embeddings/paragramcf|without its shared/intentional_homoglyphs.txt: fetch it with\n  curl ",
        ),
        ("checklist", r"flair's tagger ner is not here: fetch it with\n  python -c"),
    ],
)
def test_a_recipe_that_cannot_run_here_says_so_before_the_first_sample(recipe: str, message: str) -> None:
    prepared("DeepWordBugGao2018")
    with pytest.raises(UserError, match=message):
        textattack.prepare(recipe=recipe)


def test_missing_nltk_data_is_named_with_the_line_that_fetches_it(tmp_path: Path) -> None:
    code = "from harness_textattack import textattack as t; t.prepare(recipe='pwws')"
    environment = os.environ | {"NLTK_DATA": str(tmp_path), "HOME": str(tmp_path)}
    found = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    lacking = (
        r"UserError: attack 'textattack': pwws: NLTK's stopwords is not in .*\n  python -m nltk.downloader stopwords"
    )
    assert re.search(lacking, found.stderr)


def test_resources_are_found_without_loading_textattack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import nltk

    (tmp_path / "corpora/stopwords").mkdir(parents=True)
    (tmp_path / "word_embeddings/paragramcf").mkdir(parents=True)
    monkeypatch.setattr(nltk.data, "path", [str(tmp_path)])
    monkeypatch.setenv("TA_CACHE_DIR", str(tmp_path))
    found = {name.partition(" (")[0]: (present, fetch) for name, present, fetch in resources()}
    assert found["NLTK's stopwords"] == (True, "python -m nltk.downloader stopwords")
    assert found["NLTK's wordnet"] == (False, "python -m nltk.downloader wordnet")
    assert found["TextAttack's word_embeddings/paragramcf"][0]
    assert not found["TextAttack's transformations/hownet/word_candidates_sense.pkl"][0]
    code = (
        "import sys; from harness_textattack.resources import resources; import harness_textattack; resources(); "
        "print({'textattack', 'torch'} & set(sys.modules))"
    )
    alone = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (alone.stdout, alone.stderr) == ("set()\n", "")


FETCHED = r"is not (here|in .*): fetch it with\n  "
REASONS = {
    "A2TYoo2021": r"pip install sentence_transformers|gradients",
    "BAEGarg2019": f"bert-base-uncased {FETCHED}hf download|tensorflow_hub",
    "BERTAttackLi2020": f"bert-base-uncased {FETCHED}hf download|tensorflow_hub",
    "BadCharacters2021": "cannot be built from a model alone",
    "CLARE2020": f"distilroberta-base {FETCHED}hf download|tensorflow_hub",
    "CheckList2020": f"tagger ner {FETCHED}python -c",
    "ChineseRecipe": f"xlm-roberta-base {FETCHED}hf download|OpenHowNet",
    "DeepWordBugGao2018": None,
    "FasterGeneticAlgorithmJia2019": f"(paragramcf|learning-to-write) {FETCHED}python -c",
    "FrenchRecipe": rf"omw-1\.4 {FETCHED}python -m nltk\.downloader omw-1\.4|tagger .* {FETCHED}python -c",
    "GeneticAlgorithmAlzantot2018": f"(paragramcf|alzantot-goog-lm) {FETCHED}python -c",
    "HotFlipEbrahimi2017": "gradients come with a later release",
    "IGAWang2019": f"paragramcf {FETCHED}python -c",
    "InputReductionFeng2018": "does not seek a wrong label",
    "Kuleshov2017": f"(paragramcf {FETCHED}python -c)|(gpt2 {FETCHED}hf download)",
    "LEAP2023": None,
    "MorpheusTan2020": "does not seek a wrong label",
    "PSOZang2020": f"hownet/word_candidates_sense.pkl {FETCHED}python -c",
    "PWWSRen2019": None,
    "Pruthi2019": None,
    "Seq2SickCheng2018BlackBox": f"paragramcf {FETCHED}python -c|does not seek a wrong label",
    "SpanishRecipe": r"Language esp not one of",
    "TextBuggerLi2018": rf"homoglyphs\.txt: fetch it with\n  curl |paragramcf {FETCHED}|tensorflow_hub",
    "TextFoolerJin2019": f"paragramcf {FETCHED}python -c|tensorflow_hub",
}
"""Why each recipe may be refused; None where all it needs is in our NLTK data."""


@pytest.mark.slow
@pytest.mark.parametrize(("recipe", "reason"), REASONS.items(), ids=REASONS.keys())
def test_every_recipe_is_built_or_says_what_it_lacks(recipe: str, reason: str | None) -> None:
    prepared("DeepWordBugGao2018")
    refusal = None
    try:
        textattack.prepare(recipe=recipe)
    except UserError as error:
        refusal = str(error)
    assert refusal is None or refusal.startswith(f"attack 'textattack': {recipe}: ")
    assert refusal is None or re.search(reason or "(must be built)", refusal)


def test_no_recipe_is_missing_in_the_table() -> None:
    prepared("DeepWordBugGao2018")
    import textattack as library
    from harness_textattack.recipes import _known

    assert set(_known(library).values()) == set(REASONS)
