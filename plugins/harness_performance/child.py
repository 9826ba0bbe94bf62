"""The process that `starting` begins: `python -m harness_performance.child`, its order a line of JSON on stdin.

It writes a line when it has answered one input, and another with what it measured. It ends when stdin does, so that it
never outlives who began it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import entry_points
from pathlib import Path
from threading import Thread
from typing import IO, Any

from harness.models import Channel, connect
from harness_performance.measured import MEGABYTE

STATUS = Path("/proc/self/status")


def answer(order: Mapping[str, Any], out: IO[str]) -> None:
    """Load the model and ask it: the first input alone, then all."""
    inputs = [_component("inputs", order["kind"]).parse(each) for each in order["inputs"]]
    parameters = {key: Path(value) if key in order["paths"] else value for key, value in order["parameters"].items()}
    endpoint = connect(_component("models", order["use"])(**parameters)).endpoint("predict")
    _ask(endpoint, inputs[:1])
    print("answered", file=out, flush=True)
    _ask(endpoint, inputs)
    print(json.dumps({"memory": peak_memory(), "gpu_memory": peak_gpu_memory()}), file=out, flush=True)


def _component(kind: str, name: str) -> Any:
    [point] = entry_points(group=f"harness.{kind}", name=name)
    return point.load()


def _ask(endpoint: Channel | Callable[..., Any], inputs: Sequence[Any]) -> None:
    if isinstance(endpoint, Channel):
        endpoint.submit(endpoint.prepare(inputs)).result()
    else:
        endpoint(list(inputs))


def peak_memory() -> float | None:
    """The most memory this process had, in MB; None where the system does not say.

    On Linux `ru_maxrss` is at least that of the process which began this one (see execve), so it is not asked there.
    """
    if STATUS.exists():
        lines = STATUS.read_text(encoding="utf-8").splitlines()
        return next((1024 * int(line.split()[1]) / MEGABYTE for line in lines if line.startswith("VmHWM:")), None)
    try:
        import resource
    except ImportError:  # Windows has no such thing
        return None
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most * (1 if sys.platform == "darwin" else 1024) / MEGABYTE


def peak_gpu_memory() -> float | None:
    """The most memory that torch had on all GPUs, in MB; None where it used none."""
    torch = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_available():
        return None
    most = sum(torch.cuda.max_memory_allocated(at) for at in range(torch.cuda.device_count()))
    return most / MEGABYTE if most else None


def _end_with(stdin: IO[str]) -> None:
    stdin.read()
    os._exit(1)


def main() -> None:
    """Read the order and follow it; what a model prints goes to stderr."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    order = json.loads(sys.stdin.readline())
    sys.path += [each for each in order["folders"] if each not in sys.path]
    Thread(target=_end_with, args=(sys.stdin,), daemon=True).start()
    answer(order, out)
    out.close()
    os._exit(0)


if __name__ == "__main__":
    main()
