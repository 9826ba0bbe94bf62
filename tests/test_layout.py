"""The rules of the house that code review would forget: what may import what, and what stands where."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from collections.abc import Iterable, Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import harness

ROOT = Path(__file__).parents[1]
SHELVES = ("plugins", "suites", "reports")
CORE = sorted((ROOT / "harness").rglob("*.py"))
SHELVED = sorted(path for shelf in SHELVES for path in (ROOT / shelf).rglob("*.py"))
EVERYWHERE = {"numpy", "pydantic", "pydantic_core", "greenlet", "harness"}
AT_HOME = {
    "cli/main.py": {"typer"},
    "cli/later.py": {"typer"},
    "cli/options.py": {"typer"},
    "console/words.py": {"rich"},
    "doctor/libraries.py": {"packaging"},
    "suite/reading.py": {"yaml"},
    "records/folder.py": {"filelock"},
}
"""The module each library has for itself; nothing on the way of `import harness` or `harness --help` reaches two."""


def _public(path: Path) -> list[str]:
    """The names that a module or a stub imports only to pass them on."""
    imports = [node for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, ast.ImportFrom)]
    assert all(alias.asname == alias.name for node in imports for alias in node.names), path
    return [alias.name for node in imports for alias in node.names]


GROUPS = {
    "harness": [*_public(ROOT / "harness" / "__init__.pyi"), "__version__"],
    "harness.models": _public(ROOT / "harness" / "models.py"),
    "harness.reports": _public(ROOT / "harness" / "reports.py"),
}
"""The public names, by the module that a plugin imports them from."""

UNEXPLAINED = {"__version__", "Output", "Session", "SessionFunction", "Verdict"}
"""What is no class, function or module, and so has no docstring of its own."""


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
            assert node.module in GROUPS, f"{node.module} is not public"
            assert {alias.name for alias in node.names} <= set(GROUPS[node.module])
        if isinstance(node, ast.Import):
            named = {alias.name for alias in node.names if alias.name.partition(".")[0] == "harness"}
            assert named <= set(GROUPS)
    plugins = {name.partition(".")[0] for name in _imports(_parsed(path), nested=True) if name.startswith("harness_")}
    assert plugins <= {own}


def test_the_core_has_no_import_cycle() -> None:
    modules = {"harness." + ".".join(path.relative_to(ROOT / "harness").with_suffix("").parts): path for path in CORE}
    graph = {name: set(_imports(_parsed(path), nested=True)) & set(modules) for name, path in modules.items()}
    try:
        list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(f"import cycle: {' -> '.join(error.args[1])}")


ORDER = ["types", "errors", "files", "kinds", "statistics", "sessions", "demands", "scores", "thresholds",
         "engine", "paid", "own", "arrays", "labels", "slices", "suite", "data", "clusters", "sources", "given",
         "project", "frames", "records", "parts", "attacked", "stressed", "tasks", "brought", "verdicts",
         "between", "baselines", "slicing", "comparisons", "early", "progress", "folds", "lookups", "runs",
         "variants", "failures", "exports", "history", "forecasts", "ci", "models", "reports", "api", "trials",
         "testing", "doctor", "console", "cli"]  # fmt: skip
"""The rooms, each importing only from those before it."""

HEART = ("types", "errors", "kinds", "sessions", "engine", "scores")
HEART_LINES = 3000
"""What one reads in an hour."""

NOT_OF_THE_HEART = {"engine/counters.py", "engine/capacity.py", "engine/patience.py", "engine/steadiness.py",
                    "engine/strangers.py", "scores/metrics.py", "scores/metric_intervals.py",
                    "scores/estimates.py", "scores/thresholds.py"}  # fmt: skip
"""What knows a price, a machine, a metric or a stranger's faults: an hour's reading does without."""

PUBLIC = {"testing"}
"""Rooms that are public modules too: their names are imported below the rule. No run imports one."""

IMPORTED_LATE = dict.fromkeys(("cli/main.py", "cli/later.py"), "harness --help answers at once")
"""Modules with imports of the harness inside functions, and why."""


def _core_modules() -> dict[str, Path]:
    return {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in CORE}


def _graph(*, nested: bool) -> dict[str, set[str]]:
    """The modules of the core that each imports; `from harness.room import module` is of the module."""
    known = _core_modules()
    return {name: set(_named(_parsed(path), nested=nested)) & set(known) for name, path in known.items()}


def _named(tree: ast.AST, *, nested: bool) -> Iterator[str]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
            yield str(node.module)
        elif _for_types_only(node) or (isinstance(node, (ast.FunctionDef, ast.Lambda)) and not nested):
            continue
        else:
            yield from _named(node, nested=nested)


def _room(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def _lines(paths: Iterable[Path]) -> int:
    return sum(len(path.read_text(encoding="utf-8").splitlines()) for path in paths)


def test_a_room_imports_only_from_rooms_before_it() -> None:
    upward = [
        f"{module} -> {other}"
        for module, others in _graph(nested=True).items()
        for other in others
        if _room(module) in ORDER and _room(other) in ORDER and ORDER.index(_room(other)) > ORDER.index(_room(module))
    ]
    assert upward == []


def test_every_module_stands_in_a_room_and_few_stand_outside() -> None:
    outside = sorted(path.name for path in (ROOT / "harness").glob("*.py"))
    assert len(outside) <= 8, outside
    rooms = {path.name for path in (ROOT / "harness").iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert rooms <= set(ORDER)


@pytest.mark.parametrize("room", [room for room in ORDER if (ROOT / "harness" / room).is_dir()])
def test_a_room_is_small_and_says_its_rule(room: str) -> None:
    paths = sorted((ROOT / "harness" / room).rglob("*.py"))
    assert _lines(paths) <= 1800
    [rule, *names] = _parsed(ROOT / "harness" / room / "__init__.py").body
    assert isinstance(rule, ast.Expr)
    assert not names or room in PUBLIC


def test_the_heart_is_an_hours_reading() -> None:
    inside = {path.relative_to(ROOT / "harness").as_posix(): path for path in CORE}
    heart = [path for name, path in inside.items()
             if name.split("/")[0].removesuffix(".py") in HEART and name not in NOT_OF_THE_HEART]  # fmt: skip
    assert _lines(heart) <= HEART_LINES


def test_the_longest_chain_of_imports_is_ten() -> None:
    graph = _graph(nested=False)
    order = list(TopologicalSorter(graph).static_order())
    chain: dict[str, list[str]] = {}
    for module in order:
        chain[module] = [module, *max((chain[other] for other in graph[module]), key=len, default=[])]
    longest = max(chain.values(), key=len)
    # Why not nine: docs/architecture.md, Rooms.
    assert len(longest) <= 10, " -> ".join(longest)


def test_an_import_stands_in_a_function_only_for_the_sake_of_start_up() -> None:
    every, at_once = _graph(nested=True), _graph(nested=False)
    late = {
        path.relative_to(ROOT / "harness").as_posix()
        for module, path in _core_modules().items()
        if every[module] - at_once[module] - {"harness"}
    }
    assert late == set(IMPORTED_LATE)


def test_every_package_says_that_it_has_types() -> None:
    packages = [ROOT / "harness", *(path for shelf in SHELVES for path in (ROOT / shelf).glob("harness_*"))]
    assert [path.name for path in packages if not (path / "py.typed").exists()] == []


def test_one_module_makes_engines() -> None:
    making = {
        path.relative_to(ROOT / "harness").as_posix()
        for path in CORE
        for node in ast.walk(_parsed(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Engine"
    }
    assert making == {"runs/local.py"}


def test_shelves_are_no_packages() -> None:
    assert [shelf for shelf in SHELVES if (ROOT / shelf / "__init__.py").exists()] == []
    names = [path.name for shelf in SHELVES for path in (ROOT / shelf).iterdir() if path.is_dir()]
    assert [name for name in names if not name.startswith(("harness_", "__pycache__"))] == []


@pytest.mark.parametrize("path", [*CORE, *SHELVED], ids=_relative)
def test_files_stay_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


def test_no_module_hides_a_public_name() -> None:
    modules = {path.stem for path in Path(harness.__file__).parent.iterdir()}
    assert modules & set(dir(harness)) == {group.partition(".")[2] for group in GROUPS} - {""}


@pytest.mark.parametrize("group", GROUPS)
def test_every_public_name_exists_and_is_explained(group: str) -> None:
    module = importlib.import_module(group)
    assert {name for name in dir(module) if not name.startswith("_")} == set(GROUPS[group]) - {"__version__"}
    for name in set(GROUPS[group]) - UNEXPLAINED:
        assert getattr(module, name).__doc__, name


def test_a_public_name_stands_in_one_group_and_once() -> None:
    names = [name for group in GROUPS.values() for name in group]
    assert sorted(names) == sorted(set(names))


def test_all_names_of_the_stub_are_those_of_the_module() -> None:
    taken: dict[str, object] = {}
    exec("from harness import *", taken)
    assert set(taken) - {"__builtins__"} == set(GROUPS["harness"]) == set(dir(harness))
    assert vars(harness)["evaluate"] is taken["evaluate"]


def test_a_name_that_is_not_public_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match="'evaluation'"):
        getattr(harness, "evaluation")  # noqa: B009


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


IN_MEMORY = """
import sys
import harness

texts, labels = ["a good film", "a bad film", "good, very good"] * 20, [1, 0, 1] * 20
tasks = ["classification", {"use": "attack", "attacks": ["deepwordbug"]}, {"use": "explain", "explainers": ["lime"]}]
rows = lambda some: [[0.1, 0.9] if "good" in text else [0.8, 0.2] for text in some]
run = harness.evaluate(rows, (texts, labels), tasks, labels=["no", "yes"])
assert (run.folder / "report.html").exists()
print(*[name for name in "scipy sklearn torch transformers datasets vl_convert lime".split() if name in sys.modules])
"""


def test_a_whole_run_with_its_report_needs_no_library_of_an_extra(tmp_path: Path) -> None:
    found = subprocess.run([sys.executable, "-c", IN_MEMORY], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert found.stdout.split() == []
