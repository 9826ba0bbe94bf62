"""Components: found by entry points, loaded when named, parameters checked against the signature."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import EntryPoint
from pathlib import Path
from random import Random
from types import MappingProxyType, SimpleNamespace
from typing import TYPE_CHECKING, Literal

import pytest

from harness import MissingExtra, Sample, Session, Traits, UserError, traits_of
from harness.suite import components
from harness.suite.components import Component, resolve
from harness.suite.file import DataSpec, PartSpec, Spec, TaskSpec
from harness.suite.overrides import MAIN

if TYPE_CHECKING:
    from collections import OrderedDict


def typed(
    sample: Sample[str],
    rng: Random,
    *,
    count: int = 3,
    size: Literal["small", "large"] = "small",
    words: Sequence[str] = (),
    path: Path | None = None,
    paths: Sequence[Path] = (),
    hub: Path | str = "",
) -> Session[str]:
    """Takes parameters of every type.

    And has more to say.
    """
    raise NotImplementedError


def required(*, first: str, second: int = 0) -> object:
    return first, second


def untyped(*, value=None, odd: OrderedDict[str, int] | None = None) -> object:  # type: ignore[no-untyped-def]  # noqa: ANN001
    return value, odd


def plain(sample: Sample[str], rng: Random) -> Session[str]:
    raise NotImplementedError


class Encoded:
    """A component that loads something first."""

    def __call__(self, *, model: object, rate: float = 0.5) -> None:
        raise NotImplementedError

    def prepare(self, *, model: object = None, rate: float = 0.5) -> tuple[object, float]:
        return model, rate


prepared = Encoded()


class Distribution(SimpleNamespace):
    """As much of an installed distribution as the harness looks at."""

    __hash__ = object.__hash__  # type: ignore[assignment]  # as an installed one has it
    name = "stranger"
    requires = (
        "absent>=1; extra == 'odd'",
        "numpy>=999; extra == 'odd'",
        "pytest; extra == 'odd'",
        "gone; python_version > '3'",
        "greenlet",
    )
    metadata = SimpleNamespace(get_all=lambda field: ["odd"] if field == "Provides-Extra" else [])


Install = Callable[..., None]


@pytest.fixture(autouse=True)
def install(monkeypatch: pytest.MonkeyPatch) -> Install:
    def only(**values: str) -> None:
        points = [EntryPoint(name, value, "harness.attacks") for name, value in values.items()]
        monkeypatch.setattr(components, "installed", lambda group: [each for each in points if each.group == group])

    only(**{name: f"{__name__}:{name}" for name in ("typed", "required", "untyped", "plain", "prepared")})
    return only


def refusal(use: str, keys: Mapping[str, object] = MappingProxyType({}), spec: type[Spec] = PartSpec) -> str:
    with pytest.raises(UserError) as refused:
        resolve("attacks", spec.model_validate({"use": use, **keys}))
    return str(refused.value)


@pytest.mark.parametrize(
    ("key", "written", "received"),
    [
        ("count", 5, 5),
        ("count", "5", 5),
        ("size", "large", "large"),
        ("words", ["a", "b"], ["a", "b"]),
        ("path", "a/b.txt", Path("suites/a/b.txt")),
        ("path", "/a/b.txt", Path("/a/b.txt")),
        ("paths", ["a", "/b"], [Path("suites/a"), Path("/b")]),
        ("hub", "owner/model", "owner/model"),
    ],
)
def test_values_become_what_the_signature_says(key: str, written: object, received: object) -> None:
    spec = PartSpec.model_validate({"use": "typed", key: written})
    assert resolve("attacks", spec, Path("suites")).parameters == {key: received}


def test_a_hub_id_is_a_path_if_something_lies_there(tmp_path: Path) -> None:
    (tmp_path / "owner" / "model").mkdir(parents=True)
    component = resolve("attacks", PartSpec.model_validate({"use": "typed", "hub": "owner/model"}), tmp_path)
    assert component.parameters == {"hub": tmp_path / "owner" / "model"}


def test_what_is_not_given_is_left_to_the_function() -> None:
    assert resolve("attacks", PartSpec(use="typed")).parameters == {}


def test_without_a_type_anything_goes() -> None:
    spec = PartSpec.model_validate({"use": "untyped", "value": {"a": 1}, "odd": [1]})
    assert resolve("attacks", spec).parameters == {"value": {"a": 1}, "odd": [1]}


def test_use_value_is_the_first_parameter() -> None:
    spec = PartSpec.model_validate({"use": "required", MAIN: "x", "second": 2})
    assert resolve("attacks", spec).call() == ("x", 2)


def test_use_value_without_a_parameter_is_an_error() -> None:
    assert refusal("plain", {MAIN: "x"}) == "'plain' has no parameter, but got plain:x"


def test_a_missing_parameter_is_named() -> None:
    assert refusal("required") == "attack 'required' needs the parameter 'first'"


@pytest.mark.parametrize(
    ("use", "spec", "key", "message"),
    [
        ("required", PartSpec, "secnd", "expected first, second, name; did you mean 'second'?"),
        ("required", PartSpec, "nam", "expected first, second, name; did you mean 'name'?"),
        ("required", TaskSpec, "gate", "data, limit, stop, slices, gates; did you mean 'gates'?"),
        ("required", DataSpec, "colunms", "limit, columns, labels, filter, slices; did you mean 'columns'?"),
        ("plain", PartSpec, "zzz", "attack 'plain' has no parameter 'zzz': expected name"),
        ("typed", PartSpec, "rng", "attack 'typed' has no parameter 'rng'"),
        ("prepared", PartSpec, "model", "attack 'prepared' has no parameter 'model': expected rate, name"),
    ],
)
def test_an_unknown_key_is_an_error_with_the_nearest(use: str, spec: type[Spec], key: str, message: str) -> None:
    assert message in refusal(use, {key: 1}, spec)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("count", "many", "attack 'typed': count: expected a whole number"),
        ("count", 1.5, "but got 1.5"),
        ("size", "lage", "size: expected 'small' or 'large', but got 'lage'; did you mean 'large'?"),
        ("words", "a", "attack 'typed': words: "),
        ("words", ["a", 3], "attack 'typed': words.1: expected a string, but got 3"),
        ("path", 3, "attack 'typed': path: "),
    ],
)
def test_a_value_of_the_wrong_type_is_an_error(key: str, value: object, message: str) -> None:
    assert message in refusal("typed", {key: value})


def test_the_key_to_blame_is_told_to_whoever_knows_its_line() -> None:
    with pytest.raises(UserError) as refused:
        resolve("attacks", PartSpec.model_validate({"use": "typed", "words": ["a", 3]}))
    assert refused.value.at == ("words", 1)


def test_components_are_listed_in_order() -> None:
    assert list(components.find("attacks")) == ["plain", "prepared", "required", "typed", "untyped"]


def test_an_unknown_name_is_an_error_with_the_nearest() -> None:
    message = "no attack is called 'typd': installed are plain, prepared, required, typed, untyped"
    assert refusal("typd") == f"{message}; did you mean 'typed'?"


def test_a_name_of_another_kind_is_said_to_be_one() -> None:
    with pytest.raises(UserError, match=r"no task is called 'typed': installed are .*; 'typed' is of the kind attack$"):
        resolve("tasks", Spec(use="typed"))


def test_an_unknown_kind_is_an_error_with_the_nearest() -> None:
    with pytest.raises(UserError, match=r"there is no kind 'atack': expected one of models, .*mean 'attacks'\?"):
        components.find("atack")


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("nowhere.at.all:x", "ModuleNotFoundError: No module named 'nowhere'"),
        (f"{__name__}:gone", "AttributeError"),
    ],
)
def test_a_component_that_cannot_be_loaded_says_why(install: Install, value: str, why: str) -> None:
    install(broken=value)
    message = refusal("broken")
    assert f"attack 'broken' ({value}) could not be loaded: {why}" in message


def test_the_summary_is_the_first_line_of_the_docstring() -> None:
    assert components.summary(typed) == "Takes parameters of every type."
    assert components.summary(plain) == ""


def point_of(module: str) -> EntryPoint:
    """An entry point of a distribution with the extra `odd`."""
    point = EntryPoint("thing", f"{module}:thing", "harness.attacks")
    return point._for(Distribution())  # type: ignore[attr-defined, no-any-return]


def test_an_extra_is_named_after_the_plugin_and_lists_what_is_not_installed() -> None:
    assert components.missing(point_of("harness_odd.deep")) == ["absent", "numpy"]


@pytest.mark.parametrize("module", ["harness_even", "stranger.odd", "odd"])
def test_a_plugin_without_an_extra_of_its_name_lacks_nothing(module: str) -> None:
    assert components.missing(point_of(module)) == []


def test_a_missing_extra_is_answered_with_its_pip_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(components, "installed", lambda group: [point_of("harness_odd")])
    with pytest.raises(MissingExtra) as missing:
        components.load("attacks", "thing")
    assert str(missing.value) == "attack 'thing' needs absent, numpy: pip install 'stranger[odd]'"


def test_a_session_function_is_bound_to_its_parameters() -> None:
    def attack(sample: Sample[str], rng: Random, *, rate: float) -> Session[tuple[str, float]]:
        yield from ()
        return sample.input, rate

    session = Component("attacks", "attack", attack, {"rate": 0.5}).session(model=object())
    with pytest.raises(StopIteration) as ended:
        next(session(Sample("1", "text"), Random(0)))
    assert ended.value.value == ("text", 0.5)
    assert traits_of(session) == Traits()


def test_an_exclusive_attack_stays_exclusive() -> None:
    @Traits(exclusive=True)
    def attack(sample: Sample[str], rng: Random) -> Session[str]:
        raise NotImplementedError

    assert traits_of(Component("attacks", "attack", attack).session(model=object())).exclusive


def test_preparing_is_given_the_model_if_it_asks_for_one() -> None:
    session: object = Component("attacks", "prepared", prepared, {"rate": 0.1}).session("the model")
    assert session == ("the model", 0.1)


def test_two_packages_with_one_name_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    points = [EntryPoint("twice", f"{package}:attack", "harness.attacks") for package in ("one", "other")]
    monkeypatch.setattr(components, "installed", lambda group: points)
    with pytest.raises(UserError, match=r"2 attacks are called 'twice': one:attack of \? and other:attack of \?"):
        components.load("attacks", "twice")
