"""Libraries in the way: torch for graphics cards where there is none, and what holds transformers below 5."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from harness.doctor import libraries as module
from harness.doctor.libraries import Check, libraries


def installed(monkeypatch: pytest.MonkeyPatch, transformers: str, **needs: list[str]) -> list[Check]:
    """What is found where these packages are installed, each with its requirements; torch is not."""
    known = [SimpleNamespace(name=name.replace("_", "-"), requires=some) for name, some in needs.items()]
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.setattr(module, "distributions", lambda: known)
    monkeypatch.setattr(module, "version", lambda _: transformers)
    return list(libraries())


def built(monkeypatch: pytest.MonkeyPatch, build: str | None, cards: int) -> list[Check]:
    """What is found of a torch of such a build on a machine with so many graphics cards."""
    cuda = SimpleNamespace(device_count=lambda: cards)
    torch = SimpleNamespace(__spec__=object(), version=SimpleNamespace(cuda=build), cuda=cuda)
    monkeypatch.setattr(module, "distributions", list)
    monkeypatch.setitem(sys.modules, "torch", torch)
    return list(libraries())


def test_a_cuda_build_without_a_graphics_card_is_in_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    [check] = built(monkeypatch, "12.8", 0)
    assert (check["name"], check["good"]) == ("torch", False)
    assert check["state"] == "a CUDA build (12.8), and no GPU that it can use"
    assert "https://pytorch.org/get-started/locally shows for CPU" in check["fix"]


@pytest.mark.parametrize(("build", "cards"), [("12.8", 1), (None, 0), (None, 1)])
def test_a_torch_that_fits_its_machine_needs_no_word(
    monkeypatch: pytest.MonkeyPatch, build: str | None, cards: int
) -> None:
    assert built(monkeypatch, build, cards) == []


def test_a_torch_that_fails_is_no_matter_of_its_build(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "distributions", list)
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(__spec__=object()))
    assert list(libraries()) == []


def test_what_holds_transformers_is_named_with_the_extra_that_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    needs = {
        "flair": ["transformers[sentencepiece]<5.0.0,>=4.25.0", "torch>=1.13"],
        "textattack": ["Flair>=0.11", "transformers>=4.30.0"],
        "other": ["transformers<4.60", "no requirement at all !"],
        "model_harness": ["transformers<5"],
    }
    [check] = installed(monkeypatch, "4.57.6", **needs)
    assert (check["name"], check["good"], check["fix"]) == ("transformers", True, "")
    assert check["state"].startswith("4.57.6, kept below 5 by flair, other; the extra textattack brings flair: ")


@pytest.mark.parametrize(
    ("transformers", "needs"),
    [
        ("4.57.6", {"mine": ["transformers>=4"]}),
        ("4.57.6", {"mine": ["transformers<5; extra == 'old'"]}),
        ("5.24.0", {"flair": ["transformers<5"]}),
    ],
)
def test_nothing_is_said_where_nothing_holds_it(
    monkeypatch: pytest.MonkeyPatch, transformers: str, needs: dict[str, list[str]]
) -> None:
    assert installed(monkeypatch, transformers, **needs) == []
