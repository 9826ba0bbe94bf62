"""A prompt around an input: its template, its labels' words, the samples shown before; read without torch."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import factorial
from pathlib import Path
from random import Random
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from harness import AnswerError, PromptTrait, UserError, read_rows
from harness.models import Output
from harness_transformers.texts import texts_of

S = TypeVar("S")
FIELD = re.compile(r"\{(\w+)\}")
"""A place in a template that a column of the input takes; other braces stay as they are."""

TEXT = ("text", "input")
"""The field of an input that is one text, by either name."""


class Shots(BaseModel):
    """Samples of `train` that are shown before the input, with their labels: `n` of them, drawn and ordered by `seed`.

    `balanced` draws the same number of each label, or one more of some. `order` is which of their n! orders they are
    shown in, 0 as they are drawn (Lu et al. 2022). `text` and `label` are the file's columns, the
    label by name or by number; `text` may be several, for the fields of a pair. `separator` stands behind each sample.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    n: Annotated[int, Field(ge=1)] = 4
    seed: int = 0
    balanced: bool = True
    order: Annotated[int, Field(ge=0)] = 0
    text: str | tuple[str, ...] = "text"
    label: str = "label"
    separator: str = "\n\n"


@dataclass(frozen=True)
class Prompt:
    """`head` (the shown samples) and `template` with an input in its fields; `words` by label are its continuations.

    Inputs are put in as they are: braces in them are text.
    """

    template: str
    words: Mapping[str, str]
    head: str = ""
    end: str = ""

    @property
    def names(self) -> list[str]:
        """The fields of the template."""
        return FIELD.findall(self.template)

    @property
    def tail(self) -> str:
        """The template behind its last field."""
        return FIELD.split(self.template)[-1]

    @property
    def continuations(self) -> list[str]:
        """The words of the labels, closed by `end`."""
        return [word + self.end for word in self.words.values()]

    def fields(self, value: Any) -> dict[str, str]:
        """The text of each field of the template; raises AnswerError for an input without one of them."""
        texts = texts_of(value)
        given = dict(zip(value, texts, strict=True)) if isinstance(value, Mapping) else dict.fromkeys(TEXT, texts[0])
        if missing := [name for name in self.names if name not in given]:
            raise AnswerError(
                f"template: expected the fields of the inputs, {' or '.join(given)}, but it has {{{missing[0]}}}"
            )
        return {name: given[name] for name in self.names}

    def filled(self, fields: Mapping[str, str]) -> str:
        """The whole prompt, up to where a label's word would stand."""
        return self.head + FIELD.sub(lambda match: fields[match[1]], self.template)


def prompt_of(template: str, words: Mapping[str, str], end: str, train: Path | None, shots: Shots | None) -> Prompt:
    """The prompt of a suite's words; raises UserError for a template without a field."""
    if not FIELD.search(template):
        raise UserError(f"template: expected {{text}} in it, where the input stands, but got {template!r}", "template")
    if (train is None) != (shots is None):
        needed, given = ("train", "shots") if train is None else ("shots", "train")
        raise UserError(f"{given}: needs `{needed}` too: the file of the samples, and how many are shown", needed)
    bare = Prompt(template, words, end=end)
    return bare if train is None or shots is None else Prompt(template, words, _shown(bare, train, shots), end)


def words_of(labels: Mapping[str, str] | Sequence[str], given: Sequence[str] | None = None) -> dict[str, str]:
    """The word of each label: its own, or the label behind a space; raises UserError where two are the same."""
    if given is not None:
        if len(given) != len(labels):
            raise UserError(f"words: expected one for each of {len(labels)} labels, but got {len(given)}", "words")
        labels = dict(zip(labels, given, strict=True))
    words = dict(labels) if isinstance(labels, Mapping) else {str(label): f" {label}" for label in labels}
    if len(words) < 2 or len(set(words.values())) < len(words) or len(words) < len(labels):
        raise UserError(f"labels: expected two or more whose words differ, but got {labels}", "labels")
    if empty := [label for label, word in words.items() if not word.strip()]:
        raise UserError(f"labels: expected a word to continue the prompt with, but {empty[0]!r} has none", "labels")
    return words


