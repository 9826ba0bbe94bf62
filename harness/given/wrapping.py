"""Models in memory: an object of a library's class is wrapped by the package that has an entry point of its name."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import EntryPoint
from typing import Any

from harness.engine.adapters import connect
from harness.errors import MissingExtra, UserError, listed, nearest
from harness.suite.components import installed, parameters_of, pip_line

GROUP = "harness.wrappers"
"""The entry points of functions `(model, *, output=None, **options) -> adapter`, each named after a class."""

PROBABILITIES_METHOD = "predict_proba"
"""The method by which estimators of many libraries answer probabilities."""


def wrap(model: Any, **options: Any) -> Any:
    """An adapter of a model in memory, as `evaluate` and `run` make one of what they are given.

    The package that knows the model's class wraps it (`harness list` does not name these): a fitted scikit-learn
    estimator, a torch module (with `collate`), a transformers classifier (with `tokenizer`) or pipeline. `options` are
    those of the package, such as `output`, `device` or `max_batch`. An adapter, or a callable, is given back as it is.
    Wrap a model anew once it is trained further: answers kept on disk belong to what it was when it was wrapped.
    Raises UserError for options that the model does not take, and for what the package cannot use.
    """
    return wrapped(model, options)


def wrapped(
    model: Any, options: Mapping[str, Any], output: str | None = None, *, leave: bool = False, fitted: bool = True
) -> Any:
    """The same; `output` and `fitted` are given to what has a place for them, and with `leave` so are the options."""
    if isinstance(model, type):
        raise UserError(f"the model is the class {model.__qualname__}: expected an instance of it")
    options = {name: value for name, value in options.items() if value is not None}
    model, output = _owner(model, output)
    found = list(_wrappers(type(model)))
    if not found:
        _require_no_options(model, {} if leave else options)
        return model
    functions = [(point, _loaded(point)) for point in found]
    point, function = next((each for each in functions if {*options} <= {*parameters_of(each[1])}), functions[0])
    known = parameters_of(function)
    if unknown := [name for name in options if name not in known and not leave]:
        raise UserError(
            f"a {type(model).__name__} in memory takes no option {unknown[0]!r}: it takes {listed(known)}"
            f"{nearest(unknown[0], known)}"
        )
    given = {"output": output, "fitted": fitted, **options}
    try:
        return function(model, **{name: value for name, value in given.items() if name in known})
    except ImportError as error:
        raise _missing(point, error) from error


def known_classes() -> list[str]:
    """The classes whose objects installed packages wrap, with their libraries: `Module of torch`."""
    names = (point.name.split(".") for point in installed(GROUP))
    return sorted({f"{words[-1]} of {words[0]}" for words in names})


def own_labels(adapter: Any) -> Sequence[str]:
    """The names that a model in memory has for its answers; none where it does not say."""
    try:
        return connect(adapter).labels
    except (UserError, TypeError):  # what is wrong with it shows when it is connected for the run
        return []


def meanings(labels: Sequence[str], own: Sequence[str]) -> dict[int | str, str]:
    """What is a label in the data where the caller names those of the model: a place, or the model's own name.

    Where the model's own names are numbers, so are the data's, and a number is no place.
    """
    numbered = bool(own) and all(each.lstrip("-").isdigit() for each in own)
    named = dict(zip(own, labels, strict=False))
    return {**({} if numbered else dict(enumerate(labels))), **{a: b for a, b in named.items() if numbered or a != b}}


def _owner(model: Any, output: str | None) -> tuple[Any, str | None]:
    """An estimator for its bound `predict_proba`, which alone would not know the columns of a row; else the same."""
    owner = getattr(model, "__self__", None) if getattr(model, "__name__", "") == PROBABILITIES_METHOD else None
    known = owner is not None and any(_wrappers(type(owner)))
    return (owner, output or "probabilities") if known else (model, output)


def _wrappers(kind: type) -> Iterator[EntryPoint]:
    """The entry points for a class and those that it is derived from, the nearest first."""
    by_name = {point.name: point for point in installed(GROUP)}
    names = (f"{each.__module__}.{each.__qualname__}" for each in inspect.getmro(kind))
    return (by_name[name] for name in names if name in by_name)


def _loaded(point: EntryPoint) -> Any:
    try:
        return point.load()
    except ImportError as error:
        raise _missing(point, error) from error


def _missing(point: EntryPoint, error: ImportError) -> MissingExtra:
    kind = point.name.rpartition(".")[2]
    return MissingExtra(f"to wrap a {kind} needs {error.name or error}: {pip_line(point)}")


def _require_no_options(model: Any, options: Mapping[str, Any]) -> None:
    if options:
        raise UserError(
            f"{listed(options)}: expected none for a {type(model).__name__}, which is asked as it is: options are for "
            f"an object of a library's ({listed(known_classes())})"
        )
