"""The needs of TextAttack's recipes beside the library: corpora, word vectors, models; are they here, how to get them.

Nothing heavy is imported here: `harness doctor` asks.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TypeAlias

Resource: TypeAlias = tuple[str, bool, str]
"""The description and users of a resource, whether it is here, and the line that fetches it."""

NLTK = {
    "stopwords": "corpora",
    "wordnet": "corpora",
    "omw-1.4": "corpora",
    "universal_tagset": "taggers",
    "averaged_perceptron_tagger": "taggers",
    "averaged_perceptron_tagger_eng": "taggers",
    "punkt": "tokenizers",
    "punkt_tab": "tokenizers",
}
CACHED = {
    "word_embeddings/paragramcf": "TextFooler, TextBugger, IGA, Kuleshov, both genetic algorithms",
    "transformations/hownet/word_candidates_sense.pkl": "PSO",
    "constraints/semantics/language-models/alzantot-goog-lm": "Alzantot's genetic algorithm",
    "constraints/grammaticality/language-models/learning-to-write": "Jia's faster genetic algorithm",
}
MODELS = {
    "bert-base-uncased": "BAE, BERT-Attack",
    "distilroberta-base": "CLARE",
    "xlm-roberta-base": "the Chinese recipe",
    "gpt2": "Kuleshov",
}
NEEDED_PACKAGES = {
    "tensorflow_hub": ("pip install tensorflow tensorflow_hub", "the Universal Sentence Encoder: TextFooler, BAE, …"),
    "sentence_transformers": ("pip install sentence_transformers", "A2T"),
    "OpenHowNet": ("pip install OpenHowNet", "the Chinese recipe"),
}
HOMOGLYPHS_FILE = "shared/intentional_homoglyphs.txt"
"""A file of TextAttack's own that its releases on PyPI forget."""


def resources() -> list[Resource]:
    """Every resource of the recipes: name, whether it is here, the line that fetches it."""
    return [*_of_nltk(), *_of_textattack(), *_of_hubs(), *_packages()]


def fetch_nltk(name: str) -> str:
    """The line that fetches a corpus of NLTK."""
    return f"python -m nltk.downloader {name}"


def fetch_cached(name: str) -> str:
    """The line that fetches what TextAttack keeps on its server."""
    return f"python -c \"from textattack.shared.utils import download_from_s3 as get; get('{name}')\""


def fetch_own(path: Path, name: str) -> str:
    """The line that fetches a file of TextAttack's repository to where the package should have it."""
    return f"curl -fLo {path} https://raw.githubusercontent.com/QData/TextAttack/master/textattack/{name}"


def fetch_model(name: str) -> str:
    """The line that fetches a model of the Hugging Face hub."""
    return f"hf download {name}"


def fetch_flair(name: str) -> str:
    """The line that fetches a tagger of flair's."""
    return f"python -c \"from flair.models import SequenceTagger as tagger; tagger.load('{name}')\""


def _of_nltk() -> Iterator[Resource]:
    for name, folder in NLTK.items():
        yield f"NLTK's {name}", _nltk_has(f"{folder}/{name}"), fetch_nltk(name)


def _nltk_has(name: str) -> bool:
    if find_spec("nltk") is None:
        return False
    from nltk.data import find

    for packed in (name, f"{name}.zip"):
        try:
            find(packed)
        except LookupError:
            continue
        return True
    return False


def _of_textattack() -> Iterator[Resource]:
    folder = Path(os.environ.get("TA_CACHE_DIR", Path.home() / ".cache/textattack"))
    for name, who in CACHED.items():
        yield f"TextAttack's {name} ({who})", (folder / name).exists(), fetch_cached(name)
    found = find_spec("textattack")
    if found and found.origin:
        path = Path(found.origin).with_name("shared") / Path(HOMOGLYPHS_FILE).name
        yield f"TextAttack's {HOMOGLYPHS_FILE} (TextBugger)", path.exists(), fetch_own(path, HOMOGLYPHS_FILE)


def _of_hubs() -> Iterator[Resource]:
    for name, who in MODELS.items():
        yield f"the model {name} ({who})", _hub_has(name), fetch_model(name)
    tagger = Path(os.environ.get("FLAIR_CACHE_ROOT", Path.home() / ".flair")) / "models/ner-english"
    yield "flair's tagger ner (CheckList)", tagger.exists() and any(tagger.iterdir()), fetch_flair("ner")


def _hub_has(name: str) -> bool:
    if find_spec("huggingface_hub") is None:
        return False
    from huggingface_hub import try_to_load_from_cache

    return isinstance(try_to_load_from_cache(name, "config.json"), str)


def _packages() -> Iterator[Resource]:
    for name, (fetch, who) in NEEDED_PACKAGES.items():
        yield f"the package {name} ({who})", name in sys.modules or find_spec(name) is not None, fetch
