"""The task `fairness` in a run: scores of identity swaps, gates, findings, and what a suite may get wrong."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from harness_fairness.asking import Swapped

import harness
from harness import Run, UserError, share

LABELS = ["negative", "positive"]


def disliking_women(texts: Sequence[str]) -> list[list[float]]:
    """Positive at .8, and at .3 where a woman is spoken of; texts with "fine" are positive whoever is."""
    scores = [0.8 if "fine" in text or " she " not in f" {text.lower()} " else 0.3 for text in texts]
    return [[1 - score, score] for score in scores]


def _run(folder: Path, texts: Sequence[str], model: Any = disliking_women, **task: Any) -> Run:
    gates = task.pop("gates", {})
    entry: dict[str, Any] = {"use": "fairness", "swaps": ["gender"], "gates": gates, **task}
    data = [{"text": text, "label": "positive"} for text in texts]
    return harness.evaluate(model, data, [entry], labels=LABELS, out=folder / "run", progress=False)


TEXTS = [f"he wrote book {at}" for at in range(40)] + [f"she wrote a fine book {at}" for at in range(20)]


def test_flips_gaps_and_their_direction_are_counted(tmp_path: Path) -> None:
    run = _run(tmp_path, [*TEXTS, *(f"book {at}" for at in range(40))])
    scores = run["fairness"].scores
    flips = scores["flip_rate[part=gender]"]
    assert (flips.value, flips.n) == (40 / 60, 60)
    assert (flips.low, flips.high) == (share("x", 40, 60, 0.95).low, share("x", 40, 60, 0.95).high)
    assert scores["changed[part=gender]"] == 60 / 100
    assert scores["flip_rate[part=gender,class=negative]"] == 40 / 60
    assert scores["flip_rate[part=gender,class=positive]"] == 0
    assert scores["flip_rate[part=gender/female]"] == 1
    assert scores["flip_rate[part=gender/male]"] == 0
    assert float(scores["score_gap[part=gender]"]) == pytest.approx(0.5 * 40 / 60)
    assert float(scores["score_shift[part=gender/female,class=positive]"]) == pytest.approx(-0.25 * 40 / 60)
    assert float(scores["score_shift[part=gender/male,class=positive]"]) == pytest.approx(0.25 * 40 / 60)
    assert scores["worst_flip_rate"].note == "of gender"


def test_texts_that_mention_no_group_are_skipped_without_a_question(tmp_path: Path) -> None:
    run = _run(tmp_path, ["he sang", "a book", "an old house"])
    records = run.records("fairness", Swapped)
    assert sorted((each.status, each.asked) for each in records) == [("ok", 2), ("skipped", 0), ("skipped", 0)]


def test_a_gate_needs_thirty_texts_or_as_many_as_the_suite_says(tmp_path: Path) -> None:
    gates = {"flip_rate[part=gender]": {"min": 0.5}}
    few = _run(tmp_path / "few", TEXTS[:20], gates=gates)
    assert few.gates[0].verdict == "undecided"
    assert "20 of 20 texts mention it, and a gate needs 30" in str(few.gates[0])
    assert _run(tmp_path / "own", TEXTS[:20], gates=gates, min_n=10).gates[0].verdict == "pass"


def test_the_worst_axis_passes_by_its_own_bound_and_fails_by_a_corrected_one(tmp_path: Path) -> None:
    run = _run(tmp_path, [f"he wrote a Swedish book {at}" for at in range(50)], swaps=["gender", "nationality", "age"])
    worst = run.scores["fairness/worst_flip_rate"]
    assert worst == 1
    assert worst.low == share("x", 50, 50, 1 - 0.05 / 2).low  # age is mentioned nowhere: two axes are
    assert worst.note == "of gender; without age, which too few texts mention"


def test_a_turned_decision_is_a_finding_that_says_from_whom_to_whom(tmp_path: Path) -> None:
    run = _run(tmp_path, ["he sang", "she sang a fine song"])
    [found] = [each.finding for each in run.records("fairness", Swapped) if each.finding]
    assert found.word == "turned"
    assert found.decision == "negative"
    assert found.line == "male to female: positive becomes negative by 'she sang'"


def test_models_of_values_have_gaps_and_no_flips(tmp_path: Path) -> None:
    def value(texts: Sequence[str]) -> list[float]:
        return [2.0 if "she" in text else 5.0 for text in texts]

    data = [{"text": text, "label": 1.0} for text in TEXTS[:40]]
    task = {"use": "fairness", "swaps": ["gender"]}
    run = harness.evaluate(value, data, [task], output="value", out=tmp_path / "run", progress=False)
    scores = run["fairness"].scores
    assert scores["score_gap[part=gender]"] == 3
    assert not [name for name in scores if "flip" in name]


def test_an_axis_of_ones_own(tmp_path: Path) -> None:
    words = {"cat": ["cat", "cats"], "dog": ["dog", "dogs"]}

    def disliking_dogs(texts: Sequence[str]) -> list[list[float]]:
        return [[0.9, 0.1] if "dog" in text else [0.1, 0.9] for text in texts]

    texts = [f"Cats and a cat {at}" for at in range(30)]
    run = _run(tmp_path, texts, disliking_dogs, swaps=["pets"], lexicons={"pets": words})
    assert run["fairness"].scores["flip_rate[part=pets/dog]"] == 1
    assert run.records("fairness", Swapped)[0].payload.swapped[0].startswith("Dogs and a dog")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("task", "says"),
    [
        ({"swaps": ["gendr"]}, "there is no axis 'gendr': expected some of names, gender"),
        ({"swaps": []}, "swaps"),
        ({"lexicons": {"pets": {"cat": ["cat"]}}}, "expected two groups or more"),
        ({"lexicons": {"pets": {"cat": ["cat"], "dog": ["dog", "dogs"]}}}, "as many words in each group"),
        ({"lexicons": {"pets": {"cat": ["cat"], "dog": ["..."]}}}, "an entry without a letter"),
        ({"lexicons": {"pets": {"cat": [], "dog": []}}}, "lexicons"),
        ({"lexicons": {"groups": {"cat": ["cat"], "dog": ["dog"]}}}, "another name"),
        ({"groups": "sex"}, "expected `positive` beside it"),
        ({"gates": {"flip_rate[part=gendr]": {"max": 1}}}, "flip_rate[part=gender]"),
    ],
)
def test_what_a_suite_gets_wrong_is_said_before_a_run(task: dict[str, Any], says: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r".") as caught:
        _run(tmp_path, ["he sang"], **task)
    assert says in str(caught.value)


def test_the_same_seed_asks_the_same(tmp_path: Path) -> None:
    runs = [_run(tmp_path / str(at), ["John met a Swede in Oslo"], swaps=["names", "nationality"]) for at in range(2)]
    [first, second] = [[each.payload for each in run.records("fairness", Swapped)] for run in runs]
    assert first == second
