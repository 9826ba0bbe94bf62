"""A prompt written in other ways: from the entry of the suite's model to entries with other prompts, purely."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from random import Random
from string import ascii_uppercase
from typing import Annotated, Any, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from harness import Context, ModelSource, PromptTrait, UserError, listed, traits_of
from harness_prompts.formats import FIELD, formats_of

Count: TypeAlias = Annotated[int, Field(ge=0, le=100)]
MOST_ORDERS = 10**6
"""Orders that are drawn from, of more samples than eight."""


class Vary(BaseModel):
    """Prompts made of the suite's own, in each of these ways by itself.

    So many other `formats` of its template (signs, blanks, line ends, casing); option `letters` in place of the words,
    each label having each letter once; so many other `orders` of the shown samples; other `words` of the labels; other
    `templates`, as you write them. Formats and orders are drawn by `seed`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    formats: Count = 0
    letters: bool = False
    orders: Count = 0
    words: list[list[str]] = Field(default_factory=list)
    templates: list[str] = Field(default_factory=list)
    seed: int = 0


@dataclass(frozen=True)
class Variant:
    """A prompt: its kind (`format`, `letters`, …), its name, its model's entry, and itself in words."""

    kind: str
    name: str
    spec: Any
    shown: str

    @property
    def key(self) -> str:
        """The name of its model in a run: the same for the same entry alone."""
        content = json.dumps(self.spec.model_dump(mode="json"), sort_keys=True, default=str)
        return f"{self.name} #{blake2b(content.encode('utf-8', 'surrogatepass'), digest_size=4).hexdigest()}"


@dataclass(frozen=True)
class Written:
    """The prompt of a model's entry: template, labels and their words as they are, and how many orders shots have."""

    trait: PromptTrait
    template: str
    labels: Sequence[str]
    words: Sequence[str]
    orders: int

    @classmethod
    def of(cls, context: Context, spec: ModelSource, *at: str) -> Written | None:
        """That of an entry; None of a model that is no prompt. Raises UserError for parameters that it has not."""
        component = context.resolved("models", spec, *at)
        trait = traits_of(component.function).prompt
        if trait is None:
            return None
        given = dict(component.parameters)
        labels, words = given[trait.labels], given.get(trait.words)
        own = list(labels.values()) if isinstance(labels, Mapping) else [f" {label}" for label in labels]
        return cls(trait, given[trait.template], list(labels), list(words or own), trait.orders(**given))

    @property
    def shown(self) -> str:
        """The template and the words behind it."""
        return f"{self.template!r} + {' / '.join(map(repr, self.words))}"


def variants_of(context: Context, vary: Vary) -> list[Variant]:
    """Every prompt that `vary` asks for; raises UserError for what the suite's model cannot be written in."""
    spec = context.model
    written = None if spec is None or spec.use == "given" else Written.of(context, spec)
    if spec is None or written is None:
        which = "the model is in memory" if spec is None or spec.use == "given" else f"model {spec.use!r} is no prompt"
        raise UserError(
            f"vary: {which}: expected one in the suite that is a prompt, as causal_lm and openai are; write other "
            "prompts as the suite's `models` and name them with `models`",
            "vary",
        )
    found = [_variant(spec, written, *each) for each in _changes(written, vary)]
    if not found:
        raise UserError(
            f"vary: expected at least one of {listed(each for each in Vary.model_fields if each != 'seed')}", "vary"
        )
    for each in found:
        context.resolved("models", each.spec, "vary")
    return found


