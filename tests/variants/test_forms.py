"""A suite of each variant: its model, its gates, its lines; and what is no suite with variants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from two_models import SUITE, with_variants

from harness import UserError, load_suite, variants_of
from harness.suite.file import suite_of
from harness.variants.forms import of_title, remarks, with_against

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Project

MODEL = {"use": "transformers", "path": "./ckpt", "dtype": "float32", "labels": ["no", "yes"]}
TASKS = [{"use": "classification", "gates": {"accuracy": {"min": 0.5, "drop": 0.1}, "ece": {"rise": 0.1}}}]


def suite(variants: Any, **keys: Any) -> Any:
    return suite_of({"model": MODEL, "data": "files:dev.csv", "tasks": TASKS, "variants": variants, **keys}, "s")


def models(file: Any) -> dict[str, Any]:
    return {name: each.suite.model_dump(exclude_unset=True)["model"] for name, each in variants_of(file).items()}


def test_a_variant_replaces_keys_of_the_model_or_all_of_it() -> None:
    found = models(
        suite({"fp32": None, "half": {"dtype": "float16"}, "old": "python:m:f", "x": {"use": "torch", "a": 1}})
    )
    assert found == {
        "fp32": MODEL,
        "half": {**MODEL, "dtype": "float16"},
        "old": {"use": "python", "=": "m:f"},
        "x": {"use": "torch", "a": 1},
    }


def test_a_key_takes_the_place_of_the_value_behind_the_colon() -> None:
    file = suite({"a": {}, "b": {"path": "./pruned"}}, model="transformers:./ckpt")
    assert models(file)["b"] == {"use": "transformers", "=": "./ckpt", "path": "./pruned"}


def test_the_reference_has_no_gates_on_changes_unless_there_is_a_baseline() -> None:
    gates = {
        name: each.suite.model_dump()["tasks"][0]["gates"]
        for name, each in variants_of(suite({"a": {}, "b": {}})).items()
    }
    assert gates == {"a": {"accuracy": {"min": 0.5}}, "b": TASKS[0]["gates"]}
    with_baseline = variants_of(suite({"a": {}, "b": {}}, baseline="released"))
    assert with_baseline["a"].suite.model_dump()["tasks"][0]["gates"] == TASKS[0]["gates"]
    assert [each.suite.baseline for each in with_baseline.values()] == ["released", None]


def test_no_variant_ends_early_for_they_have_to_have_the_same_samples() -> None:
    file = suite({"a": {}, "b": {"dtype": "float16"}}, stop="early", tasks=[{**TASKS[0], "stop": "early"}])
    for each in variants_of(file).values():
        assert (each.suite.stop, [spec.stop for spec in each.suite.tasks]) == ("end", [None])
    assert list(remarks(file, variants_of(file))) == [
        "`stop: early` does nothing with variants: all run on all samples, so that they can be compared"
    ]


def test_a_suite_without_variants_has_none() -> None:
    assert variants_of(suite(None)) == {}


def test_what_the_command_line_sets_of_the_model_holds_for_all(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_text(
        "model: transformers:./a\nvariants: {a: {}, b: transformers:./b, c: {device: mps}}\ntasks: [attack]\n"
    )
    file = load_suite(path, {"model.device": "cuda"})
    assert [each["device"] for each in models(file).values()] == ["cuda", "cuda", "mps"]


def test_against_has_the_other_model_first_and_takes_the_device_of_both() -> None:
    found = models(with_against(suite(None), "transformers:./old"))
    assert found == {"old": {"use": "transformers", "=": "./old"}, "new": MODEL}


def test_lines_of_a_variant_are_those_of_its_keys(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_text(
        "model: {use: python, object: a:b}\nvariants:\n  one: {}\n  two:\n    object: c:d\ntasks: [attack]\n"
    )
    found = variants_of(load_suite(path))
    assert found["one"].where("model", "object") == f"{path}:1"
    assert found["two"].where("model", "object") == f"{path}:5"
    assert found["two"].where("tasks") == f"{path}:6"


def test_variants_of_one_model_are_noticed() -> None:
    file = suite({"a": {}, "b": {"dtype": "float16"}, "c": None})
    [line] = remarks(file, variants_of(file))
    assert "the variants 'a' and 'c' are the same model" in line


@pytest.mark.parametrize(
    ("variants", "said"),
    [
        ({}, "s: expected two or more variants, the reference first, but got 0"),
        ({"one": {}}, "expected two or more variants, the reference first, but got 1"),
        ([], "s: variants: expected a mapping, but got []"),
        ("both", "s: variants: expected a mapping, but got 'both'"),
        ({"a": {}, "b": 3}, "s: variants.b: expected a mapping, but got 3"),
        ({"a": {}, "b": []}, "s: variants.b: expected a mapping, but got []"),
        ({"a": {}, "../b": {}}, "since folders are named after it, but got '../b'"),
        ({"a": {}, "B": {}}, "but got 'B'"),
        ({"a": {}, "": {}}, "but got ''"),
        ({"a": {}, "b\u202e": {}}, "folders are named after it, but got"),
        ({"a": {}, "x" * 101: {}}, "but got 'xxx"),
        ({"a": {}, 8: {}}, "expected a string, but got 8"),
        ({"a": {}, "b": {1: 2}}, "expected a string, but got 1"),
    ],
)
def test_what_are_no_variants_is_refused(variants: Any, said: str) -> None:
    with pytest.raises(UserError) as refused:
        variants_of(suite(variants))
    assert said in str(refused.value), refused.value


def test_a_variant_without_a_model_is_refused() -> None:
    with pytest.raises(UserError, match=r"variant 'b' has no `use`, and the suite has no `model` that it could"):
        variants_of(suite({"a": "python:m:f", "b": {"dtype": "float16"}}, model=None))
    assert list(variants_of(suite({"a": "python:m:f", "b": "python:m:g"}, model=None))) == ["a", "b"]


def test_a_key_of_the_harness_is_checked_where_it_stands() -> None:
    with pytest.raises(UserError, match=r"labels: expected labels, or a file of them, but no "):
        variants_of(suite({"a": {}, "b": {"labels": "no"}}))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--model", "python:toy:predict", "--set", "variants={a: python:toy:predict, b: python:other:strict}"),
         "each variant has a model of its own (`use`): none is a form of the one that is given"),
        (("--against", "python:toy:predict"), "the suite has variants, the first of which is the reference"),
        (("--set", "variants.strict.objct=a:b"), "model 'python' has no parameter 'objct'"),
        (("--set", "variants.strict.object=7"), "object"),
        (("--set", "variants.strict={}", "--set", "variants.lax=python"), "needs the parameter 'object'"),
        (("--set", "variants=null", "--against", "../nowhere"), "model: expected USE:VALUE, like transformers:../"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("command", ["run", "check", "plan"])
def test_a_call_that_makes_no_sense_is_refused(
    project: Project, command: str, options: tuple[str, ...], said: str
) -> None:
    refused = with_variants(project).harness(command, "both.yaml", *options)
    assert (refused.code, said in refused.err, refused.out) == (2, True, ""), refused.err
    assert "Traceback" not in refused.err


def test_against_needs_a_model(project: Project) -> None:
    project.write("bare.yaml", "data: files:dev.jsonl\ntasks: [classification]\n")
    refused = project.harness("run", "bare.yaml", "--against", "python:toy:predict")
    assert (refused.code, "there is none: give --model USE:VALUE, too" in refused.err) == (2, True)


def test_variants_of_somebody_else_are_data_only(project: Project) -> None:
    both = with_variants(project, SUITE.replace('{use: python, object: "toy:predict"}', "transformers:./ckpt"))
    both.edit("both.yaml", 'strict: {object: "other:strict"}', "strict: {path: ../elsewhere}")
    refused = both.harness("check", "both.yaml", "--untrusted")
    assert (refused.code, "both.yaml:4: '../elsewhere' leads out of the suite's folder" in refused.err) == (2, True)
    refused = both.harness("check", "both.yaml", "--untrusted", "--set", "variants.lax.dtype=float16")
    assert "leads out of the suite's folder" in refused.err
    refused = both.harness("check", "both.yaml", "--untrusted", "--set", "variants.strict.path=../elsewhere")
    assert "leads out" not in refused.err


def test_a_task_of_no_variant_is_refused() -> None:
    with pytest.raises(UserError, match="expected VARIANT:TASK, the variant one of a, b, but got 'attack'"):
        of_title("attack", ["a", "b"])
