"""Files of `torch.export` and TorchScript, against the module that they were made of."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from by_hand import asked

from harness import UserError

pytest.importorskip("torch")
import torch
from harness_torch import torch_export, torchscript

COLLATE = """
import torch
def collate(texts):
    return torch.tensor([[len(text), text.count("a")] for text in texts], dtype=torch.float32)
"""
TEXTS = ["", "a", "banana", "a longer text"]
LABELS = ["p", "q", "r"]


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A module whose file and whose collate function lie in the working directory."""
    (tmp_path / "made_collate.py").write_text(COLLATE)
    monkeypatch.syspath_prepend(tmp_path)
    torch.manual_seed(0)
    made = torch.nn.Sequential(torch.nn.Linear(2, 4), torch.nn.ReLU(), torch.nn.Dropout(0.5), torch.nn.Linear(4, 3))
    example = torch.zeros(2, 2)
    rows = torch.export.Dim("rows")
    torch.export.save(torch.export.export(made.eval(), (example,), dynamic_shapes=({0: rows},)), tmp_path / "m.pt2")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.jit.save(torch.jit.script(made), tmp_path / "m.pt")
    return made


def expected(module: Any) -> Any:
    given = torch.tensor([[len(text), text.count("a")] for text in TEXTS], dtype=torch.float32)
    return module(given).softmax(dim=-1).detach().numpy()


def test_an_exported_program_answers_as_its_module(module: Any, tmp_path: Path) -> None:
    options: dict[str, Any] = {"path": tmp_path / "m.pt2", "collate": "made_collate:collate", "labels": LABELS}
    with pytest.raises(UserError, match=r"m.pt2 with pickle, which can run any code: `allow_pickle: true`"):
        torch_export(**options)
    adapter = torch_export(**options, allow_pickle=True)
    np.testing.assert_allclose(np.array(asked(adapter, TEXTS)), expected(module), atol=1e-6)
    np.testing.assert_allclose(np.array(asked(adapter, TEXTS[:1])), expected(module)[:1], atol=1e-6)
    torch.nn.init.zeros_(module[0].weight)
    torch.export.save(torch.export.export(module, (torch.zeros(2, 2),)), tmp_path / "m.pt2")
    assert torch_export(**options, allow_pickle=True).fingerprint != adapter.fingerprint


def test_a_script_answers_as_its_module(module: Any, tmp_path: Path) -> None:
    options: dict[str, Any] = {"path": tmp_path / "m.pt", "collate": "made_collate:collate", "labels": LABELS}
    with pytest.raises(UserError, match=r"m.pt is a program, which may read and write files: `allow_code: true`"):
        torchscript(**options)
    adapter = torchscript(**options, allow_code=True)
    np.testing.assert_allclose(np.array(asked(adapter, TEXTS)), expected(module), atol=1e-6)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x80\x04\x95"])
def test_a_file_that_is_none_is_said(content: bytes, module: Any, tmp_path: Path) -> None:
    (tmp_path / "bad").write_bytes(content)
    with pytest.raises(UserError, match=r"model 'torchscript': path: .* cannot be read"):
        torchscript(path=tmp_path / "bad", collate="made_collate:collate", allow_code=True)
    with pytest.raises(UserError, match=r"model 'torch_export': path: .* cannot be read"):
        torch_export(path=tmp_path / "bad", collate="made_collate:collate", allow_pickle=True)
    with pytest.raises(UserError, match="cannot be read: No such file"):
        torchscript(path=tmp_path / "none", collate="made_collate:collate", allow_code=True)
    with pytest.raises(UserError, match="did you mean 'collate'"):
        torchscript(path=tmp_path / "m.pt", collate="made_collate:colate", allow_code=True)