def _changes(written: Written, vary: Vary) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Kind, name and changed parameters of every prompt."""
    trait = written.trait
    for at, template in enumerate(_formats(written, vary), 1):
        yield "format", f"format {at}", {trait.template: template}
    if vary.letters:
        for turn in range(len(written.labels)):
            template, words = lettered(written, turn)
            name = f"letters {''.join(each.strip() for each in words)}"
            yield "letters", name, {trait.template: template, trait.words: words}
    for at, place in enumerate(_orders(written, vary), 1):
        yield "order", f"order {at}", {trait.order: place}
    for words in vary.words:
        template = with_words(written, words)
        name = f"words {'/'.join(each.strip() for each in words)}"
        yield "words", name, {trait.template: template, trait.words: words}
    for at, template in enumerate(vary.templates, 1):
        _require_fields(written, template)
        yield "template", f"template {at}", {trait.template: template}


def _variant(spec: Any, written: Written, kind: str, name: str, changed: Mapping[str, Any]) -> Variant:
    given: dict[str, Any] = {}
    for key, value in changed.items():
        first, dot, rest = key.partition(".")
        given[first] = {**(spec.parameters.get(first) or {}), rest: value} if dot else value
    shown = Written(
        written.trait,
        str(changed.get(written.trait.template, written.template)),
        written.labels,
        changed.get(written.trait.words, written.words),
        written.orders,
    ).shown
    order = f", shots in order {changed[written.trait.order]}" if kind == "order" else ""
    return Variant(kind, name, spec.model_copy(update=given), shown + order)


def _formats(written: Written, vary: Vary) -> list[str]:
    found = formats_of(written.template, vary.formats, vary.seed)
    if len(found) < vary.formats:
        raise UserError(
            f"vary.formats: the template {written.template!r} can be written in {len(found)} other ways, but "
            f"{vary.formats} were asked for: expected fewer, or a template with a colon, a line end or more words",
            "vary",
        )
    return found


def lettered(written: Written, turn: int) -> tuple[str, list[str]]:
    """The template with the words listed behind letters, and the letter of each label, as its word is begun.

    At each of as many turns as there are labels every label has another letter (the cyclic permutations of Zheng et
    al. 2024).
    """
    count = len(written.words)
    if count > len(ascii_uppercase):
        raise UserError(f"vary.letters: {count} labels are more than there are letters", "vary")
    options = [f"{ascii_uppercase[at]}: {written.words[(at + turn) % count].strip()}" for at in range(count)]
    *before, tail = FIELD.split(written.template)
    between = "\n" if not tail.startswith("\n") else ""
    template = "".join(before) + "\n" + "\n".join(options) + between + (tail if not between else tail.lstrip(" "))
    blanks = [each[: len(each) - len(each.lstrip())] for each in written.words]
    return template, [blanks[at] + ascii_uppercase[(at - turn) % count] for at in range(count)]


def with_words(written: Written, words: Sequence[str]) -> str:
    """The template, other words in the place of the labels' where its own text names all of them."""
    if len(words) != len(written.labels) or len({each.strip() for each in words}) < len(words):
        raise UserError(
            f"vary.words: expected one for each of {len(written.labels)} labels, that differ, but got {words}", "vary"
        )
    other = {own.strip(): new.strip() for own, new in zip(written.words, words, strict=True)}
    pattern = re.compile("|".join(rf"(?<!\w){re.escape(each)}(?!\w)" for each in sorted(other, key=len, reverse=True)))
    parts = FIELD.split(written.template)
    if not {*other} <= {each for text in parts[::2] for each in pattern.findall(text)}:
        return written.template
    return "".join(
        text if at % 2 else pattern.sub(lambda match: other[match[0]], text) for at, text in enumerate(parts)
    )


def _orders(written: Written, vary: Vary) -> list[int]:
    if not vary.orders:
        return []
    if written.orders <= vary.orders:
        raise UserError(
            f"vary.orders: the prompt has {written.orders - 1} other orders of shown samples, but {vary.orders} were "
            "asked for: expected a model with `train` and `shots` of more samples, or fewer orders",
            "vary",
        )
    return Random(vary.seed).sample(range(1, min(written.orders, MOST_ORDERS)), vary.orders)


def _require_fields(written: Written, template: str) -> None:
    own, other = ({*FIELD.findall(each)} for each in (written.template, template))
    if own != other:
        raise UserError(
            f"vary.templates: expected the fields {listed(sorted(own))}, as the model's own has, but {template!r} has "
            f"{listed(sorted(other))}",
            "vary",
        )
