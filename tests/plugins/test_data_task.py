"""The task `data` as a user runs it: its scores, its findings, what it refuses and what it leaves undecided."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

import harness
from harness import Run, UserError
from harness.reports import worst_samples

LABELS = ["0", "1"]
WORDS = [f"{one}{other}" for one in ("film", "hotel", "plot", "room") for other in ("", "s", "ish", "like", "er", "ly")]


def answer(texts: list[Any]) -> list[list[float]]:
    return [[0.1, 0.9] if "good" in str(text) else [0.9, 0.1] for text in texts]


class Asked:
    """A model in memory that says what its classes are called."""

    labels = LABELS

    def __init__(self, call: Callable[[list[Any]], Any]) -> None:
        self.call = call

    def __call__(self, inputs: list[Any]) -> Any:
        return self.call(inputs)


def texts(count: int, seed: int = 0) -> list[dict[str, Any]]:
    """Rows of ten words, one of which tells the label."""
    rng = Random(seed)
    words = [rng.choices(WORDS, k=9) for _ in range(count)]
    return [{"text": " ".join([*some, "good" if at % 2 else "bad"]), "label": at % 2} for at, some in enumerate(words)]


def written(folder: Path, name: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    path = folder / name
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return {"use": "files", "path": str(path)}


def run(folder: Path, data: Any, model: Callable[[list[Any]], Any] = answer, **task: Any) -> Run:
    suite = {"data": data, "tasks": [{"use": "data", **task}]}
    return harness.run(suite, model=Asked(model), out=folder / "run", progress=False)


def of(folder: Path, rows: list[dict[str, Any]], **task: Any) -> Run:
    return run(folder, written(folder, "test.jsonl", rows), **task)


def words_found(found: Run) -> dict[str, int]:
    counts: dict[str, int] = {}
    for record in found.records("data"):
        if record.finding:
            counts[record.finding.word] = counts.get(record.finding.word, 0) + 1
    return counts


def test_what_was_planted_is_counted_with_its_samples(tmp_path: Path) -> None:
    train, fresh = texts(400, 1), texts(200, 2)
    exact = [{**row, "text": str(row["text"]).upper()} for row in train[:40]]
    near = [{**row, "text": f"{row['text']} indeed"} for row in train[40:70]]
    again, conflict = fresh[:20], [{"text": row["text"], "label": 1 - row["label"]} for row in fresh[20:25]]
    rows = [*fresh, *exact, *near, *again, *conflict]
    found = of(tmp_path, rows, train=written(tmp_path, "train.jsonl", train))
    n = len(rows)
    assert found.scores["data/train_overlap"] == 40 / n
    assert found.scores["data/near_train_overlap"] == 30 / n
    assert found.scores["data/duplicates"] == 20 / n
    assert found.scores["data/label_conflicts"] == 10 / n
    assert found.scores["data/near_duplicates"] == 0
    assert words_found(found)["train_overlap"] == 40
    assert all("equal to" in each.why for each in worst_samples(found, "data/train_overlap"))
    assert all("equal to" in each.why for each in worst_samples(found, "data/duplicates"))


def test_gates_bound_the_scores(tmp_path: Path) -> None:
    train = texts(300, 1)
    gates = {"train_overlap": {"max": 0.01}, "duplicates": {"max": 0.5}, "shortcut[property=words]": {"max": 0.9}}
    found = of(tmp_path, train[:100], train=written(tmp_path, "train.jsonl", train), gates=gates)
    assert [gate.verdict for gate in found.gates] == ["fail", "pass", "pass"]
    with pytest.raises(UserError, match="has no score 'train_overlap'"):
        of(tmp_path / "run", train[:100], gates={"train_overlap": {"max": 0.01}})
    with pytest.raises(UserError, match=r"has no score 'duplicate'.*did you mean 'duplicates'"):
        of(tmp_path / "run", train[:100], gates={"duplicate": {"max": 0.01}})


def test_three_rows_are_undecided_rather_than_passed(tmp_path: Path) -> None:
    gates = {"duplicates": {"max": 0.1}, "label_errors": {"max": 0.1}, "label_conflicts": {"max": 0.1}}
    found = of(tmp_path, texts(3), gates=gates)
    assert [gate.verdict for gate in found.gates] == ["undecided"] * 3


def test_without_labels_the_inputs_are_examined_and_the_model_is_not_asked(tmp_path: Path) -> None:
    asked: list[Any] = []
    rows = [{"text": row["text"]} for row in [*texts(50), *texts(10)]]
    data = written(tmp_path, "test.jsonl", rows)

    def remembered(inputs: list[Any]) -> list[list[float]]:
        asked.extend(inputs)
        return answer(inputs)

    found = run(tmp_path, data, remembered)
    assert found.scores["data/duplicates"] == 10 / 60
    assert found.scores["data/label_errors"].value is None
    assert "no sample has a class" in found.scores["data/label_errors"].note
    assert not asked


def test_labels_are_needed_by_other_tasks(tmp_path: Path) -> None:
    data = written(tmp_path, "test.jsonl", [{"text": "a"}])
    suite = {"data": data, "tasks": ["data", "classification"]}
    with pytest.raises(UserError, match="no column 'label' for the label"):
        harness.run(suite, model=Asked(answer), out=tmp_path / "run", progress=False)


def test_wrong_labels_are_found_by_the_model_and_by_answers_in_columns(tmp_path: Path) -> None:
    rows = texts(200)
    wrong = [str(row["text"]) for row in rows[:10]]
    rows[:10] = [{**row, "label": 1 - row["label"]} for row in rows[:10]]
    found = of(tmp_path, rows)
    assert found.scores["data/label_errors"] == 10 / 200
    answers = [
        {"text": row["text"], "1": p, "0": 1 - p} for row in rows if (p := 0.9 if "good" in row["text"] else 0.2)
    ]
    given = {**written(tmp_path, "oof.jsonl", answers), "columns": {"label": ["0", "1"]}}
    guess = run(
        tmp_path / "run",
        written(tmp_path, "test.jsonl", rows),
        lambda some: [[0.5, 0.5]] * len(some),
        out_of_fold=given,
    )
    assert guess.scores["data/label_errors"] == 10 / 200
    flagged = {row["id"] for row in guess.samples if row["input"] in wrong}
    by_finding = {each.sample for each in guess.records("data") if each.finding and each.finding.word == "label_errors"}
    assert by_finding == flagged


def test_answers_of_a_guess_say_nothing_of_labels(tmp_path: Path) -> None:
    data = written(tmp_path, "test.jsonl", texts(100))
    found = run(tmp_path, data, lambda some: [[0.5, 0.5]] * len(some), gates={"label_errors": {"max": 0.9}})
    assert "not surely better than a guess" in found.scores["data/label_errors"].doubt
    assert found.gates[0].verdict == "undecided"


def test_one_class_only_has_no_label_errors_and_a_word_why(tmp_path: Path) -> None:
    found = of(tmp_path, [{**row, "label": 1} for row in texts(60)], gates={"label_errors": {"max": 0.5}})
    assert found.scores["data/label_errors"].note == "all samples are of one class"
    assert found.gates[0].verdict == "error"


def test_a_property_that_tells_the_label_is_a_shortcut(tmp_path: Path) -> None:
    rows = [{**row, "text": row["text"] + "!" * (12 * row["label"])} for row in texts(300)]
    found = of(tmp_path, rows)
    assert found.scores["data/shortcut[property=punctuation]"] > 0.8
    low, other = found.scores["data/shortcut"].low, found.scores["data/shortcut[property=digits]"].high
    assert low is not None
    assert other is not None
    assert low > 0.7
    assert other < 0.3


def test_the_margin_over_trivial_models_is_paired(tmp_path: Path) -> None:
    found = of(tmp_path, texts(200), train=written(tmp_path, "train.jsonl", texts(200, 5)))
    assert found.scores["data/majority_margin"] == 0.5
    assert found.scores["data/bag_of_words_margin"] == pytest.approx(0, abs=0.03)


def test_drift_is_against_the_train_or_the_first_set(tmp_path: Path) -> None:
    long = [{**row, "text": f"{row['text']} {row['text']}"} for row in texts(300, 3) if row["label"]]
    train = written(tmp_path, "train.jsonl", texts(300, 4))
    against_train = of(tmp_path, long, train=train)
    assert against_train.scores["data/class_drift"] == pytest.approx(0.5)
    assert against_train.scores["data/property_drift[property=words]"] == 1
    assert float(against_train.scores["data/property_psi[property=words]"]) > 0.25
    assert against_train.scores["data/property_psi"].note.startswith("of ")
    assert float(against_train.scores["data/class_psi"]) > 0.25
    sets = [
        {**written(tmp_path, "a.jsonl", texts(300)), "name": "a"},
        {**written(tmp_path, "b.jsonl", long), "name": "b"},
    ]
    between = run(tmp_path / "run", sets)
    assert between.scores["data/class_drift[data=b]"] == pytest.approx(0.5)
    assert between.scores["data/property_drift[data=b,property=words]"] == 1
    assert between.scores["data/class_drift"].value is None
    assert (between.scores["data/property_psi[data=b,property=words]"].low or 0) > 0.25
    assert between.scores["data/class_psi"].note == between.scores["data/class_drift"].note


def test_a_set_of_the_suite_may_be_the_train(tmp_path: Path) -> None:
    train = texts(100, 4)
    sets = [{**written(tmp_path, "dev.jsonl", [*texts(60), *train[:20]]), "name": "dev"}]
    sets.append({**written(tmp_path, "train.jsonl", train), "name": "train"})
    found = run(tmp_path, sets, train="train")
    assert found.scores["data/train_overlap"] == 20 / 80
    assert found.scores["data/train_overlap[data=train]"].note == "the set is the train itself"


def test_a_train_that_is_none_is_refused_at_its_line(tmp_path: Path) -> None:
    rows = written(tmp_path, "rows.jsonl", [{"age": 1, "pay": 2.5}] * 3)
    with pytest.raises(UserError, match="train: it has rows of cells, the samples are texts"):
        of(tmp_path, texts(10), train=rows)
    with pytest.raises(UserError, match=r"train: data 'files': .*is empty"):
        of(tmp_path, texts(10), train=written(tmp_path, "empty.jsonl", []))
    with pytest.raises(UserError, match="train: the model does not know the label '7'"):
        of(tmp_path, texts(10), train=written(tmp_path, "other.jsonl", [{"text": "a", "label": 7}]))


def test_a_train_without_labels_or_of_one_class_still_shows_leaks(tmp_path: Path) -> None:
    rows = texts(50)
    bare = written(tmp_path, "bare.jsonl", [{"text": row["text"]} for row in rows[:10]])
    found = of(tmp_path, rows, train=bare)
    assert found.scores["data/train_overlap"] == 10 / 50
    assert found.scores["data/class_drift"].note == "the train has no labels"
    one = written(tmp_path, "one.jsonl", [{"text": row["text"], "label": 1} for row in rows[:10]])
    found = of(tmp_path / "run", rows, train=one)
    assert found.scores["data/class_drift"] == 0.5
    assert found.scores["data/majority_margin"] == 0.5


def test_empty_and_hostile_texts_are_ordinary(tmp_path: Path) -> None:
    rows = [
        {"text": text, "label": at % 2}
        for at, text in enumerate(["", " ", "\0", "<script>x</script>", "\u202e", "a" * 9000] * 5)
    ]
    found = of(tmp_path, rows)
    assert {record.status for record in found.records("data")} == {"ok"}
    assert found.scores["data/duplicates"].n == 30


def test_rows_are_equal_after_rounding_and_have_no_near_ones(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    cells = rng.normal(size=(60, 3)).tolist()
    rows = [{"x": a, "y": b, "z": c, "label": at % 2} for at, (a, b, c) in enumerate(cells)]
    rows += [{**row, "x": row["x"] * (1 + 1e-9)} for row in rows[:6]]
    rows[50]["x"] = 1e6
    found = run(tmp_path, written(tmp_path, "rows.jsonl", rows), lambda some: [[0.5, 0.5]] * len(some))
    assert found.scores["data/duplicates"] == 6 / 66
    assert (
        found.scores["data/near_duplicates"].note
        == "nearly equal inputs are looked for among texts, and with Pillow among images"
    )
    assert found.scores["data/outliers[property=x]"] == 1 / 66


def test_gates_on_columns_of_rows_are_known_by_any_name(tmp_path: Path) -> None:
    rows = [{"x": at / 7, "y": at % 3, "label": at % 2} for at in range(90)]
    found = run(
        tmp_path,
        written(tmp_path, "rows.jsonl", rows),
        lambda some: [[0.5, 0.5]] * len(some),
        gates={"outliers[property=x]": {"max": 0.1}},
    )
    assert found.gates[0].verdict == "pass"


def test_a_model_that_says_what_it_cuts_is_believed(tmp_path: Path) -> None:
    class Tokenizer:
        unk_token_id = 0

        def __call__(self, texts: list[str], **_: Any) -> dict[str, Any]:
            return {"input_ids": [[0 if "film" in word else 1 for word in text.split()] for text in texts]}

    class Model:
        labels = LABELS
        tokenizer = Tokenizer

        def __call__(self, texts: list[str]) -> Any:
            return answer(texts)

        def cut(self, inputs: list[str]) -> list[int]:
            return [max(0, len(text.split()) - 9) for text in inputs]

    rows = [
        {"text": "film a", "label": 0},
        {"text": "b " * 10, "label": 1},
        {"text": "c", "label": 1},
        {"text": "d", "label": 0},
    ]
    found = harness.run(
        {"data": written(tmp_path, "t.jsonl", rows), "tasks": ["data"]},
        model=Model(),
        out=tmp_path / "run",
        progress=False,
    )
    assert found.scores["data/unknown_tokens"] == 1 / 4
    assert found.scores["data/truncated"] == 1 / 4


def test_a_finished_run_is_decided_again_from_its_records(tmp_path: Path) -> None:
    found = of(tmp_path, [*texts(50), *texts(5)], gates={"duplicates": {"max": 0.5}})
    again = harness.Run(found.folder)
    assert again.scores["data/duplicates"] == found.scores["data/duplicates"] == 5 / 55
    page = (found.folder / "report.html").read_text(encoding="utf-8")
    assert "equal to" in page


def test_a_run_is_the_same_twice(tmp_path: Path) -> None:
    one, other = (of(folder, texts(120), near=0.5) for folder in (_made(tmp_path / "a"), _made(tmp_path / "b")))
    assert {name: each.value for name, each in one.scores.items()} == {
        name: each.value for name, each in other.scores.items()
    }


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


class Encoder:
    """Sees whether a text is of films or of hotels, and a little of all else."""

    def embed(self, texts: list[str]) -> Any:
        return [[2.0 * ("film" in text) - 1, len(text) % 7 / 100] for text in texts]

    __call__ = embed


ENCODER = Encoder()


def test_sets_are_compared_by_their_embeddings_too(tmp_path: Path) -> None:
    def rows(word: str, seed: int) -> list[dict[str, Any]]:
        return [{"text": f"{word} {at * seed % 97}", "label": at % 2} for at in range(200)]

    data = [{**written(tmp_path, f"{name}.jsonl", made), "name": name} for name, made in
            (("a", rows("film", 3)), ("b", rows("hote", 5)), ("c", rows("film", 7)))]  # fmt: skip
    suite = {"data": data, "tasks": [{"use": "data", "encoder": "encoder"}],
             "models": {"encoder": {"use": "python", "object": f"{__name__}:ENCODER"}}}  # fmt: skip
    found = harness.run(suite, model=Asked(answer), out=tmp_path / "run", progress=False)
    assert found.scores["data/property_drift[data=b,property=embedding_1]"] == 1
    assert found.scores["data/property_drift[data=c,property=embedding_1]"] < 0.2
    assert found.scores["data/property_drift[data=b,property=characters]"] < 0.2
    assert "data/shortcut[property=embedding_1]" not in found.scores
