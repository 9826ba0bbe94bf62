"""model-harness: may this model ship? One suite, one engine, one verdict.

Here is what the README uses and what a perturbation, an attack, an explainer, a metric, a task, data or an executor is
written with. Adapters of models use `harness.models` besides, reports and readers of runs `harness.reports`.

`__init__.pyi` lists these names, for type checkers and for this module. A name is imported when it is first used, so
that `harness --help` and pytest start without numpy.
"""

from functools import cache
from importlib import import_module

__version__ = "0.1.0"


@cache
def _homes() -> dict[str, str]:
    """The module that each public name is imported from, as the stub says."""
    import ast
    from pathlib import Path

    stub = ast.parse(Path(__file__).with_suffix(".pyi").read_text(encoding="utf-8"))
    imports = [node for node in stub.body if isinstance(node, ast.ImportFrom)]
    return {alias.name: str(node.module) for node in imports for alias in node.names}


def __getattr__(name: str) -> object:
    if name == "__all__":
        return sorted([*_homes(), "__version__"])
    home = None if name.startswith("_") else _homes().get(name)
    if home is None:
        raise AttributeError(f"module 'harness' has no attribute {name!r}")
    value = import_module(f"{home}.{name}") if home == __name__ else getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*_homes(), "__version__"])
