"""The worst samples of a gate: of its part, class and set only, worst first, a line each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import harness
from harness import Run, UserError
from harness.reports import worst_samples

TEXTS = {"good": 1, "good bad": 0, "bad": 0, "odd": 1, "good odd!": 0}


@pytest.fixture(autouse=True)
def _there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def reader(texts: list[str]) -> list[list[float]]:
    """Sure of the word good, the surer the shorter the text."""
    shares = [max(0.6, 0.9 - len(text) / 100) if "good" in text else 0.2 for text in texts]
    return [[1 - share, share] for share in shares]


def ran(*tasks: Any, **options: Any) -> Run:
    data = options.pop("data", (list(TEXTS), list(TEXTS.values())))
    model = options.pop("model", reader)
    options = {"labels": ["no", "yes"], "resamples": 20, "progress": False, **options}
    return harness.evaluate(model, data, list(tasks), **options)


def told(run: Run, address: str) -> list[tuple[str, str]]:
    return [(each.text, each.why) for each in worst_samples(run, address)]


def test_wrong_predictions_come_most_confident_first() -> None:
    assert told(ran("classification"), "classification/accuracy") == [
        ("good bad", "no taken for yes (0.82)"),
        ("good odd!", "no taken for yes (0.81)"),
        ("odd", "yes taken for no (0.80)"),
    ]


def test_of_a_class_only_what_counts_in_its_score() -> None:
    run = ran("classification")
    assert told(run, "classification/recall[class=yes]") == [("odd", "yes taken for no (0.80)")]
    assert [text for text, _ in told(run, "classification/precision[class=yes]")] == ["good bad", "good odd!"]


def test_attacks_and_perturbations_show_what_they_changed() -> None:
    run = ran(
        {"use": "attack", "attacks": [{"use": "deepwordbug", "edit_distance": 1}]},
        {"use": "stress", "perturbations": ["change_case", "whitespace"], "severities": [5]},
    )
    [(text, why)] = told(run, "attack/robust_accuracy")
    assert (text, why.startswith("yes becomes no by '")) == ("good", True)
    flips = told(run, "stress/accuracy[part=change_case/5]")
    assert ("good", "yes becomes no by 'GOOD'") in flips
    assert told(run, "stress/accuracy[part=whitespace/5]") == []


def test_a_sample_that_two_attacks_turn_stands_there_once() -> None:
    attacks = [{"use": "deepwordbug", "edit_distance": 1, "name": name} for name in ("one", "two")]
    run = ran({"use": "attack", "attacks": attacks})
    assert [text for text, _ in told(run, "attack/robust_accuracy")] == ["good"]
    assert [row.finding.word for row in run.records("attack") if row.finding] == ["turned", "turned"]


def test_of_untouched_inputs_those_that_were_wrong_before() -> None:
    wrong = [
        ("good bad", "no taken for yes (0.82)"),
        ("good odd!", "no taken for yes (0.81)"),
        ("odd", "yes taken for no (0.80)"),
    ]
    stress = {"use": "stress", "perturbations": ["change_case"], "severities": [1, 5]}
    run = ran({"use": "attack", "attacks": ["deepwordbug"]}, stress)
    assert told(run, "attack/clean_accuracy") == wrong
    assert told(run, "stress/clean_accuracy") == wrong


def test_of_values_and_label_sets_too() -> None:
    options: dict[str, Any] = {
        "labels": None,
        "output": "value",
        "model": lambda texts: [float(len(each)) for each in texts],
    }
    run = ran({"use": "stress", "perturbations": ["change_case"]}, data=(["a", "bbb"], [1, 7]), **options)
    assert told(run, "stress/clean_mae") == [("bbb", "3 for 7.0"), ("a", "1 for 1.0")]
    data = [{"text": "aa", "label": ["x"]}, {"text": "bb", "label": []}]
    run = ran({"use": "attack", "attacks": ["deepwordbug"], "goal": "change"}, data=data, labels=["x", "y"],
              output="labels", model=lambda texts: [[0.9, 0.2]] * len(texts))  # fmt: skip
    assert told(run, "attack/clean_accuracy") == [("bb", "no label taken for x (0.90)")]


def test_a_change_far_into_a_text_is_shown_from_a_little_before_it() -> None:
    text = "x " * 50 + "good"
    run = ran({"use": "stress", "perturbations": ["change_case"], "severities": [5]}, data=([text], [1]))
    [(_, why)] = told(run, "stress/worst_accuracy")
    assert len(why) < 160


def test_explanations_come_least_faithful_first() -> None:
    run = ran({"use": "explain", "explainers": ["leave_one_out"]})
    values = [float(why.rpartition(" ")[2]) for _, why in told(run, "explain/comprehensiveness")]
    assert values == sorted(values)
    assert len(values) == 2  # of a text of one word nothing can be said


def test_values_come_furthest_off_first() -> None:
    data = (["a", "bbb"], [1, 7])
    run = ran("regression", {"use": "stress", "perturbations": ["whitespace"]}, data=data, labels=None, output="value",
              model=lambda texts: [float(len(text)) for text in texts])  # fmt: skip
    assert told(run, "regression/mae") == [("bbb", "3 for 7"), ("a", "1 for 1")]


def test_label_sets_come_with_most_wrong_labels_first() -> None:
    data = [{"text": "a", "label": ["x"]}, {"text": "b", "label": ["x", "y"]}, {"text": "c", "label": []}]
    run = ran(
        "multilabel", data=data, labels=["x", "y"], output="labels", model=lambda texts: [[0.1, 0.2] for _ in texts]
    )
    assert told(run, "multilabel/subset_accuracy") == [("b", "x, y taken for none"), ("a", "x taken for none")]
    assert told(run, "multilabel/recall[class=y]") == [("b", "x, y taken for none")]


def test_of_a_label_only_the_sets_that_have_it() -> None:
    data = [{"text": "a", "label": ["x"]}, {"text": "b", "label": ["y"]}, {"text": "c", "label": ["x, y"]}]
    run = ran(
        "multilabel",
        data=data,
        labels=["x", "y", "x, y"],
        output="labels",
        model=lambda texts: [[0.1, 0.9, 0.2]] * len(texts),
    )
    records = run.records("multilabel")
    assert [each.finding and each.finding.decision for each in records if each.finding] == ['["y"]', '["y"]']
    assert told(run, "multilabel/recall[class=x]") == [("a", "x taken for y")]
    assert told(run, 'multilabel/recall[class="x, y"]') == [("c", "x, y taken for y")]
    assert [text for text, _ in told(run, "multilabel/precision[class=y]")] in (["a", "c"], ["c", "a"])


def test_nobody_knows_of_a_strangers_task_or_of_samples_that_went_well() -> None:
    run = ran("classification", model=lambda texts: [[1 - TEXTS[text], TEXTS[text]] for text in texts])
    assert told(run, "classification/accuracy") == []


def test_a_line_is_short_and_holds_no_control_characters() -> None:
    text = "odd \x1b[31m\n" + "x" * 500
    [worst] = worst_samples(ran("classification", data=([text], [1])), "classification/accuracy")
    assert len(str(worst)) < 250
    assert "\x1b" not in str(worst)
    assert "\n" not in str(worst)


def test_gates_with_the_same_worst_samples_share_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    from harness.console.verdict import print_verdict
    from harness.runs.comparing import decided_again

    run = ran({"use": "classification", "gates": {"accuracy": {"min": 0.99}, "f1": {"min": 0.99}}}, out="out")
    capsys.readouterr()
    print_verdict(run, decided_again(run, "fail")[0])
    told = [line for line in capsys.readouterr().out.splitlines() if line.startswith("worst samples of")]
    assert told == ["worst samples of classification/accuracy, classification/f1:"]


def test_nothing_is_shown_of_a_run_whose_files_were_changed(capsys: pytest.CaptureFixture[str]) -> None:
    from harness.console.verdict import print_verdict
    from harness.runs.comparing import decided_again

    run = ran({"use": "classification", "gates": {"accuracy": {"min": 0.99}}}, out="out")
    (run.folder / "samples.parquet").write_bytes(b"garbage")
    capsys.readouterr()
    with pytest.raises(UserError, match=r"samples\.parquet: not the file that the run wrote: the run's files were"):
        print_verdict(Run(run.folder), decided_again(run, "fail")[0])
    assert capsys.readouterr().out == ""


def test_the_terminal_shows_them_under_the_gates(capsys: pytest.CaptureFixture[str]) -> None:
    from harness.console.verdict import print_verdict
    from harness.runs.comparing import decided_again

    run = ran({"use": "classification", "gates": {"accuracy": {"min": 0.99}}}, out="out")
    capsys.readouterr()
    print_verdict(run, decided_again(run, "fail")[0])
    lines = capsys.readouterr().out.splitlines()
    at = lines.index("worst samples of classification/accuracy:")
    assert "no taken for yes (0.82)" in lines[at + 1]
    assert lines[-1] == "report: out/report.html"


PAIRS = """\
model: {use: python, object: "pairing:predict"}
data: {use: files, path: pairs.jsonl, columns: {input: [premise, hypothesis]}}
tasks:
  - use: classification
  - {use: attack, attacks: [{use: deepwordbug, edit_distance: 2}]}
"""


def test_a_pair_is_shown_as_its_texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    code = (
        "def predict(pairs):\n    return [[0.9, 0.1] if 'wet' in pair['hypothesis'] else [0.2, 0.8] for pair in pairs]"
    )
    Path("pairing.py").write_text(f"{code}\npredict.labels = ['no', 'yes']\n", encoding="utf-8")
    rows = [{"premise": "rain", "hypothesis": "it is wet", "label": label} for label in ("no", "yes")]
    Path("pairs.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    Path("pairs.yaml").write_text(PAIRS, encoding="utf-8")
    run = harness.run("pairs.yaml", progress=False, out="out")
    text = "premise: rain; hypothesis: it is wet"
    assert told(run, "classification/accuracy") == [(text, "yes taken for no (0.90)")]
    [(attacked, why)] = told(run, "attack/robust_accuracy")
    assert attacked == text
    assert why.startswith("no becomes yes by '\u2026ise: rain; hypothesis: it is ")
