"""The best size of a batch on this device: measured once on batches of made-up input, and remembered."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from math import ceil, log2
from pathlib import Path

from harness.engine.strangers import is_out_of_memory
from harness.files import replace_file

TOKENS_PER_ROW = 32
"""Tokens of a row that is measured."""

MIN_BUDGET, MAX_BUDGET = 256, 2**20
"""The smallest and the largest budget to try, in tokens; each is twice the one before."""

BUDGET_PER_OVERHEAD = 10
"""The wanted ratio of a budget to a call's overhead: more would save little, and pad and wait more."""

MIN_BUDGET_PER_OVERHEAD = 16
"""The least ratio of a budget to the padding that may save a call."""

MIN_SPEEDUP = 1.05
"""The speed-up per token by a larger batch, below which the device counts as busy."""

TIMINGS_PER_BATCH = 3
"""Times each batch is measured; the shortest counts, since whatever else a machine does only adds to it."""

SECONDS_TO_SPEND = 1.5
"""Seconds from which on no larger budget is tried."""

_NO_ROOM = ("out of memory", "can't allocate memory", "not enough memory")
"""The words of torch's errors on a GPU, on a processor and on Windows."""


@dataclass(frozen=True)
class Capacity:
    """The capacity of a device: padded tokens per batch, and the cost of a call besides them, in tokens."""

    budget: int
    overhead: int


def calibrated(key: str, compute: Callable[[int, int], object]) -> Capacity:
    """The capacity of a device for the model of this key: remembered, or timed on batches of `compute(rows, tokens)`.

    `key` is whatever decides the speed: the architecture, dtype, device, threads, versions. Want of memory in
    `compute` ends the search. What cannot be read or kept in the cache folder is measured again.
    """
    file = folder() / "calibration.json"
    known = _remembered(file)
    if key not in known:
        known = {**known, key: measured_capacity(lambda rows, tokens: _seconds(compute, rows, tokens))}
        with suppress(OSError):
            file.parent.mkdir(parents=True, exist_ok=True)
            content = json.dumps({name: asdict(each) for name, each in known.items()}, indent=1)
            replace_file(file, lambda aside: aside.write_text(content, encoding="utf-8"))
    return known[key]


def measured_capacity(seconds: Callable[[int, int], float], clock: Callable[[], float] = time.perf_counter) -> Capacity:
    """The capacity of a device, from the seconds that a batch of `(rows, tokens)` takes; `clock` times the search.

    A batch takes a call's own time plus a constant time per token, once there are enough. The budget is the power
    of two from which on less than a tenth of the time is the call's, within what could be measured.
    """
    started, budget = clock(), MIN_BUDGET
    seconds(1, TOKENS_PER_ROW)  # whatever the first call does besides
    call = min(seconds(1, 1) for _ in range(TIMINGS_PER_BATCH))
    a_token: list[float] = []
    while budget <= MAX_BUDGET and not _flat(a_token) and (not a_token or clock() - started < SECONDS_TO_SPEND):
        try:
            a_token.append(
                min(seconds(budget // TOKENS_PER_ROW, TOKENS_PER_ROW) for _ in range(TIMINGS_PER_BATCH)) / budget
            )
        except Exception as error:
            if is_out_of_memory(error):
                break
            raise
        budget *= 2
    tried = max(budget // 2, MIN_BUDGET)
    overhead = max(1, round(call / min(a_token))) if a_token else MIN_BUDGET
    wanted = 2 ** ceil(log2(BUDGET_PER_OVERHEAD * overhead))
    budget = min(max(wanted, MIN_BUDGET), tried)
    return Capacity(budget, min(overhead, budget // MIN_BUDGET_PER_OVERHEAD))


def folder() -> Path:
    """The folder of what runs remember for later runs: `HARNESS_CACHE`, else the user's cache folder."""
    from platformdirs import user_cache_path

    return Path(os.environ.get("HARNESS_CACHE") or user_cache_path("model-harness"))


def _flat(costs: list[float]) -> bool:
    """Whether two budgets in a row were not clearly faster than the best before them."""
    return len(costs) > 2 and min(costs[-2:]) * MIN_SPEEDUP > min(costs[:-2])


def _seconds(compute: Callable[[int, int], object], rows: int, tokens: int) -> float:
    start = time.perf_counter()
    compute(rows, tokens)
    return time.perf_counter() - start


def _remembered(file: Path) -> dict[str, Capacity]:
    """The valid entries of the file; none where there is no file."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        known = {str(key): Capacity(int(each["budget"]), int(each["overhead"])) for key, each in found.items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}
    return {key: each for key, each in known.items() if 1 <= each.overhead <= each.budget <= MAX_BUDGET}
