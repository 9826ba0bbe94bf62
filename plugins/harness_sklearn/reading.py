"""A fitted estimator from a file: skops, or where the suite allows it joblib and pickle."""

from __future__ import annotations

import pickle
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

from harness import UserError, make_own_importable

PICKLED = (".joblib", ".pkl", ".pickle")


def read(path: Path, *, trusted: Sequence[str], allow_pickle: bool) -> Any:
    """The fitted estimator of a file.

    Raises UserError when there is none, when its types are not trusted, when it is a pickle and those are not
    allowed, and when its content is no estimator or not fitted.
    """
    if not path.is_file():
        raise UserError(f"model 'sklearn': path: there is no file {path}", "path")
    pickled = path.suffix in PICKLED
    if pickled and not allow_pickle:
        raise UserError(_convert(path), "path")
    if pickled or trusted:  # types of the user's own, which a module beside the suite may define
        make_own_importable()
    try:
        estimator = _unpickled(path) if pickled else _from_skops(path, trusted)
    except UserError:
        raise
    except Exception as error:  # whatever comes of a file that is not what its name says
        kind = "a joblib or pickle" if pickled else "a skops"
        raise UserError(
            f"model 'sklearn': path: {path} could not be read as {kind} file: {type(error).__name__}: {error}", "path"
        ) from error
    require_fitted(estimator, f"path: {path} contains")
    return estimator


def _from_skops(path: Path, trusted: Sequence[str]) -> Any:
    from skops.io import get_untrusted_types, load

    if not zipfile.is_zipfile(path):
        raise UserError(
            f"model 'sklearn': path: {path} is no skops file: expected what `skops.io.dump(estimator, path)` writes "
            f"(or, with `allow_pickle: true`, a file that ends in {', '.join(PICKLED)})",
            "path",
        )
    unknown = sorted(set(get_untrusted_types(file=path)) - set(trusted))
    if unknown:
        listed = ", ".join([*trusted, *unknown])
        raise UserError(
            f"model 'sklearn': {path} contains types that skops makes only where they are trusted: "
            f"{', '.join(unknown)}. If you trust them, add to the model:  trusted: [{listed}]\nor to the call:  "
            f"--set 'model.trusted=[{listed}]'",
            "trusted",
        )
    return load(path, trusted=list(trusted))


def _unpickled(path: Path) -> Any:
    if path.suffix == ".joblib":
        import joblib

        return joblib.load(path)
    with path.open("rb") as file:
        return pickle.load(file)  # noqa: S301  # which the suite allowed in so many words


def require_fitted(estimator: Any, what: str) -> None:
    """Raise UserError, beginning with `what`, for what is no estimator, or not fitted."""
    kind = estimator.__name__ if isinstance(estimator, type) else type(estimator).__name__
    try:
        check_is_fitted(estimator)
    except TypeError:
        raise UserError(f"model 'sklearn': {what} a {kind}: expected a fitted scikit-learn estimator", "path") from None
    except NotFittedError:
        raise UserError(
            f"model 'sklearn': {what} a {kind} that is not fitted: expected one that was, with "
            "`estimator.fit(inputs, labels)`, before it is given or written",
            "path",
        ) from None


def _convert(path: Path) -> str:
    library, opened = (
        ("joblib", repr(path.name)) if path.suffix == ".joblib" else ("pickle", f"open({path.name!r}, 'rb')")
    )
    return (
        f"model 'sklearn': path: {path} is a pickle, which can run any code: where you trust it, convert it once with\n"
        f"  import {library}, skops.io\n"
        f"  skops.io.dump({library}.load({opened}), {path.with_suffix('.skops').name!r})\n"
        "or set `allow_pickle: true`"
    )
