"""A module that several models share: prompts around the same checkpoint load it once, and have one copy of it.

Modules are kept as long as some model has them. Their weights are never written to, and a tokenizer is copied for each
model, since a fast one cannot be used by two threads. Nor can some modules: those are loaded by every model.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from threading import Lock
from typing import Any
from weakref import WeakValueDictionary

from harness_transformers.batched import changes_itself
from harness_transformers.loading import Head, Way, fingerprint, read


@dataclass(eq=False)
class Shared:
    """A module in eval mode on its device, the tokenizer that stands beside it, and a hash of both."""

    module: Any
    original: Any
    fingerprint: str

    @property
    def tokenizer(self) -> Any:
        """A tokenizer of one's own."""
        return copy.deepcopy(self.original)


_KNOWN: WeakValueDictionary[tuple[object, ...], Shared] = WeakValueDictionary()
_LOCK = Lock()


def shared(path: str, way: Way, head: Head, *, device: str, revision: str | None, allow_pickle: bool) -> Shared:
    """What was loaded already of the same files, on the same device and in the same way, else loaded now.

    Raises UserError as `read` does. Who keeps a module keeps what this gives: it is forgotten with the last of them.
    """
    key = (path, revision, allow_pickle, way, head.words, device, *_state_of(path))
    with _LOCK:
        found = _KNOWN.get(key)
        if found is None:
            options: dict[str, Any] = {"revision": revision, "allow_pickle": allow_pickle}
            module, tokenizer = read(path, device=device, head=head, **options, **way.settings)
            found = Shared(way.applied(module), tokenizer, fingerprint(module, tokenizer, way.dtype))
            if not changes_itself(found.module):
                _KNOWN[key] = found
        return found


def digest_of(*parts: str) -> str:
    """A hash of some texts."""
    return blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _state_of(path: str) -> Iterator[tuple[str, int, int]]:
    """Name, size and time of every file of a folder: other files are another model."""
    files = sorted(each for each in Path(path).rglob("*") if each.is_file()) if Path(path).is_dir() else ()
    for each in files:
        found = each.stat()
        yield str(each), found.st_size, found.st_mtime_ns
