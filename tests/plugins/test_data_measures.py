"""Label errors, trivial models, shortcuts, drift and properties, each against another implementation or a count."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from harness_data.drift import kolmogorov_smirnov, p_value, total_variation
from harness_data.labels import label_errors
from harness_data.properties import outlying, properties, shares_below
from harness_data.shortcuts import informedness
from harness_data.stability import shares_of_bins, stability_index
from harness_data.trivial import Words, bag_of_words, bag_of_words_crossed, folds_of, majority
from harness_tabular.row import Row

OUTPUTS = Path(__file__).parents[3] / "shared" / "data" / "model_outputs"
FOUND = {"cifar10": 215, "mnist": 12, "imdb": 862}
"""How many `cleanlab.filter.find_label_issues(labels, probabilities)` of cleanlab 2.9.0 finds, the same samples."""

SUMS = {"cifar10": 700743, "mnist": 25106, "imdb": 6888651}
"""The sum of the places of those."""


def _outputs(name: str) -> Any:
    path = OUTPUTS / f"{name}_test_dev.npz"
    if not path.exists():
        pytest.skip(f"the shared data are not here: {path}")
    return np.load(path)


@pytest.mark.parametrize("name", FOUND)
def test_label_errors_are_those_that_cleanlab_found(name: str) -> None:
    given = _outputs(name)
    labels, probabilities = given["labels"].astype(np.int64), np.clip(given["cv_probs"], 0, 1)
    found = label_errors(labels, probabilities)
    assert (found.sum(), int(np.flatnonzero(found).sum())) == (FOUND[name], SUMS[name])


@pytest.mark.parametrize(("name", "precision", "recall"), [("cifar10", 39 / 180, 39 / 44), ("mnist", 6 / 12, 6 / 12)])
def test_label_errors_beside_what_people_found(name: str, precision: float, recall: float) -> None:
    """A label counts as wrong where fewer than three of five people chose it; only suspects were shown to them."""
    given = _outputs(name)
    found = label_errors(given["labels"].astype(np.int64), given["cv_probs"])
    places = {int(number): at for at, number in enumerate(given["index"])}
    with gzip.open(OUTPUTS / f"label_errors_{name}_dev.jsonl.gz", "rt", encoding="utf-8") as file:
        judged = [
            (places[row["id"]], row["mturk"]["given"] < 3) for row in map(json.loads, file) if row["id"] in places
        ]
    flagged = [wrong for at, wrong in judged if found[at]]
    assert sum(flagged) / len(flagged) == pytest.approx(precision)
    assert sum(flagged) / sum(wrong for _, wrong in judged) == pytest.approx(recall)


def test_label_errors_of_random_tables_are_those_of_cleanlab() -> None:
    cleanlab = pytest.importorskip("cleanlab", reason="cleanlab is among the oracles")
    rng = np.random.default_rng(0)
    for _ in range(200):
        classes, n = int(rng.integers(2, 6)), int(rng.integers(10, 200))
        labels = np.append(np.arange(classes), rng.integers(0, classes, n))
        rows = rng.dirichlet(np.ones(classes) * 0.7, len(labels))
        rows[np.arange(len(labels)), labels] += rng.random(len(labels))
        rows /= rows.sum(axis=1, keepdims=True)
        assert (label_errors(labels, rows) == cleanlab.filter.find_label_issues(labels, rows, n_jobs=1)).all()


def test_flipped_labels_are_found() -> None:
    rng = np.random.default_rng(1)
    true = rng.integers(0, 3, 600)
    rows = np.full((600, 3), 0.05)
    rows[np.arange(600), true] = 0.9
    labels, flipped = true.copy(), rng.choice(600, 60, replace=False)
    labels[flipped] = (labels[flipped] + 1) % 3
    assert set(np.flatnonzero(label_errors(labels, rows))) == set(flipped.tolist())


def test_naive_bayes_is_that_of_scikit_learn() -> None:
    text = pytest.importorskip("sklearn.feature_extraction.text")
    bayes = pytest.importorskip("sklearn.naive_bayes")
    rng = np.random.default_rng(2)
    vocabulary = [f"word{at}" for at in range(40)]
    labels = rng.integers(0, 3, 200)
    texts = [" ".join(rng.choice(vocabulary[label * 5 : label * 5 + 25], 8)) for label in labels]
    counts = text.CountVectorizer()
    model = bayes.MultinomialNB().fit(counts.fit_transform(texts[:120]), labels[:120])
    words = Words(texts[:120])
    found = bag_of_words(words, labels[:120], Words(texts[120:], words.known), 3)
    assert found.tolist() == model.predict(counts.transform(texts[120:])).tolist()


def test_a_set_that_is_its_own_train_is_answered_by_the_other_parts() -> None:
    texts = ["good film", "bad film"] * 10 + ["odd word"]
    labels = np.array([1, 0] * 10 + [1])
    folds = np.arange(21) % 5
    found = bag_of_words_crossed(Words(texts), labels, 2, folds)
    assert (found[:20] == labels[:20]).all()
    assert folds_of(["a", "b", "a"]).tolist() == [0, 1, 0]
    assert majority(labels, 2) == 1
    assert majority(np.array([-1]), 2) == -1


@pytest.mark.parametrize("ties", [False, True])
def test_the_distance_of_two_samples_is_that_of_scipy(ties: bool) -> None:
    stats = pytest.importorskip("scipy.stats")
    rng = np.random.default_rng(3)
    for _ in range(100):
        one, other = (rng.normal(mean, 1, int(rng.integers(5, 90))) for mean in (0, 0.4))
        one, other = (np.round(each) if ties else each for each in (one, other))
        value, _, _ = kolmogorov_smirnov(*shares_below(one, other), one, len(other), 0.95)
        assert value == pytest.approx(stats.ks_2samp(one, other).statistic)


def test_p_is_about_that_of_scipy() -> None:
    stats = pytest.importorskip("scipy.stats")
    rng = np.random.default_rng(4)
    for shift in (0, 0.1, 0.2, 0.3):
        one, other = rng.normal(0, 1, 400), rng.normal(shift, 1, 300)
        theirs = stats.ks_2samp(one, other)
        assert p_value(theirs.statistic, 400, 300) == pytest.approx(theirs.pvalue, rel=0.1, abs=0.01)


def test_bounds_of_drift_hold_as_often_as_they_say() -> None:
    """Of 400 pairs of samples from two known distributions each bound may miss the true distance in 5 %."""
    rng = np.random.default_rng(5)
    p, q = np.array([0.5, 0.3, 0.2]), np.array([0.4, 0.3, 0.3])
    true, missed = 0.1, np.zeros(2)
    for _ in range(400):
        one, other = rng.multinomial(200, p) / 200, rng.multinomial(300, q) / 300
        _, low, high = total_variation(one, other, (200, 300), 0.95)
        assert low is not None
        assert high is not None
        missed += low > true, high < true
    assert (missed <= 0.05 * 400).all()


def test_a_property_that_decides_the_label_informs_and_one_that_does_not_does_not() -> None:
    rng = np.random.default_rng(6)
    labels = rng.integers(0, 2, 400)
    halves = np.arange(400) % 2
    sure = informedness(labels * 10 + rng.random(400), labels, halves, 0.95)
    none = informedness(rng.random(400), labels, halves, 0.95)
    assert sure is not None
    assert none is not None
    assert sure.value > 0.85
    assert sure.low is not None
    assert 0.8 < sure.low <= sure.value
    assert none.low is not None
    assert none.low < 0
    assert none.value < 0.2
    assert informedness(rng.random(10), labels[:10], halves[:10], 0.95) is None
    assert informedness(rng.random(400), np.zeros(400, np.int64), halves, 0.95) is None


def test_informedness_is_about_right_for_a_known_one() -> None:
    """Two classes of one bit, right in 80 %: Youden's J is 0.6, which nine of ten intervals contain."""
    rng, inside = np.random.default_rng(7), 0
    for _ in range(200):
        labels = rng.integers(0, 2, 300)
        bit = np.where(rng.random(300) < 0.8, labels, 1 - labels).astype(float)
        found = informedness(bit, labels, np.arange(300) % 2, 0.95)
        assert found is not None
        assert found.low is not None
        assert found.high is not None
        inside += found.low <= 0.6 <= found.high
    assert inside >= 170


