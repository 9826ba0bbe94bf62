"""The data `datasets`: saved, laid out in a folder, or on the hub; labels arrive by their names."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from harness_datasets import datasets

from harness import UserError

needs_datasets = pytest.mark.skipif(find_spec("datasets") is None, reason="needs the extra datasets")


@pytest.fixture
def untouched(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Iterator[Path]:
    """A folder in which nothing is written after the test's own files, nor anything printed."""
    folder = tmp_path / "data"
    folder.mkdir()
    yield folder
    assert {
        path.name for path in folder.rglob("*") if path.stat().st_mtime > (folder / "made").stat().st_mtime
    } == set()
    assert capfd.readouterr() == ("", "")


def made(folder: Path, contents: dict[str, str] | None = None) -> Path:
    """Write files, then the mark that says they are done."""
    for name, content in (contents or {}).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    (folder / "made").touch()
    return folder


def table(*labels: int) -> Any:
    import datasets as library

    library.disable_progress_bars()
    features = library.Features(
        {
            "text": library.Value("string"),
            "label": library.ClassLabel(names=["negative", "positive"]),
            "topics": library.Sequence(library.ClassLabel(names=["plot", "cast"])),
        }
    )
    rows = [{"text": f"text {at}", "label": label, "topics": [1, 0]} for at, label in enumerate(labels)]
    return library.Dataset.from_list(rows, features=features)


@needs_datasets
def test_a_saved_dataset_gives_labels_by_name(untouched: Path) -> None:
    table(0, 1, -1).save_to_disk(str(untouched / "saved"))
    made(untouched)
    rows = datasets(path=untouched / "saved")
    assert [row["label"] for row in rows] == ["negative", "positive", None]
    assert next(iter(rows)) == {"text": "text 0", "label": "negative", "topics": ["cast", "plot"]}


@needs_datasets
def test_of_saved_splits_one_is_chosen(untouched: Path) -> None:
    import datasets as library

    library.DatasetDict({"train": table(0, 1), "test": table(1)}).save_to_disk(str(untouched / "saved"))
    made(untouched)
    assert [row["label"] for row in datasets(path=untouched / "saved", split="test")] == ["positive"]
    with pytest.raises(UserError, match=r"several splits: choose one with `split`: train \(2 rows\), test \(1 rows\)"):
        datasets(path=untouched / "saved")
    with pytest.raises(UserError, match=r"no split 'tets': expected one of train .* did you mean 'test'"):
        datasets(path=untouched / "saved", split="tets")


LAID_OUT = {
    "README.md": """---
configs:
- config_name: short
  data_files: short.jsonl
- config_name: long
  data_files:
  - {split: train, path: long/train.jsonl}
  - {split: test, path: long/test.jsonl}
---
""",
    "short.jsonl": '{"text": "short", "label": "a"}\n',
    "long/train.jsonl": '{"text": "long", "label": "a"}\n',
    "long/test.jsonl": '{"text": "longer", "label": "b"}\n',
}


@needs_datasets
def test_a_folder_laid_out_like_the_hub_has_configurations_and_splits(untouched: Path) -> None:
    folder = made(untouched, LAID_OUT)
    assert list(datasets(path=folder, name="short")) == [{"text": "short", "label": "a"}]
    assert list(datasets(path=folder, name="long", split="test")) == [{"text": "longer", "label": "b"}]
    with pytest.raises(UserError, match="several configurations: choose one with `name`: short, long"):
        datasets(path=folder)
    with pytest.raises(UserError, match=r"no configuration 'sort': expected one of short, long; did you mean 'short'"):
        datasets(path=folder, name="sort")


@needs_datasets
def test_files_in_a_folder_are_splits_by_name(untouched: Path) -> None:
    folder = made(untouched, {"train.csv": "text,label\na,b\n", "test.csv": "text,label\nc,d\n"})
    assert list(datasets(path=folder, split="test")) == [{"text": "c", "label": "d"}]


@needs_datasets
@pytest.mark.parametrize(
    ("contents", "options", "message"),
    [
        ({}, {}, "could not be read: "),
        ({"data.py": "print('run')"}, {}, "is made by code of its own, which is never run"),
        ({"train.csv": 'text\n"a\n'}, {}, "could not be read: ParserError: .*EOF inside string"),
        ({"state.json": "{}"}, {}, "could not be read: "),
        ({"state.json": "{}"}, {"name": "x"}, "a saved dataset without configurations"),
        ({"train.csv": "text\na\n"}, {"revision": "main"}, "is a folder, which has no revision 'main'"),
        ({"train.csv": "text\na\n"}, {"name": "x"}, "has no configuration 'x': expected one of default"),
    ],
)
def test_a_folder_that_cannot_be_read_is_an_error(
    untouched: Path, contents: dict[str, str], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(UserError, match=message):
        datasets(path=made(untouched, contents), **options)


@needs_datasets
def test_a_file_is_referred_to_files(tmp_path: Path) -> None:
    (tmp_path / "dev.csv").write_text("text,label\na,positive\n", encoding="utf-8")
    with pytest.raises(UserError, match="is a file: expected a folder"):
        datasets(path=tmp_path / "dev.csv")


@needs_datasets
@pytest.mark.parametrize("path", ["nobody/nothing-like-it", "no such thing", "./missing"])
def test_what_is_neither_here_nor_on_the_hub_is_an_error(path: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UserError, match="is neither a folder here nor a dataset that the hub gave"):
        datasets(path=path)
    assert capfd.readouterr() == ("", "")


@needs_datasets
def test_the_hub_is_asked_for_a_revision_and_never_for_code(monkeypatch: pytest.MonkeyPatch) -> None:
    import datasets as library

    asked: list[Any] = []

    def fake(*place: object, **options: object) -> Any:
        asked.append((place, options))
        return library.DatasetDict({"train": table(1)})

    monkeypatch.setattr(library, "load_dataset", fake)
    assert next(iter(datasets(path="a/b", name="c", revision="v1")))["label"] == "positive"
    assert asked == [(("a/b", "c"), {"revision": "v1", "trust_remote_code": False})]


def test_importing_waits_for_the_library_until_it_is_used() -> None:
    code = "import sys, harness_files, harness_datasets; print({'datasets', 'pandas', 'pyarrow'} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "set()\n"
