"""A language model behind an address, as a classifier: the prompt, the label in the answer, and answers without one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bad_server import Answer, Server, json_of, serving

import harness
from harness import UserError

pytest.importorskip("aiohttp")
from harness_endpoints import openai

TEXTS = [f"a {'good' if at % 2 else 'bad'} film, number {at}" for at in range(40)]
LABELS = ["yes" if at % 2 else "no" for at in range(40)]

CHAT = {"prompt": "Is this review good? {input}\nAnswer no or yes.", "labels": ["no", "yes"]}


def _says(text: str) -> Callable[[int, Any], Answer]:
    def behave(_: int, body: Any) -> Answer:
        asked = body["messages"][-1]["content"]
        said = text if "number 7\n" in asked else "Yes." if "good film" in asked else "no"
        usage = {"prompt_tokens": 20, "completion_tokens": 2}
        return json_of({"model": "m", "choices": [{"message": {"content": said}}], "usage": usage})

    return behave


def _chat(server: Server, **options: Any) -> Any:
    return openai(model_id="m", url=server.url, **{**CHAT, **options})


@pytest.mark.parametrize("said", ["I do not know", "yes and no", ""])
def test_an_answer_without_a_label_is_what_the_suite_says(said: str, tmp_path: Path) -> None:
    with serving(_says(said)) as server:
        found = harness.evaluate(
            _chat(server), (TEXTS, LABELS), ["classification"], out=tmp_path / "one", progress=False
        )
        assert found.info.tasks["classification"].errors == 1
        model = _chat(server, labels=["no", "yes", "unclear"], unparsable="unclear")
        found = harness.evaluate(model, (TEXTS, LABELS), ["classification"], out=tmp_path / "two", progress=False)
    assert float(found["classification"].accuracy) == pytest.approx(39 / 40)
    assert server.paths[0].endswith("/predict/chat/completions")
    assert found.info.accounts[""].tokens_in == 20 * found.info.accounts[""].requests >= 40 * 20


def test_the_longest_of_labels_that_are_part_of_each_other_is_meant() -> None:
    asked = openai(model_id="m", url="http://127.0.0.1:9/", prompt="{input}", labels=["toxic", "not toxic", "spam"])
    read = asked.ask.__self__.read  # type: ignore[attr-defined]
    assert [read(text) for text in ("Not toxic.", "TOXIC", "it is spam, only spam")] == [1, 0, 2]


def test_a_text_in_a_prompt_is_taken_as_it_is() -> None:
    asked = openai(model_id="m", url="http://127.0.0.1:9/", prompt="{input}!", labels=["a", "b"])
    body = asked.ask.__self__.body("{input} {0} {{x}}")  # type: ignore[attr-defined]
    assert body["messages"][-1]["content"] == "{input} {0} {{x}}!"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"labels": ["a", "A"]}, "two or more that differ"),
        ({"prompt": "no place"}, r"expected \{input\} in it"),
        ({"unparsable": "skip"}, "expected `error` or one of the labels"),
    ],
)
def test_a_prompt_that_cannot_work_is_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(UserError, match=words):
        openai(model_id="m", url="http://127.0.0.1:9/v1", **{**CHAT, **options})


def test_an_answer_without_a_label_is_wrong_where_the_suite_says_so(tmp_path: Path) -> None:
    with serving(_says("I do not know")) as server:
        model = _chat(server, unparsable="wrong")
        found = harness.evaluate(model, (TEXTS, LABELS), ["classification"], out=tmp_path / "one", progress=False)
    assert list(model.labels) == ["no", "yes", "unparsable"]
    assert found.info.tasks["classification"].errors == 0
    assert float(found["classification"].accuracy) == pytest.approx(39 / 40)


def _events(*texts: str, end: bool = True, model: str = "m") -> Answer:
    """A stream of events, as `transformers serve` sends it whatever it was asked for."""
    chunks: list[dict[str, Any]] = [{"delta": {"role": "assistant"}, "index": 0}]
    chunks += [{"delta": {"content": text}, "index": 0} for text in texts]
    chunks += [{"delta": {}, "index": 0, "finish_reason": "stop"}] if end else []
    lines = [f"data: {json.dumps({'model': model, 'choices': [each]})}\r\n\r\n" for each in chunks]
    return 200, {"Content-Type": "text/event-stream; charset=utf-8"}, "".join(lines).encode()


def _read_one(server: Server) -> tuple[Any, Any]:
    model = _chat(server, limits={"attempts": 2})
    [row] = model.prepare(["x"])
    return model, model.submit([row]).result()[0]


def test_an_answer_in_a_stream_is_put_together() -> None:
    with serving(lambda *_: _events("It is y", "es", ", I th", "ink")) as server:
        model, found = _read_one(server)
    assert (int(found), model.account.served) == (1, ["m"])


@pytest.mark.parametrize(
    "broken",
    [
        _events("yes, but ", end=False),
        (200, {"Content-Type": "text/event-stream"}, b'data: {"error": "out of memory"}'),
        (200, {"Content-Type": "text/event-stream"}, b'data: {"choices": [{"delta": {"content": "yes"'),
        (200, {"Content-Type": "text/event-stream"}, b""),
        (200, {"Content-Type": "text/event-stream"}, b"data: [1]\n\ndata: [DONE]\n\n"),
        (200, {"Content-Type": "text/event-stream"}, b'data: {"choices": [7]}\n\ndata: [DONE]\n\n'),
    ],
)
def test_a_stream_that_is_no_whole_answer_is_asked_for_again(broken: Answer) -> None:
    with serving(lambda number, _: broken if number == 0 else _events("no")) as server:
        model, found = _read_one(server)
    assert (int(found), model.account.again) == (0, {"malformed": 1})
