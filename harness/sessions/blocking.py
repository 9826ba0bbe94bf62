"""Other people's procedures as sessions: they call a model themselves, and a greenlet parks them while it answers.

Many run interleaved in the engine's one thread. Around every hand-over the ambient states that libraries
share (random generators, warning filters, torch's modes) are swapped, so interleaving changes no result.
"""

from __future__ import annotations

import contextvars
import functools
import inspect
from collections.abc import Callable, Iterable
from random import Random
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, TypeAlias, TypeVar

from greenlet import GreenletExit, getcurrent, greenlet

from harness.sessions import ambient
from harness.sessions.traits import Traits, traits_of
from harness.types import Question, Sample, Session, SessionFunction

T = TypeVar("T")
A = TypeVar("A")
P = ParamSpec("P")
CLOSING_TRIES = 10
"""The times a procedure may catch its own ending before it is abandoned."""


class Ask(Protocol):
    """The way a procedure asks: `ask(predict(texts))` returns the answer that `yield from predict(texts)` would."""

    def __call__(self, session: Session[A], /) -> A: ...


Procedure: TypeAlias = Callable[[Ask, Sample[Any], Random], T]
"""Somebody's function on one sample, calling a model through `ask`."""


class BlockingLibrary(Generic[T]):
    """A component whose expensive parts load once, before the first sample.

    `prepare(**parameters)` returns a factory; the factory gives one light object, the procedure, for every
    live session. A parameter of `prepare` named `model` receives the victim's `Connection`. `takes` are the types of
    inputs it is made for: `@BlockingLibrary.on(str)` over a `prepare` for texts. One that cannot be interleaved says
    `exclusive`, one that takes a text pair whole `pairs`; so does a marker (`harness.attack`).
    """

    def __init__(
        self,
        prepare: Callable[..., Callable[[], Procedure[T]]],
        *,
        takes: Iterable[type] = (),
        exclusive: bool = False,
        pairs: bool = False,
    ) -> None:
        self._prepare = prepare
        self.takes = frozenset(takes) or None
        self.__wrapped__ = prepare
        self.__doc__ = prepare.__doc__
        (traits_of(prepare) | Traits(exclusive=exclusive, pairs=pairs))(self)

    @staticmethod
    def on(*takes: type) -> Callable[[Callable[..., Callable[[], Procedure[A]]]], BlockingLibrary[A]]:
        """A decorator for a `prepare` whose procedures take inputs of these types."""
        return lambda prepare: BlockingLibrary(prepare, takes=takes)

    def prepare(self, **parameters: Any) -> SessionFunction[T]:
        """Load what the procedure needs and return its session function."""
        start = _session_function(self._prepare(**parameters), _name(self._prepare))
        return traits_of(self)(start)

    __call__ = prepare  # a component is callable, and shows its parameters as one


def blocking(
    procedure: Callable[Concatenate[Ask, Sample[Any], Random, P], T], *, exclusive: bool = False
) -> Callable[Concatenate[Sample[Any], Random, P], Session[T]]:
    """Turn a procedure `(ask, sample, rng, **parameters)` into a session function `(sample, rng, **parameters)`.

    The procedure runs unmodified in a greenlet: every `ask` waits until the engine has the answer. It must
    ask from the thread it was called in, outside `torch.inference_mode` and autocast. One that cannot be
    interleaved with others says `exclusive=True` and runs alone.
    """

    def start(sample: Sample[Any], rng: Random, /, *more: P.args, **parameters: P.kwargs) -> Session[T]:
        return _session(lambda ask: procedure(ask, sample, rng, *more, **parameters), rng, _name(procedure))

    functools.update_wrapper(start, procedure)
    vars(start)["__signature__"] = _without_ask(procedure)
    return Traits(exclusive=exclusive)(start)


def _session_function(factory: Callable[[], Procedure[T]], name: str) -> SessionFunction[T]:
    def start(sample: Sample[Any], rng: Random) -> Session[T]:
        procedure = factory()
        return _session(lambda ask: procedure(ask, sample, rng), rng, name)

    return start


def _session(procedure: Callable[[Ask], T], rng: Random, name: str) -> Session[T]:
    parked = _Parked(procedure, rng, name)
    try:
        step = parked.go()
        while not parked.over:
            try:
                answer = yield step
            except Exception as error:  # noqa: BLE001  # an answer that failed is raised where it was asked
                step = parked.go(error=error)
            else:
                step = parked.go(answer)
        return step  # type: ignore[no-any-return]  # the last step is what the procedure returned
    finally:
        parked.end()


class _Parked:
    """A procedure in its greenlet, with the ambient states it left when it last asked."""

    def __init__(self, procedure: Callable[[Ask], object], rng: Random, name: str) -> None:
        self._name = name
        self._greenlet = greenlet(lambda _: procedure(self._ask))
        self._greenlet.gr_context = contextvars.copy_context()
        self._states: ambient.States | None = None
        self._seed = rng.getrandbits(32)
        self._modes: tuple[str, ...] = ()

    @property
    def over(self) -> bool:
        return bool(self._greenlet.dead)

    def go(self, answer: object = None, error: BaseException | None = None) -> Any:
        """Run the procedure until it asks again or returns; its own ambient states apply meanwhile."""
        outside = ambient.save()
        try:
            self._enter()
            self._greenlet.parent = getcurrent()
            return self._greenlet.switch(answer) if error is None else self._greenlet.throw(error)
        finally:
            self._states = None if self.over else ambient.save()
            ambient.restore(outside)

    def end(self) -> None:
        """Unwind a procedure that is still waiting, so that its `finally` blocks run."""
        for _ in range(CLOSING_TRIES):
            if self._greenlet.dead or not self._greenlet:
                return
            self.go(error=GreenletExit())

    def _enter(self) -> None:
        if self._states is None:
            self._modes = ambient.torch_modes()
            ambient.seed(self._seed)
        else:
            ambient.restore(self._states)

    def _ask(self, session: Session[A]) -> A:
        """Drive a session from inside the procedure, parking at each of its questions."""
        try:
            question = next(session)
            while True:
                try:
                    answer = self._park(question)
                except Exception as error:  # noqa: BLE001  # the session may know what to do about it
                    question = session.throw(error)
                else:
                    question = session.send(answer)
        except StopIteration as stop:
            return stop.value  # type: ignore[no-any-return]  # the result of a Session[A]
        finally:
            session.close()

    def _park(self, question: Question) -> Any:
        if getcurrent() is not self._greenlet:
            raise RuntimeError(
                f"{self._name} asked the model from another thread or greenlet: expected the one it was called "
                "in. Switch its own parallelism off (n_jobs=1, num_workers=0)."
            )
        if entered := set(ambient.torch_modes()) - set(self._modes):
            raise RuntimeError(
                f"{self._name} asked the model inside torch's {', '.join(sorted(entered))}: others run while it "
                "waits and would inherit it. Leave the mode before asking."
            )
        parent = self._greenlet.parent
        assert parent is not None
        return parent.switch(question)


def _name(procedure: object) -> str:
    return str(getattr(procedure, "__qualname__", type(procedure).__name__))


def _without_ask(procedure: Callable[..., object]) -> inspect.Signature:
    signature = inspect.signature(procedure)
    return signature.replace(parameters=list(signature.parameters.values())[1:])
