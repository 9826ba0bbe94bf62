"""The scripts and languages of texts that a component is made for: other texts it leaves as they are.

English filler words in a German text, or Latin letters in a Chinese one, are no slips of a pen: a model that trips over
them has not been measured. The script of a text is found from its letters; its language only the suite can say.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from harness.sessions.traits import Known, traits_of
from harness.slices.texts import script_of
from harness.suite.components import Component
from harness.types import Sample, Session, SessionFunction


@dataclass(frozen=True)
class MadeFor:
    """The scripts and languages that a component knows; empty for any."""

    scripts: frozenset[str]
    languages: frozenset[str]

    def fits(self, value: Any, language: str) -> bool:
        """Whether it may change a text, or texts by column, of a language (empty where nobody says it)."""
        if language and self.languages and language.partition("-")[0] not in self.languages:
            return False
        return not self.scripts or script_of(_text(value)) in {"", *self.scripts}

    def __str__(self) -> str:
        """`made for en in latin letters`; empty where it is made for any."""
        languages, scripts = (" or ".join(sorted(each)) for each in (self.languages, self.scripts))
        letters = f" in {scripts} letters" if scripts else ""
        return f"made for {languages or 'texts'}{letters}" if languages or scripts else ""


def made_for(component: Component) -> MadeFor:
    """The scripts and languages that a component knows with its parameters."""
    traits = traits_of(component.function)
    return MadeFor(_known(traits.scripts, component), _known(traits.languages, component))


def only_on(known: MadeFor, session: SessionFunction[Any]) -> SessionFunction[Any]:
    """A procedure that gives back, unasked, what it is not made for."""

    def start(sample: Sample[Any], rng: Random) -> Session[Any]:
        if not known.fits(sample.input, sample.language):
            return sample.input
        return (yield from session(sample, rng))

    return start


def _known(given: Known, component: Component) -> frozenset[str]:
    return frozenset(given(**component.parameters) if callable(given) else given)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else " ".join(each for each in value.values() if isinstance(each, str))
