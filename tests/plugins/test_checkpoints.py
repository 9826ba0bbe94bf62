"""What a model folder may make the harness read and run: its own safetensors files, and no code."""

from __future__ import annotations

import ast
import io
import json
import shutil
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from harness import UserError

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from harness_transformers import transformers  # noqa: E402

ROOT = Path(__file__).parents[2]
MODEL = ROOT / "suites/harness_suites/quickstart/model"
CALLS = {"from_pretrained", "pipeline", "load_dataset"}
PLUGINS = sorted(path for name in ("transformers", "datasets") for path in (ROOT / f"plugins/harness_{name}").glob("*"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the model that ships with the project."""
    return Path(shutil.copytree(MODEL, tmp_path / "model"))


def _set(file: Path, **keys: Any) -> None:
    file.write_text(json.dumps(json.loads(file.read_text()) | keys))


def _indexed(folder: Path, name: str) -> Path:
    """Weights in one other file, which an index names."""
    weights = folder / "model.safetensors"
    (folder / "model.safetensors.index.json").write_text(
        json.dumps({"metadata": {}, "weight_map": dict.fromkeys(_weights(weights), name)})
    )
    return weights.rename(folder / "moved.safetensors")


def _weights(file: Path) -> dict[str, Any]:
    from safetensors.torch import load_file

    return dict(load_file(file))


@pytest.mark.parametrize("name", ["w.bin", "../model/moved.safetensors", "sub/w.safetensors", "..\\w.safetensors", 3])
def test_an_index_may_name_safetensors_files_beside_it_only(folder: Path, name: Any) -> None:
    moved = _indexed(folder, name)
    torch.save(_weights(moved), folder / "w.bin")
    with pytest.raises(UserError, match=r"index\.json names the weights .* expected files beside it that end in"):
        transformers(path=folder, device="cpu")


def test_an_absolute_path_in_an_index_is_refused(folder: Path, tmp_path: Path) -> None:
    _indexed(folder, str(folder / "moved.safetensors"))
    with pytest.raises(UserError, match="names the weights"):
        transformers(path=folder, device="cpu")


def test_the_files_of_an_index_beside_it_are_loaded(folder: Path) -> None:
    _indexed(folder, "moved.safetensors")
    assert transformers(path=folder, device="cpu").labels == ["negative", "positive"]


def test_pickled_weights_of_an_index_need_an_explicit_word(folder: Path) -> None:
    torch.save(_weights(_indexed(folder, "w.bin")), folder / "w.bin")
    assert transformers(path=folder, device="cpu", allow_pickle=True).labels == ["negative", "positive"]


def test_a_configuration_may_not_name_weights_elsewhere(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder.parent / "w.safetensors")
    _set(folder / "config.json", transformers_weights="../w.safetensors")
    with pytest.raises(UserError, match=r"config\.json names the weights '\.\./w\.safetensors'"):
        transformers(path=folder, device="cpu")


@pytest.mark.parametrize(
    ("file", "keys"),
    [
        ("config.json", {"model_type": "evil", "auto_map": {"AutoConfig": "evil.C"}}),
        ("config.json", {"auto_map": {"AutoModelForSequenceClassification": "evil.M"}}),
        ("tokenizer_config.json", {"tokenizer_class": "Evil", "auto_map": {"AutoTokenizer": ["evil.T", "evil.T"]}}),
    ],
)
def test_code_of_a_folder_is_not_run_whoever_answers_yes(
    folder: Path, file: str, keys: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "evil.py").write_text(f"open({str(folder / 'ran')!r}, 'w')\n")
    _set(folder / file, **keys)
    answers = io.StringIO("y\n" * 9)
    monkeypatch.setattr(sys, "stdin", answers)
    with suppress(UserError):
        transformers(path=folder, device="cpu")
    assert (answers.tell(), (folder / "ran").exists()) == (0, False)


@pytest.mark.parametrize("path", [path for path in PLUGINS if path.suffix == ".py"], ids=lambda path: path.stem)
def test_every_call_that_could_run_code_of_a_repository_forbids_it(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in CALLS:
            assert "trust_remote_code=False" in ast.unparse(node), f"{path.name}:{node.lineno}"
