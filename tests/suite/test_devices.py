"""Where a model computes: what is asked for, or the best there is."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from harness import UserError
from harness.models import choose_device


def test_a_device_is_checked_and_auto_is_the_best_there_is() -> None:
    def empty(size: int, device: str) -> None:
        if device != "cpu":
            raise RuntimeError("Torch not compiled with CUDA enabled\nmore")

    mps = SimpleNamespace(is_available=lambda: True)
    torch: Any = SimpleNamespace(
        cuda=SimpleNamespace(is_available=lambda: False), backends=SimpleNamespace(mps=mps), empty=empty
    )
    assert (choose_device("auto", torch), choose_device("cpu", torch)) == ("mps", "cpu")
    with pytest.raises(UserError, match=r"device 'cuda' is not available on this machine: .* CUDA enabled$") as refused:
        choose_device("cuda", torch)
    assert refused.value.at == ("device",)
