"""Models made of models: against their members by hand, through attacks, and in words where they do not fit."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import harness
from harness import Run, RunError, UserError, at_temperature
from harness.suite import components

MODELS = """
import math

ASKED = []


class Model:
    labels = ["no", "yes"]

    def __init__(self, name, rule, labels=("no", "yes"), output="probabilities"):
        self.name, self.rule, self.labels, self.output = name, rule, list(labels), output
        self.fingerprint = name
        self.asked = []

    def __call__(self, texts):
        self.asked += texts
        if self.output == "value":
            return [[self.rule(text)] for text in texts]
        return [[1 - self.rule(text), self.rule(text)] for text in texts]


def length(text):
    return 1 / (1 + math.exp(5 - len(str(text))))


def good(text):
    return 0.95 if "good" in text else 0.3


one = Model("one", length)
two = Model("two", good)
swapped = Model("swapped", lambda text: 1 - good(text), ("yes", "no"))
other = Model("other", good, ("bad", "fine"))
number = Model("number", len, ("value",), "value")
row = Model("row", lambda row: 0.9 if row["a"] > 0 else 0.1)
"""
TEXTS = ["good", "a bad film", "no", "good and long enough", "bad", "fine film"] * 8
TRUTH = ["yes", "no", "no", "yes", "no", "yes"] * 8
ONE = np.array([1 / (1 + np.exp(5 - len(text))) for text in TEXTS])
TWO = np.array([0.95 if "good" in text else 0.3 for text in TEXTS])


def spec(name: str) -> dict[str, str]:
    return {"use": "python", "object": f"combined_models:{name}"}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Run]:
    """A run of a suite with such a model, in a folder with the models and labelled texts."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "combined_models.py").write_text(MODELS)
    rows = ({"text": text, "label": truth} for text, truth in zip(TEXTS, TRUTH, strict=True))
    (tmp_path / "rows.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))

    def made(model: dict[str, Any], tasks: Any = ("classification",), **keys: Any) -> Run:
        suite = {
            "model": model,
            "data": {"use": "files", "path": "rows.jsonl"},
            "tasks": list(tasks),
            "resamples": 20,
            **keys,
        }
        return harness.run(suite, progress=False, out=tmp_path / f"run{len(list(tmp_path.glob('run*')))}")

    return made


def second(found: Run) -> Any:
    """The probability of yes for each text, in the order of the texts."""
    texts = {sample["id"]: sample["input"] for sample in found.samples}
    records = found.records("classification")
    answered = {texts[each.sample]: each.payload["probabilities"][1] for each in records if each.payload}
    return np.array([answered[text] for text in TEXTS])


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, (ONE + TWO) / 2),
        ({"weights": [3, 1]}, (3 * ONE + TWO) / 4),
        ({"how": "vote", "weights": [3, 1]}, (3.0 * (ONE > 0.5) + (TWO > 0.5)) / 4),
    ],
)
def test_an_ensemble_is_the_mean_or_the_vote_of_its_members(
    run: Callable[..., Run], options: dict[str, Any], expected: Any
) -> None:
    found = run({"use": "ensemble", "members": [spec("one"), spec("two")], **options})
    np.testing.assert_allclose(second(found), expected, atol=1e-6)
    swapped = run({"use": "ensemble", "members": [spec("one"), spec("swapped")], **options})
    np.testing.assert_allclose(second(swapped), expected, atol=1e-6)


def test_members_may_be_the_suites_models(run: Callable[..., Run]) -> None:
    models = {"small": spec("one"), "large": spec("two")}
    found = run({"use": "ensemble", "members": ["small", "large"]}, models=models)
    np.testing.assert_allclose(second(found), (ONE + TWO) / 2, atol=1e-6)


def test_stacking_is_a_logistic_regression_of_scikit_learn(run: Callable[..., Run]) -> None:
    linear_model = pytest.importorskip("sklearn.linear_model")
    fit = {"use": "files", "path": "rows.jsonl"}
    found = run({"use": "ensemble", "members": [spec("one"), spec("two")], "how": "stacked", "fit": fit})
    columns = np.log(np.stack([1 - ONE, ONE, 1 - TWO, TWO], axis=1))
    fitted = linear_model.LogisticRegression(max_iter=1000).fit(columns, TRUTH)
    np.testing.assert_allclose(second(found), fitted.predict_proba(columns)[:, 1], atol=1e-4)


