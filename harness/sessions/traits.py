"""Traits: properties of a component besides its parameters, set by markers that only annotate it.

    @perturbation(keeps_label=False)
    def shuffle(text: str, rng: Random) -> str: ...

Nothing is registered; `traits_of` reads what a marker wrote.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, TypeAlias, TypeVar, cast

if TYPE_CHECKING:
    from harness.statistics.intervals import Interval
    from harness.types import Output

IntervalFunction: TypeAlias = "Callable[..., Interval]"
"""`(predictions, scoring, **parameters) -> Interval`: the bounds of a metric by its own method."""

F = TypeVar("F", bound=Callable[..., object])

Resources: TypeAlias = Callable[[], Iterable[tuple[str, bool, str]]]
"""Gives a name, whether it is here, and the line that fetches it, for each thing a component needs."""

Known: TypeAlias = Sequence[str] | Callable[..., Sequence[str]]
"""Scripts (`latin`) or languages (`en`), any where there are none; or a function that gives them by the parameters."""

Foretold: TypeAlias = "Callable[..., tuple[Sequence[str], Output | None]]"
"""Gives a model's labels and output by its parameters, without loading it; none where it cannot tell."""

StandsFor: TypeAlias = Callable[..., tuple[str, Sequence[Mapping[str, object]]]]
"""Gives, by its parameters, what a set of attacks is called and the entries of its members, as a suite has them."""

_WRITTEN = "__harness_traits__"


@dataclass(frozen=True, slots=True)
class PromptTrait:
    """A model that is a prompt: the parameters that it is written in, and what it is, before the model is loaded.

    `template` is the one with the text around the input's fields, `{NAME}`; `labels` and `words` name the classes and
    what the model answers for each. `filled(value, **parameters)` is the whole prompt; it raises AnswerError for an
    input without one of its fields. Where samples are shown, `order` is the dotted key of a number that says in which
    of their `orders(**parameters)` orders, 0 being the own one.
    """

    template: str
    labels: str
    words: str
    filled: Callable[..., str]
    order: str = ""
    orders: Callable[..., int] = lambda **_: 1


@dataclass(frozen=True, slots=True)
class Traits:
    """The traits of a component or a session function; called on one, they mark it and return it.

    `keeps_label`: a perturbed input means what it meant. `needs_probabilities`: undefined for classes alone.
    `interval`: how a metric's interval is computed, by the percentile bootstrap unless given. `pairs`: a text pair is
    taken whole. `exclusive`: no other session may run meanwhile. `suffix`: the ending of a report's file. `resources`
    lists what `harness doctor` looks for. `scripts`, `languages`: it leaves other texts as they are.
    `lower_is_better`: less of a metric is better. `known`: a model's labels and output before it is loaded.
    `share`: of the samples that models are fitted on under cross-validation, the share for this session's.
    `early`: what a report begins before the models load, such as a process that draws. `saved`: a model's answers are
    saved, one for each sample. `prompt`: a model's prompt before it is loaded, and how it is written. `asks`:
    parameters that are names of the suite's `models`, with the kind of question that such a model answers (`embed`,
    `fill`); a parameter that is None names none. `stands_for`: an attack that is several ones after the other, each on
    what is left.
    """

    keeps_label: bool = True
    needs_probabilities: bool = False
    interval: IntervalFunction | None = None
    pairs: bool = False
    exclusive: bool = False
    suffix: str = ""
    resources: Resources | None = None
    scripts: Known = ()
    languages: Known = ()
    lower_is_better: bool = False
    known: Foretold | None = None
    early: Callable[[], object] | None = None
    share: float = 1.0
    saved: bool = False
    asks: Mapping[str, str] = field(default_factory=dict)
    stands_for: StandsFor | None = None
    prompt: PromptTrait | None = None

    def __call__(self, component: F, /) -> F:
        """Add these traits to those that the component has."""
        setattr(component, _WRITTEN, traits_of(component) | self)
        return component

    def __or__(self, other: Traits) -> Traits:
        """Both: where the other one says something, that."""
        own = {each.name: getattr(other, each.name) for each in fields(other)}
        return replace(self, **{name: value for name, value in own.items() if value != getattr(_NONE, name)})


_NONE = Traits()
_ASKS_NONE: Mapping[str, str] = {}


def traits_of(thing: object) -> Traits:
    """The traits of a component or session function; the defaults for one that was never marked."""
    return cast("Traits", getattr(thing, _WRITTEN, _NONE))


def perturbation(
    *, keeps_label: bool = True, resources: Resources | None = None, scripts: Known = (), languages: Known = (),
    asks: Mapping[str, str] = _ASKS_NONE
) -> Traits:  # fmt: skip
    """Mark a perturbation: with `keeps_label=False` only flips are scored, since the true label may change."""
    return Traits(keeps_label=keeps_label, resources=resources, scripts=scripts, languages=languages, asks=asks)


def attack(
    *, pairs: bool = False, exclusive: bool = False, resources: Resources | None = None,
    scripts: Known = (), languages: Known = (), asks: Mapping[str, str] = _ASKS_NONE,
    stands_for: StandsFor | None = None
) -> Traits:  # fmt: skip
    """Mark an attack: one that takes a text pair whole, must run alone, needs resources, asks others or is a set."""
    return Traits(
        pairs=pairs,
        exclusive=exclusive,
        resources=resources,
        scripts=scripts,
        languages=languages,
        asks=asks,
        stands_for=stands_for,
    )


def explainer(*, pairs: bool = False, exclusive: bool = False, resources: Resources | None = None) -> Traits:
    """Mark an explainer: one that takes a text pair whole, must run alone, or needs resources."""
    return Traits(pairs=pairs, exclusive=exclusive, resources=resources)


def metric(
    *, needs_probabilities: bool = False, interval: IntervalFunction | None = None, lower_is_better: bool = False
) -> Traits:
    """Mark a metric that is undefined for classes without their probabilities, has an interval, or is an error."""
    return Traits(needs_probabilities=needs_probabilities, interval=interval, lower_is_better=lower_is_better)


def model(*, known: Foretold, saved: bool = False, prompt: PromptTrait | None = None) -> Traits:
    """Mark a model: for `check`, `known` tells labels and output by its parameters, `saved` that it looks them up.

    `prompt` says of one that is a prompt how it is written.
    """
    return Traits(known=known, saved=saved, prompt=prompt)


def report(*, suffix: str = "", early: Callable[[], object] | None = None) -> Traits:
    """Mark a report: `suffix` is the ending of its file, without a dot; `early` is called before the models load."""
    return Traits(suffix=suffix, early=early)
