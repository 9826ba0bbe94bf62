"""What a request looks like and where the answers stand: a template of JSON, and a path of JMESPath."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError

from harness import AnswerError, UserError
from harness.models import Output

INPUTS, INPUT = "$inputs", "$input"


@dataclass(frozen=True)
class Shape:
    """`request` is JSON in which `$inputs` stands for the inputs of a batch, or `$input` for the one of a request.

    `$input.NAME` and `$inputs.NAME` are a column of an input that has some. `response` leads to the answers, one an
    input, or to the one answer.
    """

    request: Any
    response: str = "@"

    def __post_init__(self) -> None:
        try:
            jmespath.compile(self.response)
        except JMESPathError as error:
            why = " ".join(str(error).split())
            raise UserError(
                f"response: expected a path of JMESPath, like predictions[].scores: {why}", "response"
            ) from None
        if self.one == self.many:
            raise UserError(f"request: expected {INPUTS!r} or {INPUT!r} in it, one of them", "request")

    @property
    def many(self) -> bool:
        """Whether a request takes several inputs."""
        return any(word == INPUTS or word.startswith(f"{INPUTS}.") for word in _words(self.request))

    @property
    def one(self) -> bool:
        """Whether it takes one."""
        return any(word == INPUT or word.startswith(f"{INPUT}.") for word in _words(self.request))

    def body(self, inputs: Sequence[Any]) -> Any:
        """The request about some inputs."""
        return _filled(self.request, inputs)

    def answers(self, response: Any, count: int) -> list[Any]:
        """The answers in a response, one an input; raises AnswerError for another number."""
        found = jmespath.search(self.response, response)
        if found is None:
            raise AnswerError(f"the response has nothing at {self.response!r}: {_short(response)}")
        if self.one:
            return [found]
        if not isinstance(found, list) or len(found) != count:
            came = f"{len(found)}" if isinstance(found, list) else _short(found)
            raise AnswerError(f"expected {count} answers at {self.response!r}, one for each input, but got {came}")
        return found


def _words(template: Any) -> list[str]:
    if isinstance(template, str):
        return [template]
    inside = template.values() if isinstance(template, Mapping) else template if isinstance(template, list) else ()
    return [word for each in inside for word in _words(each)]


def _filled(template: Any, inputs: Sequence[Any]) -> Any:
    if isinstance(template, Mapping):
        return {name: _filled(each, inputs) for name, each in template.items()}
    if isinstance(template, list):
        return [_filled(each, inputs) for each in template]
    if not isinstance(template, str) or not template.startswith(INPUT):
        return template
    if template.partition(".")[0] == INPUTS:
        return [_column(template, each) for each in inputs]
    return _column(template, inputs[0]) if template.partition(".")[0] == INPUT else template


def _column(word: str, value: Any) -> Any:
    """An input, or its column after the point, as JSON has it."""
    name = word.partition(".")[2]
    if name:
        if not isinstance(value, Mapping) or name not in value:
            raise AnswerError(f"request: an input has no column {name!r}")
        value = value[name]
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    return _plain(value)


def _plain(value: Any) -> Any:
    return value.tolist() if hasattr(value, "tolist") else value


def read(answer: Any, labels: Sequence[str], output: Output) -> Any:
    """An answer as the engine takes it: a row of numbers by label, a class, or a value.

    Numbers come as a list in the order of the labels, by label, or as HF's list of {label, score}; a class by its name,
    or as {label: name}. Raises AnswerError for anything else.
    """
    if output == "value":
        return _number(answer)
    if output == "classes":
        name = answer.get("label") if isinstance(answer, Mapping) else answer
        if not isinstance(name, str) or name not in labels:
            raise AnswerError(f"expected one of the labels {', '.join(labels)}, but got {_short(answer)}")
        return labels.index(name)
    return _row(answer, labels)


def _row(answer: Any, labels: Sequence[str]) -> list[float]:
    if isinstance(answer, list) and answer and all(isinstance(each, Mapping) for each in answer):
        answer = {each.get("label"): each.get("score") for each in answer}
    if isinstance(answer, Mapping):
        if missing := [name for name in labels if name not in answer]:
            raise AnswerError(f"expected a number for each label, but none came for {missing[0]!r}: {_short(answer)}")
        return [_number(answer[name]) for name in labels]
    if not isinstance(answer, list) or len(answer) != len(labels):
        raise AnswerError(f"expected {len(labels)} numbers, one for each label, but got {_short(answer)}")
    return [_number(each) for each in answer]


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise AnswerError(f"expected a number, but got {_short(value)}")
    return float(value)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 200 else f"{text[:200]}…"


def kserve(input_name: str, output_name: str, columns: int) -> Shape:
    """KServe's and Triton's protocol 2: texts as BYTES, the answers in one flat list or in rows."""
    tensor = {"name": input_name, "shape": ["$count", 1], "datatype": "BYTES", "data": INPUTS}
    return Rows({"inputs": [tensor]}, f"outputs[?name=='{output_name}'].data | [0]", columns)


@dataclass(frozen=True)
class Rows(Shape):
    """A shape whose answers come as one flat list, `columns` to a row."""

    columns: int = 1

    def body(self, inputs: Sequence[Any]) -> Any:
        """The request, with the number of inputs in the tensor's shape."""
        return _counted(super().body(inputs), len(inputs))

    def answers(self, response: Any, count: int) -> list[Any]:
        """The answers, in rows."""
        found = jmespath.search(self.response, response)
        if isinstance(found, list) and found and not isinstance(found[0], list) and len(found) == count * self.columns:
            rows = [found[at : at + self.columns] for at in range(0, len(found), self.columns)]
            return rows if self.columns > 1 else [row[0] for row in rows]
        return super().answers(response, count)


def _counted(body: Any, count: int) -> Any:
    if isinstance(body, Mapping):
        return {name: _counted(each, count) for name, each in body.items()}
    if isinstance(body, list):
        return [_counted(each, count) for each in body]
    return count if body == "$count" else body


HUGGING_FACE = Shape({"inputs": INPUTS, "parameters": {"top_k": None}}, "@")
"""The inference API of Hugging Face for text classification: a list of {label, score} an input."""
