"""Adapters: everything a model may offer the harness, read once into a `Connection` with every default and check.

No other module asks an adapter for an attribute.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeAlias, get_args, runtime_checkable

from harness.errors import UserError, listed, nearest
from harness.types import Output

if TYPE_CHECKING:
    from harness.paid.account import Account

ROWS_PER_CALL = 256
"""Rows in a batch of a plain callable, whose costs are unknown: enough to amortise a call, small in memory."""

Cuts: TypeAlias = Callable[[Sequence[Any]], Sequence[int]]
"""The number of tokens of each input that the model never sees."""


class Encoded(NamedTuple):
    """One input, ready for a batch: what the model takes, its cost in tokens, and what decides the answer.

    `cut` is how many tokens of the input the model never sees, its limit being less.
    """

    payload: object
    cost: int
    key: Hashable
    cut: int = 0


@runtime_checkable
class Channel(Protocol):
    """The form an adapter may offer to be kept full: batches of up to `budget` padded tokens, `depth` in flight.

    `prepare` runs in the engine's thread while earlier batches compute; `submit` must not block. A future's result is
    a sequence with one answer per row. MemoryError from a batch, or torch's error in its place, means: ask again with
    less. A channel may also have an `overhead`, what a call costs besides its tokens, in tokens (by default the whole
    budget): the smaller it is, the less padding the engine accepts to fill a batch; and a `width`, the batches it
    computes side by side (1): what is too little to fill them is shared out among them.
    """

    depth: int
    budget: int

    def prepare(self, inputs: Sequence[Any]) -> Sequence[Encoded]: ...
    def submit(self, batch: Sequence[Encoded], **options: Any) -> Future[Any]: ...


@dataclass(frozen=True, slots=True)
class Flow:
    """The limits of a channel (see `Channel`): `budget` and `overhead` in tokens, the others in batches."""

    depth: int
    budget: int
    overhead: int
    width: int


def flow_of(channel: Channel) -> Flow:
    """Read the limits of a channel."""
    depth, budget = _number(channel, "depth", 1), _number(channel, "budget", 1)
    return Flow(depth, budget, _number(channel, "overhead", budget), _number(channel, "width", 1))


@dataclass(frozen=True, eq=False)
class Connection:
    """An adapter's offer, read once by `connect`; parts and components with a `model` parameter receive it.

    `name` stands in messages. `labels` are the columns of an answer, empty if unknown. `fingerprint` is what it says
    decides its answers, `device` where it computes. `limit` is how many tokens of an input it reads, `tokenizer()` a
    copy of its tokenizer, `cut(inputs)` the tokens lost per input: None if it does not say. `flow` tells how full its
    channel for `predict` is kept, None for a plain callable, which gets `budget` rows per call. `account` is what one
    that answers elsewhere has spent. `spec` are component and parameters in a suite, None of one in memory.
    """

    adapter: Any
    name: str
    labels: tuple[str, ...]
    output: Output
    fingerprint: str | None
    device: str
    limit: int | None
    tokenizer: Callable[[], Any] | None
    cut: Cuts | None
    flow: Flow | None
    budget: int
    account: Account | None = None
    spec: Mapping[str, Any] | None = None

    def answers(self, kind: str) -> bool:
        """Whether the adapter answers questions of this kind."""
        return _target(self.adapter, kind) is not None

    def endpoint(self, kind: str) -> Channel | Callable[..., Any]:
        """The channel or callable for questions of this kind; raises UserError if there is none."""
        found = _target(self.adapter, kind)
        if found is None:
            raise UserError(self._cannot(kind))
        return found

    def seconds(self) -> float:
        """The seconds that the adapter itself says it has computed so far; 0 if it does not say."""
        return float(getattr(self.adapter, "seconds", 0.0))

    def reference(self) -> Connection | None:
        """Load the same model as it computes in float32; None for one without a `reference()`, or its own."""
        make = getattr(self.adapter, "reference", None)
        found = make() if callable(make) else None
        return None if found is None else replace(connect(found), labels=self.labels, output=self.output)

    def _cannot(self, kind: str) -> str:
        methods = [name for name in dir(self.adapter) if not name.startswith("_")]
        return (
            f"model {self.name!r} cannot answer {kind!r} questions: expected a method {kind!r} of "
            f"{type(self.adapter).__name__}, which has {listed(methods)}{nearest(kind, methods)}"
        )


def connect(
    adapter: object, *, title: str = "", labels: Sequence[str] | None = None, output: Output | None = None
) -> Connection:
    """Read an adapter, or take the Connection that there is already; title, labels and output replace its own.

    Raises UserError for an unknown output, and for labels that differ in number from the adapter's own.
    """
    if isinstance(adapter, Connection) and not (title or labels or output):
        return adapter
    known = adapter if isinstance(adapter, Connection) else _read(adapter)
    given = output or known.output
    return replace(known, name=title or known.name, output=given, labels=_labels(labels or (), known.labels, given))


def _read(adapter: Any) -> Connection:
    fingerprint, labels = getattr(adapter, "fingerprint", None), getattr(adapter, "labels", None)
    tokenizer, target = getattr(adapter, "tokenizer", None), _target(adapter, "predict")
    return Connection(
        adapter=adapter,
        name=_name(adapter),
        labels=() if labels is None else tuple(map(str, labels)),
        output=_output(adapter),
        fingerprint=None if fingerprint is None else str(fingerprint),
        device=str(getattr(adapter, "device", "cpu")),
        limit=_number(adapter, "limit", 0) or None,
        tokenizer=tokenizer if callable(tokenizer) else None,
        cut=_cut(adapter, target),
        flow=flow_of(target) if isinstance(target, Channel) else None,
        budget=_number(adapter, "budget", ROWS_PER_CALL),
        account=getattr(adapter, "account", None),
    )


def _name(adapter: object) -> str:
    return str(getattr(adapter, "name", getattr(adapter, "__name__", type(adapter).__name__)))


def _number(adapter: object, name: str, default: int) -> int:
    found = getattr(adapter, name, None)
    try:
        return default if found is None else int(found)
    except (TypeError, ValueError, OverflowError):
        raise UserError(f"model {_name(adapter)!r}: {name}: expected a whole number, but got {found!r}") from None


def _output(adapter: object) -> Output:
    own = getattr(adapter, "output", None)
    found: Output = "probabilities" if own is None or own == "" else own
    if found not in get_args(Output):
        raise UserError(
            f"model {_name(adapter)!r} has the output {found!r}: expected one of {listed(get_args(Output))}"
        )
    return found


def _labels(given: Sequence[str], own: tuple[str, ...], output: Output) -> tuple[str, ...]:
    """The suite's labels, else the adapter's own; a value is called just that."""
    if given and own and len(own) != len(given):
        raise UserError(
            f"the suite names {len(given)} labels ({listed(given)}), but the model has {len(own)} ({listed(own)})"
        )
    return tuple(given) or own or (("value",) if output == "value" else ())


def _target(adapter: Any, kind: str) -> Channel | Callable[..., Any] | None:
    """The adapter's method or channel of this name; for `predict` the adapter itself if it has none."""
    found = getattr(adapter, kind, adapter if kind == "predict" else None)
    return found if isinstance(found, Channel) or callable(found) else None


def _cut(adapter: object, target: object) -> Cuts | None:
    """A channel tells by `Encoded.cut`, a plain callable by a method `cut(inputs)`."""
    if isinstance(target, Channel):
        return lambda inputs, prepare=target.prepare: [row.cut for row in prepare(inputs)]  # type: ignore[misc]
    own = getattr(adapter, "cut", None)
    return own if callable(own) else None
