"""The task `prompts`: its scores are counted by hand, its bounds hold together, its findings name the prompts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from harness_prompts.scores import _spread, _worst

import harness
from harness import RunError
from harness.statistics.exact import clopper_pearson

CODE = """
TRUE = [at % 2 for at in range(40)]

def _model(wrong):
    def answer(texts):
        classes = [TRUE[at] ^ (at in wrong) for at in (int(text.split()[1]) for text in texts)]
        return [[0.95 - 0.9 * at, 0.05 + 0.9 * at] for at in classes]
    return answer

own, capitals, letters = _model({0, 1}), _model({0, 1, 2, 3, 4, 5}), _model(set())
"""


def _suite(folder: Path, labels: Any = ("n", "p"), **task: Any) -> Any:
    (folder / "asked_prompts.py").write_text(CODE)
    rows = [{"id": str(at), "text": f"text {at}", "label": ["n", "p"][at % 2]} for at in range(40)]
    (folder / "data.jsonl").write_text("\n".join(map(json.dumps, rows)))
    made = {"use": "python", "labels": ["n", "p"]}
    suite = {
        "model": {**made, "object": "asked_prompts:own"},
        "models": {
            "capitals": {**made, "object": "asked_prompts:capitals"},
            "letters": {**made, "object": "asked_prompts:letters", "labels": list(labels)},
        },
        "data": {"use": "files", "path": "data.jsonl"},
        "tasks": [{"use": "prompts", "models": ["capitals", "letters"], **task}],
    }
    file = folder / "suite.yaml"
    file.write_text(json.dumps(suite))
    return str(file)


def test_scores_are_counted_by_prompt_and_together(tmp_path: Path) -> None:
    run = harness.run(_suite(tmp_path), out=tmp_path / "run", progress=False)
    found = run["prompts"]
    assert float(found["accuracy[part=own]"]) == pytest.approx(38 / 40)
    assert float(found["accuracy[part=capitals]"]) == pytest.approx(34 / 40)
    assert float(found["accuracy[part=letters]"]) == 1
    assert float(found["worst_accuracy"]) == pytest.approx(34 / 40)
    assert float(found["spread"]) == pytest.approx(6 / 40)
    assert float(found["agreement"]) == pytest.approx(34 / 40)


@pytest.mark.parametrize(("least", "verdict"), [(0.5, "pass"), (0.99, "fail"), (0.85, "undecided")])
def test_a_gate_on_the_worst_prompt_decides(least: float, verdict: str, tmp_path: Path) -> None:
    run = harness.run(_suite(tmp_path, gates={"worst_accuracy": {"min": least}}), out=tmp_path / "run", progress=False)
    assert run.verdict == verdict


def test_other_labels_of_a_prompt_are_an_error_in_words(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="the model 'letters' has the labels p, n: expected those of the suite's"):
        harness.run(_suite(tmp_path, labels=["p", "n"]), out=tmp_path / "run", progress=False)


def test_the_worst_passes_by_own_bounds_and_fails_by_corrected_ones() -> None:
    right = {"a": [True] * 30 + [False] * 10, "b": [True] * 20 + [False] * 20}
    found = _worst(right, 0.95)
    assert found.low == clopper_pearson(20, 40, 0.95)[0]
    assert found.high == clopper_pearson(20, 40, 0.975)[1]


def test_the_bounds_of_a_spread_contain_it_and_reach_zero_where_prompts_are_alike() -> None:
    alike = _spread({"a": [True, False] * 20, "b": [True, False] * 20}, 0.95)
    apart = _spread({"a": [True] * 40, "b": [True, False] * 20}, 0.95)
    assert alike.low == 0 == alike.value
    assert apart.low is not None
    assert apart.high is not None
    assert 0 < apart.low < 0.5 < apart.high


def test_a_model_that_answers_classes_alone_is_read_by_them(tmp_path: Path) -> None:
    file = Path(_suite(tmp_path))
    suite = json.loads(file.read_text())
    for each in (suite["model"], *suite["models"].values()):
        each |= {"output": "classes", "object": each["object"].replace("asked_prompts", "asked_classes")}
    file.write_text(json.dumps(suite))
    code = CODE.replace("[[0.95 - 0.9 * at, 0.05 + 0.9 * at] for at in classes]", "classes")
    (tmp_path / "asked_classes.py").write_text(code)
    found = harness.run(str(file), out=tmp_path / "run", progress=False)["prompts"]
    assert [float(found[f"accuracy[part={name}]"]) for name in ("own", "capitals", "letters")] == [38 / 40, 34 / 40, 1]
