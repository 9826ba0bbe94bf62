"""Modules in files that contain their programs: of `torch.export`, and of TorchScript."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.export.passes import move_to_device_pass

from harness import UserError, first_line
from harness.models import choose_device, code_of
from harness_torch.module import TorchModule, collate_of, own_labels, require_rows


def program(
    path: Path,
    collate: str,
    labels: list[str] | None,
    output: str | None,
    device: str,
    dtype: str,
    max_batch: int,
    *,
    allow_pickle: bool,
) -> TorchModule:
    """The module of a `.pt2` file on a device; raises UserError where that is not allowed or cannot be read."""
    title, where = "model 'torch_export'", choose_device(device, torch)
    if not allow_pickle:
        raise UserError(
            f"{title}: path: PyTorch reads {path.name} with pickle, which can run any code: `allow_pickle: true` says "
            "that you trust it; `onnx` takes an ONNX export, which needs no such word",
            "allow_pickle",
        )

    def read() -> nn.Module:
        found = torch.export.load(path)
        return (move_to_device_pass(found, where) if where != "cpu" else found).module()

    return _adapter(read, path, collate, labels, output, where, dtype, max_batch, title)


def script(
    path: Path,
    collate: str,
    labels: list[str] | None,
    output: str | None,
    device: str,
    dtype: str,
    max_batch: int,
    *,
    allow_code: bool,
) -> TorchModule:
    """The module of a TorchScript file on a device; raises UserError where that is not allowed or cannot be read."""
    title, where = "model 'torchscript'", choose_device(device, torch)
    if not allow_code:
        raise UserError(
            f"{title}: path: {path.name} is a program, which may read and write files: `allow_code: true` says that "
            "you trust it; `onnx` takes an ONNX export, which needs no such word",
            "allow_code",
        )

    def read() -> nn.Module:
        return torch.jit.load(path, map_location=where).eval()  # type: ignore[no-untyped-call,no-any-return]

    return _adapter(read, path, collate, labels, output, where, dtype, max_batch, title)


def _content(path: Path, title: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UserError(f"{title}: path: {path} cannot be read: {error.strerror or error}", "path") from None


def _adapter(
    read: Callable[[], nn.Module],
    path: Path,
    collate: str,
    labels: list[str] | None,
    output: str | None,
    device: str,
    dtype: str,
    max_batch: int,
    title: str,
) -> TorchModule:
    """Its fingerprint is of the whole file: the program is no part of the weights."""
    require_rows(max_batch, title)
    content = _content(path, title)
    try:
        module = read()
    except Exception as error:  # whatever PyTorch raises for a file that is none
        raise UserError(f"{title}: path: {path} cannot be read: {first_line(error)}", "path") from error
    function, given = collate_of(collate, title), output or "probabilities"
    found = TorchModule(
        module,
        function,
        name=path.stem,
        labels=own_labels(module, labels, given),
        output=given,
        device=device,
        dtype=getattr(torch, dtype),
        max_batch=max_batch,
    )
    found.fingerprint = _fingerprint(content, function, given, dtype)
    return found


def _fingerprint(content: bytes, function: Any, *settings: str) -> str:
    whole = hashlib.blake2b(content, digest_size=16)
    for part in (*settings, *code_of(function)):
        whole.update(part.encode("utf-8", "surrogatepass") + b"\0")
    return whole.hexdigest()