def test_properties_of_a_text() -> None:
    found = properties("Hi, hi 42 \U0001f600!")
    assert found["characters"] == 12
    assert found["words"] == 4
    assert found["punctuation"] == pytest.approx(2 / 12)
    assert found["digits"] == pytest.approx(2 / 12)
    assert found["capitals"] == pytest.approx(1 / 12)
    assert found["unusual"] == pytest.approx(1 / 12)
    assert properties("")["word_length"] == 0


def test_properties_of_a_row_are_its_numbers() -> None:
    row = Row({"age": 3, "name": "x", "pay": 1.5, "is": True, "none": None})
    assert properties(row) == {"age": 3, "pay": 1.5}


def test_what_is_far_out_lies_three_ranges_beyond_a_quartile() -> None:
    values = np.append(np.arange(100.0), [250.0, 260.0, -140.0])
    low, high = np.quantile(values, [0.25, 0.75])
    assert (
        outlying(values).tolist() == ((values < low - 3 * (high - low)) | (values > high + 3 * (high - low))).tolist()
    )
    assert outlying(values)[-1]
    assert not outlying(np.append(np.zeros(50), 9.0)).any()


def test_the_stability_index_is_that_by_hand() -> None:
    own, other = np.array([0.2, 0.3, 0.5]), np.array([0.25, 0.25, 0.5])
    by_hand = -0.05 * np.log(0.2 / 0.25) + 0.05 * np.log(0.3 / 0.25)
    assert stability_index(own, other, (100, 100), 0.95)[0] == pytest.approx(by_hand)
    empty = (0.5 - 1e-4) * np.log(0.5 / 1e-4)
    assert stability_index(np.array([0.5, 0.5]), np.array([0.0, 1.0]), (9, 9), 0.95)[0] == pytest.approx(
        empty - 0.5 * np.log(0.5)
    )
    assert stability_index(own, other, (100, 100), float("nan"))[1:] == (None, None)


