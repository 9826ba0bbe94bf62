"""The sections of stress, values, label sets, pairs and several sets, from small runs."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from harness_report import html as page_of

import harness
from harness import Run


@pytest.fixture(autouse=True)
def _there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def reader(texts: list[str]) -> list[list[float]]:
    return [[0.1, 0.9] if "good" in text else [0.8, 0.2] for text in texts]


def page(run: Run) -> str:
    return (run.folder / "report.html").read_text(encoding="utf-8")


def section(run: Run, title: str) -> str:
    """The markup from a heading to the next section."""
    found = re.search(rf"<h3>(?:<bdi>)?{re.escape(title)}.*?(?=</section>)", page(run), re.DOTALL)
    assert found, title
    return found[0]


def test_stress_draws_a_strip_a_perturbation_and_severity_and_says_the_same_in_numbers() -> None:
    tasks: list[Any] = [{"use": "stress", "perturbations": ["change_case", "shuffle_words"], "severities": [1, 5]}]
    data = ([f"a good film {at}" for at in range(8)], [1] * 8)
    found = section(
        harness.evaluate(reader, data, tasks, labels=["no", "yes"], progress=False, resamples=20), "By severity"
    )
    strips = re.findall(r"<title>(.*?)</title>", found)
    assert [each.partition(":")[0] for each in strips] == ["change_case/1", "change_case/5"]
    assert "0.000 [" in found  # GOOD is another word to this model
    assert found.count("label not kept") == 3  # shuffled words: below the strips, and in the table of numbers
    assert "<ins" in found
    assert "yes</bdi>" in found


def test_without_a_flip_stress_says_so() -> None:
    tasks: list[Any] = [{"use": "stress", "perturbations": ["whitespace"], "severities": [1]}]
    run = harness.evaluate(lambda texts: [[0.2, 0.8]] * len(texts), (["a", "b"], [1, 1]), tasks, labels=["no", "yes"],
                           progress=False, resamples=20)  # fmt: skip
    assert "No perturbation turned a decision." in page(run)


def test_a_run_without_gates_is_no_pass() -> None:
    run = harness.evaluate(reader, (["good", "bad"], [1, 0]), ["classification"], labels=["no", "yes"], progress=False,
                           resamples=20)  # fmt: skip
    assert run.verdict == "pass"  # its exit code is 0
    head = page(run).partition("</header>")[0]
    assert '<header class="top no-gates">' in head
    assert "no gates" in " ".join(re.sub(r"<[^>]*>", "", head).split())
    assert "badge pass" not in head
    assert ">pass<" not in run._repr_html_()
    (run.folder / "gates.json").unlink()  # nobody knows then
    assert 'class="top pass"' in page_of(Run(run.folder))


HINDI = ["यह होटल सुंदर है", "यह होटल साफ नहीं है", "good film of the year"]


def test_what_changed_nothing_says_so_on_the_page_of_a_sample_and_at_its_head() -> None:
    tasks: list[Any] = [
        {"use": "stress", "perturbations": ["filler_words"], "severities": [5]},
        {"use": "attack", "attacks": ["deepwordbug"]},
        {"use": "stress", "name": "typed", "perturbations": ["keyboard_typos"]},
    ]
    run = harness.evaluate(lambda texts: [[0.2, 0.8]] * len(texts), (HINDI, [1, 1, 1]), tasks, labels=["no", "yes"],
                           progress=False, resamples=20)  # fmt: skip
    text = " ".join(re.sub(r"<[^>]*>", "", page(run)).split())
    assert text.count("stress changed nothing by filler_words/5.") == 2
    assert text.count("stress left its decision as it was under filler_words/5.") == 1
    why = "it changed 1 of 3 samples, and a gate needs 30; it is made for en in latin letters"
    assert f"stress: no gate is decided on worst_accuracy, worst_accuracy_drop, filler_words/5: {why}" in text
    assert "the texts are taken to be in en by perturbation &#39;filler_words&#39;" in text
    assert "typed: the texts are taken to be in one of da, en, es, fi, it, nb, nl, no, pl, pt, sv by perturb" in text
    assert "1 withstood, 2 that it could not edit, 0 skipped" in text
    assert text.index("no gate is decided on") < text.index("What to do")


def test_values_are_drawn_against_the_truth_and_the_largest_errors_listed() -> None:
    data = (["a", "bb", "cccc"], [1.0, 2.5, 9.0])
    run = harness.evaluate(lambda texts: [float(len(text)) for text in texts], data, ["regression"], output="value",
                           progress=False, resamples=20)  # fmt: skip
    assert section(run, "Answers against the truth").count('<tr><th scope="row"') == 3
    errors = section(run, "Largest errors")
    assert errors.index("cccc") < errors.index(">bb<") < errors.index(">a<")
    assert "\u22125.000" in errors


def test_values_under_stress_are_errors() -> None:
    tasks: list[Any] = [{"use": "stress", "perturbations": ["filler_words"], "severities": [5]}]
    data = ([f"one two three four {at}" for at in range(4)], [4.0] * 4)
    run = harness.evaluate(lambda texts: [float(len(text.split())) for text in texts], data, tasks, output="value",
                           progress=False, resamples=20)  # fmt: skip
    assert "Mean absolute error" in section(run, "By severity")


def test_label_sets_show_what_was_missed_and_wrongly_given() -> None:
    data = [{"text": "t", "label": ["a", "b"]}, {"text": "u", "label": []}]
    run = harness.evaluate(lambda texts: [[0.9, 0.1, 0.7]] * len(texts), data, ["multilabel"], labels=["a", "b", "c"],
                           output="labels", progress=False, resamples=20)  # fmt: skip
    found = section(run, "Wrong label sets")
    assert re.search(r'missed</span> <bdi class="class wrong">b', found)
    assert re.search(r'wrongly given</span> <bdi class="class wrong">a, c', found)


def test_each_label_has_its_precision_recall_and_f1_by_threshold() -> None:
    data = [
        {"text": text, "label": labels} for text, labels in [("0.9 0.2", ["a"]), ("0.6 0.4", []), ("0.3 0.1", ["a"])]
    ]
    tasks: list[Any] = [{"use": "multilabel", "threshold": {"a": 0.5}}]
    run = harness.evaluate(lambda texts: [[float(each) for each in text.split()] for text in texts], data, tasks,
                           labels=["a", "b"], output="labels", progress=False, resamples=20)  # fmt: skip
    found = section(run, "By threshold").partition("<tbody>")[2].partition("</tbody>")[0]
    cells = [re.findall(r"<bdi>([^<]*)</bdi>", row) for row in found.split("<tr>")[1:]]
    assert cells[0] == ["a", "0.500", "0.500", "0.500", "0.500", "0.800", "0.300"]
    assert cells[1] == ["b", "0.500", "\u2013", "\u2013", "\u2013", "\u2013", "\u2013"]  # no sample has it
    assert "a: at 0.500 precision 0.500, recall 0.500, F1 0.500; the largest F1 is 0.800 at 0.300" in page(run)


def test_several_sets_stand_side_by_side() -> None:
    rows = {"films": ["good", "bad"], "hotels": ["good", "odd good"]}
    sets = []
    for name, texts in rows.items():
        lines = [{"text": text, "label": "yes" if text == "good" else "no"} for text in texts]
        Path(f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
        sets.append({"use": "files", "path": f"{name}.jsonl"})
    suite = {"model": {"use": "given", "labels": ["no", "yes"]}, "data": sets, "tasks": ["classification"]}
    run = harness.run(suite, model=reader, progress=False, resamples=20)
    found = section(run, "On the other data sets")
    assert re.search(r"accuracy</bdi>.*?1\.000.*?0\.500.*?0\.500", found, re.DOTALL)
    assert "<bdi>hotels</bdi>" in found
    assert "Confusion matrix, <bdi>films</bdi>" in page(run)


def test_pairs_are_read_with_the_names_of_their_columns() -> None:
    rows = [{"premise": "a cat", "hypothesis": "good cat", "label": 1}]
    columns = {"input": ["premise", "hypothesis"]}
    tasks: list[Any] = [
        {"use": "attack", "attacks": ["deepwordbug"]},
        {"use": "explain", "explainers": ["leave_one_out"]},
    ]
    run = harness.evaluate(lambda pairs: reader([pair["hypothesis"] for pair in pairs]), rows, tasks, columns=columns,
                           labels=["no", "yes"], progress=False, resamples=20)  # fmt: skip
    assert re.search(r"premise: </bdi>\s*a cat", page(run))
    assert "&#34;premise&#34;" not in re.sub(r"<details>.*?</details>", "", page(run), flags=re.DOTALL)


def test_an_attack_on_a_value_and_the_columns_that_are_explained_show_themselves() -> None:
    rows = [{"premise": "a cat sat", "hypothesis": f"the cat is number {at}", "label": 9.0} for at in range(3)]
    tasks: list[Any] = [
        {"use": "attack", "attacks": ["deepwordbug"], "move": 100, "max_queries": 7, "columns": ["hypothesis"]},
        {"use": "explain", "explainers": ["leave_one_out"], "columns": ["hypothesis"]},
    ]
    run = harness.evaluate(lambda pairs: [float(len(pair["hypothesis"])) for pair in pairs], rows, tasks,
                           columns={"input": ["premise", "hypothesis"]}, output="value",
                           progress=False, resamples=20)  # fmt: skip
    found = section(run, "deepwordbug")
    assert "0 moved as far as was sought, 3 withstood, 3 of them since the attack was out of queries." in found
    assert "are not moved as far when the attack" in section(run, "By query budget")
    explained = section(run, "leave_one_out")
    assert re.search(r"premise: </bdi>\s*a cat sat", explained)
    assert 'class="class wrong"' not in explained  # no number is a wrong class
