"""From a suite with `variants` to a suite for each of them: its model, its gates, and the lines of its keys."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from harness.errors import UserError
from harness.suite.file import Place, Places, SuiteFile, validated
from harness.suite.overrides import expanded

AGAINST = ("old", "new")
"""The names of the two variants of `--against`."""

FOLDER_NAME = re.compile(r"[a-z0-9_-]{1,100}")
"""The name of a variant."""

IN_MEMORY = "given"
"""What the suite of a model in memory uses."""


def variants_of(file: SuiteFile) -> dict[str, SuiteFile]:
    """The suite of each variant of a suite, by name, the reference first; none for a suite without variants.

    A suite's `baseline` is what the reference is compared with; the others are compared with the reference, which,
    where there is no baseline, has no gates on changes. All run to their end: a task that ended early would have other
    samples than that of another variant. Raises UserError for a variant without a model, and for names that are none.
    """
    names = _require_names(file)
    if names:
        _require_use(file)
        _require_one_repeat(file)
    return {name: _form(file, name, is_reference=name == names[0]) for name in names}


def _require_one_repeat(file: SuiteFile) -> None:
    how = file.suite.cross_validation
    if how and how.repeats > 1:
        raise UserError(f"{file.where('cross_validation')}: expected 1 repeat with variants, but got {how.repeats}")


def _require_names(file: SuiteFile) -> list[str]:
    """The names of the variants; raises UserError for fewer than two, and for one that no folder can have."""
    variants, where = file.suite.variants, file.where("variants")
    if variants is not None and len(variants) < 2:
        raise UserError(f"{where}: expected two or more variants, the reference first, but got {len(variants)}")
    for name in variants or ():
        if not FOLDER_NAME.fullmatch(name):
            where = file.where("variants", name)
            raise UserError(
                f"{where}: expected a variant's name of a-z, 0-9, _ and -, at most 100 of them, since folders are "
                f"named after it, but got {name!r:.120}"
            )
    return list(variants or ())


def with_against(file: SuiteFile, model: str | Mapping[str, Any]) -> SuiteFile:
    """The suite on two variants: a model as a suite has it, `--against`, as the reference, and the suite's own.

    Raises UserError for a suite that has variants already, or no model.
    """
    if file.suite.variants:
        raise UserError(
            f"{file.where('variants')}: the suite has variants, the first of which is the reference: "
            "leave --against away"
        )
    if file.suite.model is None:
        raise UserError("--against is what the model is compared with, but there is none: give --model USE:VALUE, too")
    old, new = AGAINST
    places = {**file.places, ("variants",): f"{file.where()}, with --against as it was set"}
    return _having(file, {"variants": {old: expanded(model), new: {}}}, places, [*file.given, ("variants",)])


def remarks(file: SuiteFile, files: Mapping[str, SuiteFile]) -> Iterator[str]:
    """What the reader of a suite with variants should know: two that are the same model, `stop: early` in vain."""
    for (one, first), (other, second) in combinations(files.items(), 2):
        model = first.suite.model
        if model == second.suite.model and model and model.use != IN_MEMORY:
            yield f"the variants {one!r} and {other!r} are the same model: what differs between them is no change"
    if files and "early" in {file.suite.stop, *(spec.stop for spec in file.suite.tasks)}:
        yield "`stop: early` does nothing with variants: all run on all samples, so that they can be compared"


def _require_use(file: SuiteFile) -> None:
    """Raise UserError where a model was given that no variant is a form of."""
    of_model = [keys for keys in (file.suite.variants or {}).values() if "use" not in (keys or {})]
    if file.is_set(("model", "use")) and not of_model:
        where = file.where("variants")
        raise UserError(
            f"{where}: each variant has a model of its own (`use`): none is a form of the one that is given"
        )
    if file.suite.model and file.suite.model.use == IN_MEMORY and any(of_model):
        raise UserError(
            f"{file.where('variants')}: a model in memory has no keys that a variant could replace: "
            "compare two of them with `against`"
        )


def _form(file: SuiteFile, name: str, *, is_reference: bool) -> SuiteFile:
    keys, suite = (file.suite.variants or {})[name] or {}, file.suite
    base = suite.model.model_dump(exclude_unset=True) if suite.model else {}
    if "use" in keys:  # a model of its own, but for what the command line says of all
        base = {key: value for key, value in base.items() if key != "use" and _is_alone(file, key)}
    elif not base:
        raise UserError(
            f"{file.where('variants', name)}: variant {name!r} has no `use`, and the suite has no `model` that it "
            "could be a form of: add one of them, or give --model USE:VALUE"
        )
    model = {**base, **keys}
    places = {key: ("variants", name, key) if key in keys else ("model", key) for key in model}
    outside = [("model", key) for key, place in places.items() if file.is_set(place)]
    given = [*(at for at in file.given if at[0] not in {"model", "variants"}), *outside]
    tasks = [{**spec.model_dump(exclude_unset=True), "stop": None} for spec in suite.tasks]
    changes: dict[str, Any] = {"model": model, "variants": None, "tasks": tasks, "stop": "end"}
    if not is_reference:
        changes |= {"baseline": None}
    elif suite.baseline is None:
        changes |= {"first": True}
    return _having(file, changes, _places(file.places, name), given)


def _having(file: SuiteFile, keys: Mapping[str, Any], places: Places, given: Sequence[Place]) -> SuiteFile:
    """A suite with other values of some keys; `places` and what is `given` from outside are then these."""
    raw = {**file.suite.model_dump(exclude_unset=True), **keys}
    return SuiteFile(validated(raw, places), file.name, file.folder, places, given)


def _is_alone(file: SuiteFile, key: str) -> bool:
    """Whether the command line set this key of the model by its own name."""
    return any(at[:2] == ("model", key) for at in file.given)


def _places(places: Places, name: str) -> Places:
    """The words for the places of a variant's keys, which stand under `model` in its suite."""
    own: Places = {("model", *at[2:]): where for at, where in places.items() if at[:2] == ("variants", name)}
    return {**places, ("model",): places.get(("variants",), places[()]), **own}


def titled(name: str, title: str) -> str:
    """The name of a task, or the address of a score, of a variant among those of all: `fp16:classification`.

    What has no variants keeps its own.
    """
    return f"{name}:{title}" if name else title


def of_title(whole: str, names: Sequence[str]) -> tuple[str, str]:
    """The variant of a task, and the task's own name; raises UserError for a name of neither."""
    name, _, title = whole.partition(":")
    if name not in names:
        raise UserError(f"expected VARIANT:TASK, the variant one of {', '.join(names)}, but got {whole!r}")
    return name, title