def test_bins_are_those_between_the_deciles_of_the_other_set() -> None:
    rng = np.random.default_rng(3)
    one, other = rng.normal(0.3, 1.2, 2000), rng.normal(size=1000)
    edges = np.quantile(other, np.arange(1, 10) / 10, method="inverted_cdf")
    by_hand = np.bincount(np.digitize(one, edges, right=True), minlength=10) / 2000
    assert shares_of_bins(*shares_below(one, other)) == pytest.approx(by_hand, abs=0.002)


def test_values_that_many_have_are_in_all_the_bins_that_they_fill() -> None:
    other = np.repeat([1.0, 2.0], [300, 700])
    assert shares_of_bins(*shares_below(other, other)) == pytest.approx(np.full(10, 0.1))
    moved = shares_of_bins(*shares_below(np.repeat([1.0, 2.0], [600, 400]), other))
    found = stability_index(moved, np.full(10, 0.1), (1000, 1000), 0.95)[0]
    assert found == pytest.approx(0.3 * np.log(0.6 / 0.3) - 0.3 * np.log(0.4 / 0.7))


@pytest.mark.parametrize("own", [np.full(10, 0.1), np.linspace(1, 3, 10) / 20])
def test_bounds_of_the_stability_index_hold(own: np.ndarray) -> None:
    """Each may miss the true one in 5 % of draws; 1,000 of them are counted, with three standard errors."""
    rng, other = np.random.default_rng(5), np.full(10, 0.1)
    true = ((own - other) * np.log(own / other)).sum()
    below = above = 0
    for _ in range(1000):
        drawn = rng.multinomial(500, own) / 500, rng.multinomial(800, other) / 800
        _, low, high = stability_index(*drawn, (500, 800), 0.95)
        assert low is not None
        assert high is not None
        below, above = below + (true < low), above + (true > high)
    assert max(below, above) <= 50 + 3 * (1000 * 0.05 * 0.95) ** 0.5
