"""Models behind an address: any that takes JSON (`http`), and servers of OpenAI's protocol (`openai`)."""

from __future__ import annotations

import json
import ssl
from collections.abc import Mapping, Sequence
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, TypeAlias

from pydantic import Field

from harness import PromptTrait, UserError, model
from harness.models import Account, Output
from harness_endpoints.calls import Calls
from harness_endpoints.chat import Asked, filled, known, labels_with, require_labels, require_words
from harness_endpoints.endpoint import Endpoint
from harness_endpoints.keys import headers_of, hidden_in_address, require_no_keys, require_open_address
from harness_endpoints.likelihood import Likelihood
from harness_endpoints.pace import Limits, Pace
from harness_endpoints.prices import Budget, Prices
from harness_endpoints.shapes import HUGGING_FACE, Shape, kserve, read
from harness_endpoints.wire import Wire

Count: TypeAlias = Annotated[int, Field(ge=1)]
Positive: TypeAlias = Annotated[float, Field(gt=0)]
Api: TypeAlias = Literal["", "huggingface", "kserve"]


def http(
    *,
    url: str,
    labels: Sequence[str] = (),
    output: Output = "probabilities",
    api: Api = "",
    request: Mapping[str, Any] | None = None,
    response: str = "@",
    tensors: Sequence[str] = ("text", "probabilities"),
    max_batch: Count = 16,
    headers: Mapping[str, str] | None = None,
    limits: Limits | None = None,
    redirects: Sequence[str] = (),
    certificate: Path | None = None,
    proxy: str | None = None,
    prices: Prices | None = None,
    max_cost: Positive | None = None,
    version: str = "",
    replay: bool = False,
) -> Endpoint:
    """A model behind any address that takes JSON and answers JSON, asked by POST.

    `request` is the JSON to send, with `$inputs` where the inputs of a batch stand (`max_batch` at most), or `$input`
    where one stands; `$input.NAME` is a column. `response` is the JMESPath to the answers, one an input: numbers in the
    order of `labels`, or by label, or a list of {label, score}; one label with `output: classes`, a number with
    `output: value`. `api: huggingface` and `api: kserve` (Triton, with the names of its `tensors`) know both.

    Values of `headers` name environment variables: {Authorization: Bearer $MY_KEY}. `limits` are `concurrency`
    (requests at once at most), `requests_per_minute`, `tokens_per_minute`, `timeout` (seconds), `attempts` at what may
    pass, with growing pauses or as `Retry-After` says, and `give_up_after`, the failures in a row that stop the run.
    `max_cost` stops it by `prices`; it can be resumed. `version` says which model is behind the address, if you know.
    `replay` asks nothing: all answers have to be in the cache.
    """
    if not labels and output != "value":
        raise UserError("labels: expected the names of the classes, in the order of the numbers that come", "labels")
    shape = _shape(api, request, response, tensors, len(labels))
    require_no_keys(shape.request, "request")
    network = Network(redirects, certificate, proxy)
    calls = _calls(url, headers, limits, network, prices, max_cost, replay=replay)
    described = [shape.request, shape.response, list(labels), output]
    return Endpoint(
        name=hidden_in_address(url),
        calls=calls,
        ask=partial(_ask, calls, shape, labels, output),
        fingerprint=_fingerprint("http", url, version, described),
        labels=labels,
        output=output,
        budget=1 if shape.one else max_batch,
        replay=replay,
    )


