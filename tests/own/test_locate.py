"""Objects of the user's own by `module:object`, and what is said where there is none."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from harness import UserError, locate, nearest

SOURCE = "class Words:\n    size = 3\n\ndef predict(texts):\n    return []\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose modules are found last, as the suite's are."""
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    monkeypatch.setattr(sys, "modules", dict(sys.modules))
    (tmp_path / "located.py").write_text(SOURCE, "utf-8")
    return tmp_path


def test_an_object_is_found_by_module_and_name(folder: Path) -> None:
    assert locate("located:predict")([]) == []
    assert locate("located:Words.size") == 3
    assert locate("os.path:join") is not None


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("located", "model 'mine': object: expected module:object, but got 'located'"),
        (":predict", "model 'mine': object: expected module:object, but got ':predict'"),
        ("located:predct", "model 'mine': object: located has no 'predct'; did you mean 'predict'?"),
        ("located:words", "model 'mine': object: located has no 'words'; did you mean 'Words'?"),
        ("located:Words.sise", "model 'mine': object: located has no 'Words.sise'; did you mean 'size'?"),
        ("nowhere:predict", "model 'mine': object: cannot import 'nowhere': No module named 'nowhere'; searched "),
    ],
)
def test_what_is_not_there_is_said_with_the_key_to_blame(folder: Path, name: str, message: str) -> None:
    with pytest.raises(UserError) as refused:
        locate(name, title="model 'mine'", key="object")
    assert str(refused.value).startswith(message)
    assert refused.value.at == ("object",)


def test_the_folder_of_the_suite_is_among_what_was_searched(folder: Path) -> None:
    with pytest.raises(UserError, match=f"searched .*{folder.name} and others"):
        locate("nowhere:predict")


@pytest.mark.parametrize("source", ["\n1 / 0\n", "\nimport no_such_library\n", "\nraise SystemExit(1)\n"])
def test_a_module_that_fails_is_named_with_its_line(folder: Path, source: str) -> None:
    (folder / "failing.py").write_text(source, "utf-8")
    with pytest.raises(UserError, match=r"cannot import 'failing': .* \(.*failing.py:2\)"):
        locate("failing:predict")


def test_errors_that_the_caller_knows_pass(folder: Path) -> None:
    (folder / "failing.py").write_text("{}['word list']", "utf-8")
    with pytest.raises(KeyError, match="word list"):
        locate("failing:predict", passing=(LookupError,))


def test_the_nearest_name_is_found_whatever_its_case() -> None:
    assert nearest("PREDICT", ["predict", "Words"]) == "; did you mean 'predict'?"
    assert nearest("word", ["Words", "words"]) == "; did you mean 'words'?"
    assert nearest("zzz", ["predict"]) == ""


def test_a_short_name_with_half_its_letters_is_not_near() -> None:
    assert nearest("label", ["age", "text"]) == ""
    assert nearest("label", ["age", "lable"]) == "; did you mean 'lable'?"
