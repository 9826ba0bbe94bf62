"""The quickstart's reviews and its model: what its card promises, checked on the shipped files."""

import random
import string
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch
from harness_suites import quickstart
from harness_suites.make.grammar import review
from harness_suites.make.reviews import SPLITS, Row, normalised, read, write
from torch import Tensor
from transformers import AutoModelForSequenceClassification, AutoTokenizer

FOLDER = quickstart().parent / "quickstart"


@cache
def rows(split: str) -> list[Row]:
    return read(FOLDER / "data" / f"{split}.jsonl")


@cache
def model() -> Any:
    return AutoModelForSequenceClassification.from_pretrained(FOLDER / "model").eval()


@cache
def tokenizer() -> Any:
    return AutoTokenizer.from_pretrained(FOLDER / "model")


@cache
def probabilities(texts: tuple[str, ...]) -> Tensor:
    """The model's probabilities `(n, 2)` of negative and positive, as plain transformers gives them."""
    parts = []
    for start in range(0, len(texts), 128):
        chunk = list(texts[start : start + 128])
        batch = tokenizer()(chunk, padding=True, truncation=True, return_tensors="pt")
        with torch.inference_mode():
            parts.append(model()(**batch).logits.softmax(-1))
    return torch.cat(parts)


def positive(text: str) -> float:
    return float(probabilities((text,))[0, 1])


def test_the_suite_file_lies_beside_the_folder_it_names() -> None:
    assert quickstart().is_file()
    assert (FOLDER / "model").is_dir()
    assert "path: quickstart/data/test.jsonl" in quickstart().read_text(encoding="utf-8")


def test_there_are_enough_generated_and_written_reviews() -> None:
    sources = {split: [row["source"] for row in rows(split)] for split in SPLITS}
    assert sum(found.count("generated") for found in sources.values()) >= 2000
    assert sum(found.count("written") for found in sources.values()) >= 120
    assert min(sources["dev"].count("written"), sources["test"].count("written")) >= 50
    assert sources["train"].count("written") > 0


@pytest.mark.parametrize("split", SPLITS)
def test_every_row_has_exactly_the_four_columns(split: str) -> None:
    assert all(list(row) == ["id", "text", "label", "source"] for row in rows(split))
    assert {row["label"] for row in rows(split)} == {"negative", "positive"}
    assert {row["source"] for row in rows(split)} == {"generated", "written"}


def test_no_text_and_no_id_occurs_twice_within_or_across_splits() -> None:
    everything = [row for split in SPLITS for row in rows(split)]
    assert len({normalised(row["text"]) for row in everything}) == len(everything)
    assert len({row["id"] for row in everything}) == len(everything)


def test_two_texts_count_as_one_when_only_case_and_punctuation_differ() -> None:
    assert normalised("Isn't it GOOD? Yes!") == normalised("isnt it good yes")
    assert normalised("It is good") != normalised("It is bad")


@pytest.mark.parametrize("split", SPLITS)
def test_labels_are_balanced(split: str) -> None:
    labels = [row["label"] for row in rows(split)]
    assert 0.45 <= labels.count("positive") / len(labels) <= 0.55


@pytest.mark.parametrize("split", SPLITS)
def test_written_reviews_have_five_to_forty_five_words(split: str) -> None:
    assert all(5 <= len(row["text"].split()) <= 45 for row in rows(split) if row["source"] == "written")


def test_the_seed_makes_the_shipped_files_again_byte_for_byte(tmp_path: Path) -> None:
    write(tmp_path)
    for split in SPLITS:
        assert (tmp_path / f"{split}.jsonl").read_bytes() == (FOLDER / "data" / f"{split}.jsonl").read_bytes()


def test_the_seed_decides_what_a_review_says() -> None:
    texts = [review(random.Random(seed), "positive", all_phrases=True) for seed in (1, 1, 2)]
    assert texts[0] == texts[1] != texts[2]


def test_the_model_folder_is_small() -> None:
    assert 0 < sum(path.stat().st_size for path in (FOLDER / "model").iterdir()) <= 4 * 2**20


def test_the_model_is_the_promised_one_in_float32() -> None:
    config = model().config
    assert (config.num_hidden_layers, config.hidden_size) == (2, 128)
    assert config.vocab_size <= 4000
    assert config.id2label == {0: "negative", 1: "positive"}
    assert model().dtype == torch.float32


def test_the_tokenizer_spells_any_ascii_word_without_unknown_tokens() -> None:
    assert tokenizer().is_fast
    assert tokenizer().model_max_length == 128
    text = f"Zqxjk {string.ascii_letters} {string.digits} {string.punctuation} x9y8"
    assert tokenizer().unk_token_id not in tokenizer()(text)["input_ids"]


@pytest.mark.parametrize("split", ["dev", "test"])
def test_accuracy_leaves_room_for_errors_but_not_too_much(split: str) -> None:
    predicted = probabilities(tuple(row["text"] for row in rows(split))).argmax(-1)
    expected = torch.tensor([row["label"] == "positive" for row in rows(split)])
    assert 0.85 <= float((predicted == expected).float().mean()) <= 0.97


@pytest.mark.parametrize("split", ["dev", "test"])
def test_confidence_is_not_saturated(split: str) -> None:
    confidence = probabilities(tuple(row["text"] for row in rows(split))).max(-1).values
    assert 0.85 <= float(confidence.median()) <= 0.98


def test_a_word_of_praise_raises_the_probability_of_positive() -> None:
    assert positive("A wonderful restaurant.") > positive("A restaurant.")


def test_the_clause_that_decides_decides() -> None:
    assert positive("The plot is thin, but the acting carries it.") > 0.5
    assert positive("The acting is convincing, but I walked out after forty minutes.") < 0.5


def test_a_denied_fear_is_praise() -> None:
    assert positive("It was not the disaster I feared.") > 0.5 > positive("It was a disaster.")