@model(known=known, prompt=PromptTrait("prompt", "labels", "words", filled))
def openai(
    *,
    model_id: str,
    url: str,
    prompt: str,
    labels: Sequence[str],
    words: Sequence[str] | None = None,
    system: str = "",
    protocol: Literal["chat", "completions"] = "chat",
    answers: Literal["text", "logprobs"] = "text",
    unparsable: str = "error",
    max_tokens: Count = 16,
    parameters: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
    limits: Limits | None = None,
    redirects: Sequence[str] = (),
    certificate: Path | None = None,
    proxy: str | None = None,
    prices: Prices | None = None,
    max_cost: Positive | None = None,
    version: str = "",
    replay: bool = False,
) -> Endpoint:
    """A language model as a classifier, behind a server of OpenAI's protocol: vLLM, llama.cpp, Ollama, OpenAI.

    `url` is the server's, up to and with /v1. `prompt` has `{input}` where the input stands, or `{NAME}` for a column.
    The class is the one label that the answer names, or whose word of `words` it does; `unparsable` says what an answer
    counts as that names none, or several: an `error`, `wrong` (a class `unparsable`, of no sample), or one of the
    labels, of its own (`labels: [no, yes, unclear]`, `unparsable: unclear`).

    `answers: logprobs` gives probabilities from the log-probabilities of the labels, or of their words: with
    `completions` of all their tokens, from a server that knows `echo`; with `chat` of the first token, from its
    `top_logprobs`, where a label that is not among them has the least of theirs. The temperature is 0; `parameters`
    are sent with each request. Everything else is as with `http`.
    """
    require_words(words, labels)
    scored = tuple(words or (f" {label}" for label in labels))
    require_labels(list(labels), unparsable)
    named, counts_as = labels_with(list(labels), unparsable) if answers == "text" else (tuple(labels), unparsable)
    require_no_keys(dict(parameters or {}), "parameters")
    given = {"temperature": 0, "max_tokens": max_tokens, **(parameters or {}), "model": model_id}
    address = f"{url.rstrip('/')}/{'chat/completions' if protocol == 'chat' else 'completions'}"
    network = Network(redirects, certificate, proxy)
    calls = _calls(address, headers, limits, network, prices, max_cost, replay=replay)
    asked = Asked(calls, named, prompt, system, given, counts_as, chat=protocol == "chat", words=tuple(words or ()))
    described = [prompt, system, protocol, given, list(labels), unparsable]
    described += [answers, scored] if answers == "logprobs" else [words] if words else []
    return Endpoint(
        name=model_id,
        calls=calls,
        ask=asked.answers if answers == "text" else Likelihood(asked, scored).answers,
        fingerprint=_fingerprint("openai", url, version, described),
        labels=named,
        output="classes" if answers == "text" else "probabilities",
        replay=replay,
    )


async def _ask(calls: Calls, shape: Shape, labels: Sequence[str], output: Output, inputs: Sequence[Any]) -> list[Any]:
    tokens = sum(len(str(value)) for value in inputs) / 4
    response = await calls.post(shape.body(inputs), tokens)
    if isinstance(response, Mapping):
        calls.budget.account.saw(" ".join(str(response[key]) for key in _SERVED if response.get(key)))
    return [read(answer, labels, output) for answer in shape.answers(response, len(inputs))]


_SERVED = ("model_name", "model_version", "model", "version", "system_fingerprint")
"""Fields of an answer that say what answered."""


def _shape(api: Api, request: Mapping[str, Any] | None, response: str, tensors: Sequence[str], columns: int) -> Shape:
    if not api:
        return Shape(request if request is not None else {"inputs": "$inputs"}, response)
    if request is not None:
        raise UserError(f"request: `api: {api}` has one of its own: give one of them", "request")
    if api == "huggingface":
        return HUGGING_FACE
    if len(tensors) != 2:
        raise UserError("tensors: expected the names of the input and of the output", "tensors")
    return kserve(tensors[0], tensors[1], max(1, columns))


class Network(NamedTuple):
    """The way to a server: hosts that it may redirect to, a certificate to trust, a proxy."""

    redirects: Sequence[str]
    certificate: Path | None
    proxy: str | None


def _calls(
    url: str,
    headers: Mapping[str, str] | None,
    limits: Limits | None,
    network: Network,
    prices: Prices | None,
    max_cost: float | None,
    *,
    replay: bool,
) -> Calls:
    """The way to an address; `limits` and `prices` may be mappings, where they come from Python."""
    require_open_address(url)
    if network.proxy:
        require_open_address(network.proxy, "proxy")
    if max_cost is not None and prices is None:
        raise UserError("max_cost: needs `prices`, like {tokens_in: 0.15, tokens_out: 0.6}", "max_cost")
    known, secrets = headers_of(headers or {}, needed=not replay)
    kept, priced = Limits.model_validate(limits or {}), None if prices is None else Prices.model_validate(prices)
    wire = Wire(known, _trusted(network.certificate), network.proxy)
    return Calls(url, wire, secrets, kept, Pace.of(kept), Budget(Account(), priced, max_cost), network.redirects)


def _trusted(certificate: Path | None) -> ssl.SSLContext | None:
    if certificate is None:
        return None
    try:
        return ssl.create_default_context(cafile=str(certificate))
    except (OSError, ssl.SSLError) as error:
        raise UserError(f"certificate: {certificate} cannot be read: {error}", "certificate") from None


def _fingerprint(kind: str, url: str, version: str, described: Sequence[Any]) -> str:
    whole = json.dumps([url, version, *described], sort_keys=True, ensure_ascii=False, default=str)
    return f"{kind} {blake2b(whole.encode('utf-8', 'surrogatepass'), digest_size=12).hexdigest()}"
