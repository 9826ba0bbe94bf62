"""Perturbations outside of a run: texts, rows and batches, and what is refused."""

from __future__ import annotations

import pickle
from random import Random
from typing import Any

import pytest
from harness_text.perturbations import keyboard_typos

import harness
from harness import UserError

TEXT = "a wonderful film that you should not miss, because it is great"
TEXTS = [f"{TEXT} {at}" for at in range(200)]


def test_a_text_a_row_and_a_batch_become_the_same() -> None:
    made = harness.perturb(["typos", "slang", ["ocr", "casing"]])
    assert made(TEXT) != TEXT
    assert made({"text": TEXT, "label": 1}) == {"text": made(TEXT), "label": 1}
    batch: dict[str, Any] = {"text": TEXTS, "label": [0] * 200}
    assert made(batch) == {"text": [made(text) for text in TEXTS], "label": [0] * 200}


def test_the_seed_and_the_text_alone_decide() -> None:
    def texts(seed: int) -> list[str]:
        return list(map(harness.perturb(["typos", "slang"], seed=seed), TEXTS))

    assert texts(1) == texts(1) == list(reversed(list(map(harness.perturb(["typos", "slang"], seed=1), TEXTS[::-1]))))
    assert texts(1) != texts(2)


def test_it_is_the_function_that_a_suite_runs_at_the_severity() -> None:
    made = harness.perturb("typos", severity=5)
    assert any(made(TEXT) == keyboard_typos(TEXT, Random(seed), severity=5) for seed in range(3000)) or (
        len(made(TEXT)) == len(TEXT) and sum(a != b for a, b in zip(made(TEXT), TEXT, strict=True)) in {2, 3}
    )
    fixed = harness.perturb([{"use": "change_case", "severity": 5}], severity=1)
    assert fixed(TEXT) == TEXT.upper()


def test_each_of_several_is_drawn() -> None:
    made = harness.perturb([{"use": "change_case", "severity": 5}, {"use": "title_case", "severity": 5}])
    upper = sum(made(text).isupper() for text in TEXTS)
    assert 70 < upper < 130


def test_what_does_not_fit_is_left_alone() -> None:
    assert harness.perturb("slang", language="de")(TEXT) == TEXT
    assert harness.perturb("ocr")("\u5916\u5356\u9001\u5f97\u592a\u6162") == "\u5916\u5356\u9001\u5f97\u592a\u6162"


def test_several_columns_are_changed() -> None:
    made = harness.perturb("typos", column=["premise", "hypothesis"])
    found = made({"premise": TEXT, "hypothesis": TEXTS[0], "label": 2})
    assert found["premise"] != TEXT
    assert found["hypothesis"] != TEXTS[0]


def test_it_can_be_sent_to_another_process() -> None:
    made = harness.perturb(["typos", "ocr"])
    assert pickle.loads(pickle.dumps(made))(TEXT) == made(TEXT)


@pytest.mark.parametrize(
    ("perturbations", "message"),
    [
        ([], "expected at least one"),
        (["ocrr"], "no perturbation is called 'ocrr'.*'ocr'"),
        ([3], "perturbations: "),
        ([{"use": "ocr", "severity": 9}], "less than or equal to 5"),
        (["missing_cells"], "takes no texts"),
        ([["ocr", "chinese_shapes"]], "no text is what all of these are made for"),
    ],
)
def test_what_is_wrong_is_said(perturbations: list[Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        harness.perturb(perturbations)


def test_one_that_asks_a_model_is_refused_and_so_is_a_row_without_the_column() -> None:
    with pytest.raises(UserError, match="asks a model"):
        harness.perturb("masked_words")(TEXT)
    with pytest.raises(UserError, match="expected a column 'text' to perturb, but got"):
        harness.perturb("ocr")({"sentence": TEXT})
    with pytest.raises(UserError, match="expected a text to perturb"):
        harness.perturb("ocr")({"text": 3})


def test_datasets_map_takes_it() -> None:
    datasets = pytest.importorskip("datasets")
    given = datasets.Dataset.from_dict({"text": TEXTS[:8], "label": list(range(8))})
    made = harness.perturb(["typos", "casing"])
    for options in ({}, {"batched": True, "batch_size": 3}):
        found = given.map(made, load_from_cache_file=False, **options)
        assert found["text"][:] == [made(text) for text in TEXTS[:8]]
        assert found["label"][:] == list(range(8))