def require_scoring(*, normalise: str, calibrate: Sequence[str], greedy: bool) -> None:
    """Raise UserError for a greedy choice, which no score decides, of scores."""
    if greedy and (normalise != "sum" or calibrate):
        raise UserError(
            "answers: greedy takes the most probable token at each step: expected it without `normalise` and "
            "`calibrate`, which change the scores of `answers: likelihood`",
            "answers",
        )


def known(
    *,
    labels: Mapping[str, str] | Sequence[str],
    words: Sequence[str] | None = None,
    answers: str = "likelihood",
    **_: Any,
) -> tuple[list[str], Output]:
    """Labels and output of a language model, which its specification says."""
    return list(words_of(labels, words)), "probabilities" if answers == "likelihood" else "classes"


def filled(
    value: Any,
    *,
    template: str,
    labels: Mapping[str, str] | Sequence[str],
    words: Sequence[str] | None = None,
    train: Path | None = None,
    shots: Shots | None = None,
    end: str = "",
    **_: Any,
) -> str:
    """The whole prompt about an input, by a specification."""
    prompt = prompt_of(template, words_of(labels, words), end, train, shots)
    return prompt.filled(prompt.fields(value))


def orders(*, shots: Shots | Mapping[str, Any] | None = None, **_: Any) -> int:
    """The number of orders that shown samples have."""
    return 1 if shots is None else factorial(Shots.model_validate(shots).n)


TRAIT = PromptTrait("template", "labels", "words", filled, "shots.order", orders)
"""How a language model's prompt is written."""


def drawn(
    rows: Sequence[Mapping[str, Any]], labels: Sequence[str], shots: Shots
) -> list[tuple[Mapping[str, Any], str]]:
    """`n` rows with their labels, by `shots.seed`; raises UserError where there are too few."""
    random = Random(shots.seed)
    order = [(row, _label(row, labels, shots)) for row in random.sample(rows, len(rows))]
    if not shots.balanced:
        return _enough(order[: shots.n], shots)
    turns = {label: iter([each for each in order if each[1] == label]) for label in labels}
    first = random.sample(list(labels), len(labels))
    chosen = [next(turns[first[at % len(first)]], None) for at in range(shots.n)]
    found = _enough([each for each in chosen if each is not None], shots)
    return random.sample(found, len(found))


def ordered(found: Sequence[S], order: int) -> list[S]:
    """The samples in one of their n! orders, by its place in the alphabet of places; beyond the last from the first."""
    left, places = list(found), []
    for size in range(len(found), 0, -1):
        at, order = divmod(order % factorial(size), factorial(size - 1))
        places.append(left.pop(at))
    return places


def _enough(found: list[Any], shots: Shots) -> list[Any]:
    if len(found) < shots.n:
        kind = "balanced " if shots.balanced else ""
        raise UserError(f"shots: expected {shots.n} {kind}samples, but the file has {len(found)}", "shots")
    return found


def _label(row: Mapping[str, Any], labels: Sequence[str], shots: Shots) -> str:
    found = row.get(shots.label)
    if isinstance(found, int) and not isinstance(found, bool) and 0 <= found < len(labels):
        return labels[found]
    if found in labels:
        return str(found)
    raise UserError(
        f"shots: expected one of {', '.join(labels)}, or its number, in the column {shots.label!r} of every row, "
        f"but got {found!r}; set `label` to the name of the column",
        "shots",
    )


def _shown(bare: Prompt, train: Path, shots: Shots) -> str:
    """The block of shown samples, each as the template has it and with its label's word."""
    rows, shown = list(read_rows("files", path=train)), []
    for row, label in ordered(drawn(rows, list(bare.words), shots), shots.order):
        columns = [shots.text] if isinstance(shots.text, str) else list(shots.text)
        if missing := [name for name in columns if not isinstance(row.get(name), str)]:
            raise UserError(f"shots: expected a text in the column {missing[0]!r}; it has {', '.join(row)}", "shots")
        value = row[columns[0]] if len(columns) == 1 else {name: row[name] for name in columns}
        shown.append(bare.filled(bare.fields(value)) + bare.words[label] + shots.separator)
    return "".join(shown)
