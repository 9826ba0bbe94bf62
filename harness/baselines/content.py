"""Keys of samples by their content: equal whatever ids the data had, and in whatever order its rows came."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections import defaultdict
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

KEY_BYTES = 8
"""Among a million samples two have one key by chance once in 37 million runs."""


def keys_of(samples: pa.Table) -> dict[str, str]:
    """The key of each sample by its id, from a run's samples.

    It is a hash of the set's name, the input, and which of its equals it is: these are counted in the order of their
    labels, so that rows in another order have the same keys.
    """
    columns = [samples[name].to_pylist() for name in ("id", "input", "label", "data")]
    equals: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for name, value, label, data in zip(*columns, strict=True):
        equals[data, value].append((label or "", name))
    return {
        name: _key(data, value, occurrence)
        for (data, value), rows in equals.items()
        for occurrence, (_, name) in enumerate(sorted(rows))
    }


def _key(*content: object) -> str:
    whole = blake2b("\0".join(map(str, content)).encode("utf-8", "surrogatepass"), digest_size=KEY_BYTES)
    return urlsafe_b64encode(whole.digest()).rstrip(b"=").decode()