def test_the_mean_of_values(run: Callable[..., Run], tmp_path: Path) -> None:
    rows = ({"text": text, "label": len(text)} for text in TEXTS)
    (tmp_path / "rows.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    found = run({"use": "ensemble", "members": [spec("number"), spec("number")]}, ["regression"])
    assert float(found["regression"].mae) == 0


def test_a_cascade_asks_the_large_one_what_the_small_one_is_unsure_of(
    run: Callable[..., Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    found = run({"use": "cascade", "small": spec("two"), "large": spec("one"), "threshold": 0.9})
    np.testing.assert_allclose(second(found), np.where(TWO > 0.9, TWO, ONE), atol=1e-6)


def test_a_temperature_is_that_of_the_least_log_loss(run: Callable[..., Run]) -> None:
    metrics, optimize = pytest.importorskip("sklearn.metrics"), pytest.importorskip("scipy.optimize")
    fit = {"use": "files", "path": "rows.jsonl"}
    found = run({"use": "calibrated", "of": spec("one"), "fit": fit})
    rows = np.stack([1 - ONE, ONE], axis=1)

    def loss(logarithm: float) -> float:
        return float(metrics.log_loss(TRUTH, at_temperature(rows, np.exp(logarithm)), labels=["no", "yes"]))

    best = np.exp(optimize.minimize_scalar(loss, bounds=(-4, 4), method="bounded", options={"xatol": 1e-10}).x)
    np.testing.assert_allclose(second(found), at_temperature(rows, best)[:, 1], atol=1e-5)


def test_spelling_is_repaired_and_attacks_go_through_it(run: Callable[..., Run]) -> None:
    pytest.importorskip("symspellpy")
    attack = {"use": "attack", "attacks": ["deepwordbug"], "limit": 6}
    bare = run(spec("two"), ["classification", attack])
    guarded = run({"use": "defended", "of": spec("two"), "how": "spelling"}, ["classification", attack])
    assert float(guarded["classification"].accuracy) == float(bare["classification"].accuracy)
    assert float(guarded["attack"].robust_accuracy) >= float(bare["attack"].robust_accuracy)
    from harness_combined.defences import Spelling

    repair = Spelling(["kvetchy"], 2)
    assert repair.repaired("A gooood fiilm, isn't it? Kvetchy!") == "A good film, isn't it? Kvetchy!"
    assert repair.asked("the fiilm") == ["the film"]


def test_votes_over_masked_copies_are_the_same_whenever_they_are_asked(run: Callable[..., Run]) -> None:
    from harness_combined.defences import Masked

    defence = Masked(draws=40, share=0.5, mask="[MASK]", seed=0)
    copies = defence.asked("a good film indeed")
    assert copies == defence.asked("a good film indeed")
    assert {copy.split().count("[MASK]") for copy in copies} == {2}
    assert len(set(copies)) > 3
    options = {"how": "masked", "draws": 40, "share": 0.5}
    found = run({"use": "defended", "of": spec("two"), **options}, ["classification", "stress"])
    expected = {text: np.mean(["good" in copy for copy in defence.asked(text)]) for text in set(TEXTS)}
    np.testing.assert_allclose(second(found), [expected[text] for text in TEXTS], atol=1e-6)


def test_noise_on_rows(run: Callable[..., Run]) -> None:
    from harness_combined.defences import Smoothed

    copies = Smoothed(draws=2000, sigma=0.5, seed=1).asked({"a": 1.0, "b": "word", "c": True})
    assert {(copy["b"], copy["c"]) for copy in copies} == {("word", True)}
    assert np.mean([copy["a"] for copy in copies]) == pytest.approx(1, abs=0.05)
    assert np.std([copy["a"] for copy in copies]) == pytest.approx(0.5, rel=0.1)
    image = Smoothed(draws=1, sigma=0.1, seed=1).asked(np.full((40, 40), 100, np.uint8))[0]
    assert image.std() == pytest.approx(25.5, rel=0.1)


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ({"use": "ensemble", "members": [spec("one")]}, "members: .*at least 2"),
        ({"use": "ensemble", "members": [spec("one"), spec("other")]}, "expected the same in all"),
        ({"use": "ensemble", "members": [spec("one"), "smal"]}, "members.1: .*the suite's models are small"),
        ({"use": "ensemble", "members": [spec("one"), spec("number")]}, "answers value: expected probabilities"),
        ({"use": "ensemble", "members": [spec("number")] * 2, "how": "vote"}, "values have a mean, but no vote"),
        ({"use": "ensemble", "members": [spec("one")] * 2, "how": "stacked"}, "expected both or none"),
        ({"use": "ensemble", "members": [spec("one")] * 2, "weights": [1, 1, 1]}, "one for each of 2 members"),
        ({"use": "cascade", "small": spec("one"), "large": spec("two"), "threshold": 1.5}, "threshold: .*less than 1"),
        ({"use": "cascade", "small": spec("number"), "large": spec("two")}, "small: .*answers value"),
        ({"use": "calibrated", "of": spec("one"), "fit": {"use": "files", "path": "no.jsonl"}}, "fit: .*no.jsonl"),
        ({"use": "calibrated", "of": spec("swapped"), "fit": {"use": "files", "path": "rows.jsonl"}}, "no temperature"),
        ({"use": "defended", "of": spec("number"), "how": "masked"}, "answers value"),
        ({"use": "defended", "of": {"use": "pyton"}, "how": "masked"}, "of: no model is called 'pyton'.*'python'"),
    ],
)
def test_a_mistake_is_a_word(run: Callable[..., Run], model: dict[str, Any], words: str) -> None:
    if "no temperature" in words:
        model = {**model, "of": {**spec("swapped"), "labels": ["no", "yes"]}}
    with pytest.raises((UserError, RunError), match=words):
        run(model, models={"small": spec("one")})


def test_untrusted_looks_into_members(tmp_path: Path) -> None:
    from harness.suite.file import suite_of
    from harness.suite.untrusted import require_data_only

    for model in (
        {"use": "ensemble", "members": [{"use": "http", "url": "http://x/"}, "a"]},
        {"use": "cascade", "small": "python:m:f", "large": "a"},
        {"use": "defended", "of": {"use": "torchscript", "path": "a.pt", "allow_code": True}, "how": "masked"},
    ):
        with pytest.raises(UserError, match="which --untrusted refuses"):
            require_data_only(suite_of({"model": model, "tasks": ["classification"]}, "s"))


def test_they_are_among_the_models() -> None:
    assert {"ensemble", "cascade", "calibrated", "defended"} <= components.find("models").keys()


def numbers(found: Run, task: str = "members") -> dict[str, float]:
    known = {str(name).partition("/"): score.value for name, score in found.scores.items()}
    return {name: float(value) for (of, _, name), value in known.items() if of == task and value is not None}


def test_what_members_decide_is_counted(run: Callable[..., Run]) -> None:
    found = numbers(run({"use": "ensemble", "members": [spec("one"), spec("two")]}, ["members"]))
    assert found["disagreement"] == pytest.approx(np.mean((ONE > 0.5) != (TWO > 0.5)))
    truth = np.array(TRUTH) == "yes"
    assert found["oracle_accuracy"] == pytest.approx(np.mean(((ONE > 0.5) == truth) | ((TWO > 0.5) == truth)))
    cascade = {"use": "cascade", "small": spec("two"), "large": spec("one"), "threshold": 0.9}
    found = numbers(run(cascade, ["members"]))
    assert found["passed_on"] == pytest.approx(np.mean(TWO < 0.9))
    assert found["small_accuracy"] == pytest.approx(np.mean((TWO > 0.5) == truth))
    assert found["kept_accuracy"] == pytest.approx(np.mean(truth[TWO > 0.9]))


def test_a_radius_is_that_of_the_papers() -> None:
    """Of noise sigma times the normal quantile (Cohen et al. 2019), of masks by counting every choice of words."""
    scipy = pytest.importorskip("scipy.stats")
    from itertools import combinations

    from harness_combined.members import certified, changed_words

    low = scipy.beta.ppf(0.001 / 2, 990, 1000 - 990 + 1)
    assert certified([0.5, 0, 0, 10, 990]) == pytest.approx(0.5 * scipy.norm.ppf(low))
    assert certified([0.5, 0, 0, 450, 550]) == -1
    for low, words, kept in ((0.99, 8, 3), (0.8, 12, 2), (0.6, 6, 3), (1.0, 5, 1)):
        seen = [
            np.mean([not set(range(d)) & set(some) for some in combinations(range(words), kept)])
            for d in range(words + 1)
        ]
        assert changed_words(low, words, kept) == max(d for d in range(words + 1) if low - 1 + seen[d] > 0.5)


def test_no_attack_within_a_certified_radius_changes_the_answer(run: Callable[..., Run]) -> None:
    model = {"use": "defended", "of": spec("two"), "how": "masked", "draws": 400, "share": 0.8}
    found = run(model, ["classification", {"use": "members", "radius": 1}])
    scores = numbers(found)
    assert 0 <= scores["certified_accuracy"] <= float(found["classification"].accuracy)
    assert scores["certified_radius"] > 0
    from harness_combined.defences import Masked
    from harness_combined.members import certified

    text = "bad bad bad bad bad bad bad bad bad bad"
    defence = Masked(400, 0.8, "[MASK]", 0)
    votes = sum("good" in copy for copy in defence.asked(text))
    reach = int(certified([0, 10, 2, 400 - votes, votes]))
    assert reach == 2
    for at in range(10 - reach + 1):
        words = text.split()
        words[at : at + reach] = ["good"] * reach
        assert np.mean(["good" in copy for copy in defence.asked(" ".join(words))]) < 0.5


def test_the_task_needs_a_model_made_of_models(run: Callable[..., Run]) -> None:
    with pytest.raises(UserError, match="measures models made of models"):
        run(spec("one"), ["members"])
