"""The rules of the house that code review would forget: what may import what, and what stands where."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import harness

ROOT = Path(__file__).parents[2]
SHELVES = ("plugins", "suites", "reports")
CORE = sorted((ROOT / "harness").rglob("*.py"))
SHELVED = sorted(path for shelf in SHELVES for path in (ROOT / shelf).rglob("*.py"))
EVERYWHERE = {"numpy", "pydantic", "pydantic_core", "greenlet", "harness"}
AT_HOME = {
    "cli/main.py": {"typer"},
    "cli/terminal.py": {"rich"},
    "suite/reading.py": {"yaml"},
    "records/folder.py": {"filelock"},
}
"""The module each library has for itself; nothing on the way of `import harness` or `harness --help` reaches two."""


def _imports(tree: ast.AST, *, nested: bool) -> Iterator[str]:
    """The modules a file imports when it is imported, or with `nested` anywhere in it; not for types only."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
        elif _for_types_only(node) or (isinstance(node, (ast.FunctionDef, ast.Lambda)) and not nested):
            continue
        else:
            yield from _imports(node, nested=nested)


def _for_types_only(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", CORE, ids=_relative)
def test_the_core_imports_only_light_libraries(path: Path) -> None:
    allowed = (
        EVERYWHERE | AT_HOME.get(path.relative_to(ROOT / "harness").as_posix(), set()) | set(sys.stdlib_module_names)
    )
    imported = {name.partition(".")[0] for name in _imports(_parsed(path), nested=False)}
    assert imported <= allowed


@pytest.mark.parametrize("path", CORE, ids=_relative)
def test_the_core_never_imports_torch_or_a_plugin(path: Path) -> None:
    imported = {name.partition(".")[0] for name in _imports(_parsed(path), nested=True)}
    assert not {
        name for name in imported if name in {"torch", "transformers", "datasets"} or name.startswith("harness_")
    }


@pytest.mark.parametrize("path", SHELVED, ids=_relative)
def test_plugins_use_public_names_and_no_other_plugin(path: Path) -> None:
    own = path.relative_to(ROOT).parts[1]
    for node in ast.walk(_parsed(path)):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.partition(".")[0] == "harness":
            assert node.module == "harness", f"{node.module} is not public"
            assert {alias.name for alias in node.names} <= set(harness.__all__)
    plugins = {name.partition(".")[0] for name in _imports(_parsed(path), nested=True) if name.startswith("harness_")}
    assert plugins <= {own}


def test_the_core_has_no_import_cycle() -> None:
    modules = {"harness." + ".".join(path.relative_to(ROOT / "harness").with_suffix("").parts): path for path in CORE}
    graph = {name: set(_imports(_parsed(path), nested=True)) & set(modules) for name, path in modules.items()}
    try:
        list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(f"import cycle: {' -> '.join(error.args[1])}")


def test_shelves_are_no_packages() -> None:
    assert [shelf for shelf in SHELVES if (ROOT / shelf / "__init__.py").exists()] == []
    names = [path.name for shelf in SHELVES for path in (ROOT / shelf).iterdir() if path.is_dir()]
    assert [name for name in names if not name.startswith(("harness_", "__pycache__"))] == []


@pytest.mark.parametrize("path", [*CORE, *SHELVED], ids=_relative)
def test_files_stay_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


def test_every_public_name_exists_and_is_explained() -> None:
    assert harness.__all__ == sorted(harness.__all__)
    for name in set(harness.__all__) - {"__version__", "Session", "SessionFunction", "Verdict"}:
        assert getattr(harness, name).__doc__, name


@pytest.mark.parametrize(
    ("statement", "absent"),
    [
        ("import harness", "numpy pydantic rich typer yaml torch"),
        ("import harness.cli.main", "numpy pydantic rich yaml torch"),
        ("from harness import predict, Engine, blocking", "torch transformers scipy sklearn pyarrow rich typer"),
        ("import harness.runs.job", "torch transformers scipy sklearn pyarrow datasets typer"),
    ],
)
def test_importing_stays_light(statement: str, absent: str) -> None:
    code = f"import sys; {statement}; print(*[name for name in {absent.split()!r} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.split() == []
