"""Ten thousand pictures are decoded when they are asked for: a run of them stays small."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from harness_image import Image

MANY = 10_000
SIDE = 224

PLAIN = """
def predict(inputs):
    assert all(each.shape == (224, 224, 3) for each in inputs)
    light = [each[::8, ::8].mean() / 255 for each in inputs]
    return [[1 - each, each] for each in light]
"""

MEASURED = """
import resource, sys
from harness.cli.main import main
try:
    main()
finally:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, file=sys.stderr)
"""


def png(value: Image) -> bytes:
    """A PNG file, made in a fraction of the time that Pillow takes."""
    height, width, _ = value.shape
    lines = np.concatenate([np.zeros((height, 1), np.uint8), value.reshape(height, -1)], axis=1)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(lines.tobytes(), 1)), (b"IEND", b"")]
    parts = [
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def photo(at: int) -> Image:
    """A picture like no other."""
    rows, columns = np.mgrid[:SIDE, :SIDE] // 16
    grey = (rows * 7 + columns * 5 + at % 128).astype(np.uint8)
    value = np.stack([grey, grey + np.uint8(30), grey], axis=2)
    value[0, :16, 0] = [255 * (at >> bit & 1) for bit in range(16)]
    return value


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory is measured in Linux's units")
@pytest.mark.parametrize(
    "task",
    [
        "classification",
        "{use: stress, perturbations: [contrast], severities: [3]}",
    ],
    ids=["classification", "stress"],
)
def test_ten_thousand_pictures_stay_below_a_gibibyte(tmp_path: Path, task: str) -> None:
    for at in range(MANY):
        path = tmp_path / f"photos/{('dark', 'light')[at % 2]}/{at}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png(photo(at)))
    (tmp_path / "light.py").write_text(PLAIN)
    (tmp_path / "many.yaml").write_text(
        'model: {use: python, object: "light:predict", labels: [dark, light]}\n'
        f"data: {{use: images, path: photos}}\ntasks: [{task}]\n"
    )
    command = [sys.executable, "-c", MEASURED, "run", "many.yaml", "--out", "out", "--quiet", "--json"]
    called = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert called.returncode == 0, called.stderr
    scores = json.loads(called.stdout)["scores"]
    assert max(score["n"] for score in scores.values()) == MANY
    used = int(called.stderr.split()[-1])
    print(f"{used / 2**20:.0f} MiB")
    assert used < 2**30
