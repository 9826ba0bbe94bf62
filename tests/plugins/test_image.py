"""Images: what is one, the rules for what is no plain one, tiles, corruptions, an attack, and a whole run of them."""

from __future__ import annotations

import importlib
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from harness_image import corruptions
from harness_image.corruptions import rotation, shift
from harness_image.files import images
from harness_image.kind import IMAGE
from harness_image.pixels import as_image
from harness_image.simba import simba
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

import harness
from harness import Sample, Session, UserError, kind_of
from harness.kinds.inputs import recognised
from harness.suite import components
from harness.suite.file import PartSpec

PIL = pytest.importorskip("PIL.Image")
SHARED = Path(__file__).parents[3] / "shared/data/images"
pictures = array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=20).flatmap(
    lambda shape: st.sampled_from([1, 3]).flatmap(lambda channels: arrays(np.uint8, (*shape, channels)))
)


def file_of(picture: Any, kind: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, format=kind, **options)
    return file.getvalue()


# The kind


@settings(deadline=None)
@given(pictures)
def test_an_image_is_written_and_read_back_to_the_bit(image: Any) -> None:
    assert np.array_equal(IMAGE.parse(IMAGE.write(image)), image)
    assert kind_of(image) is IMAGE


@settings(deadline=None)
@given(pictures, st.data())
def test_tiles_cover_the_image_once_and_those_left_out_are_its_mean_colour(image: Any, data: Any) -> None:
    units = IMAGE.units(image)
    assert np.array_equal(IMAGE.keep(image, units, set(range(len(units)))), image)
    kept = data.draw(st.sets(st.integers(0, len(units) - 1)))
    found = IMAGE.keep(image, units, kept)
    assert (found.shape, found.dtype) == (image.shape, np.uint8)
    mean = image.reshape(-1, image.shape[2]).mean(axis=0).round()
    assert (np.isclose(found, image) | np.isclose(found, mean)).all()


@pytest.mark.parametrize("units", [["0:2,0:2"], ["0:4,0:4", "0:1,0:1"], ["0:9,0:4"], ["all"]])
def test_what_are_no_tiles_of_the_image_is_refused(units: list[str]) -> None:
    with pytest.raises(ValueError, match=r"expected (a tile|tiles)"):
        IMAGE.keep(np.zeros((4, 4, 1), np.uint8), units, set())


def test_weights_of_other_tiles_are_compared_over_the_same_pieces() -> None:
    whole, halves = IMAGE.shared(["0:32,0:32"], [2.0]), IMAGE.shared(["0:16,0:32", "16:32,0:32"], [2.0, 0.0])
    assert whole.shape == halves.shape == (256,)
    assert (whole.sum(), halves[:128].sum(), halves[128:].sum()) == pytest.approx((2, 2, 0))


@settings(deadline=None)
@given(pictures, pictures)
def test_equal_keys_are_equal_images(one: Any, other: Any) -> None:
    assert (IMAGE.key(one) == IMAGE.key(other)) == (one.shape == other.shape and bool((one == other).all()))
    assert IMAGE.distance(one, one)[0] == 0


# What is an image


def test_grey_colour_palette_and_cmyk_have_one_or_three_channels() -> None:
    grey = PIL.new("L", (3, 2), 7)
    for picture, channels in ((grey, 1), (grey.convert("RGB"), 3), (grey.convert("P"), 3), (grey.convert("CMYK"), 3)):
        assert as_image(picture).shape == (2, 3, channels)


def test_what_is_transparent_lies_on_white() -> None:
    assert as_image(file_of(PIL.new("RGBA", (1, 1), (255, 0, 0, 0)))).tolist() == [[[255, 255, 255]]]
    assert as_image(file_of(PIL.new("RGBA", (1, 1), (255, 0, 0, 255)))).tolist() == [[[255, 0, 0]]]


def test_a_photograph_is_turned_as_its_camera_was_held() -> None:
    exif = PIL.Exif()
    exif[0x0112] = 6
    assert as_image(file_of(PIL.new("RGB", (4, 2)), "JPEG", exif=exif)).shape == (4, 2, 3)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (np.zeros((2, 2, 3)), "expected an array of uint8, 0..255, but got float64: scale it yourself"),
        (np.zeros((2, 2), np.uint16), "but got uint16"),
        (np.zeros((2, 2, 4), np.uint8), r"or \(height, width, 3\), but got \(2, 2, 4\)"),
        (np.zeros((3, 9, 8), np.uint8), r"but got \(3, 9, 8\), so move the axis"),
        (np.zeros((0, 2), np.uint8), r"but got \(0, 2\)"),
        (b"\x89PNG\r\n\x1a\nbroken", "no image that can be read"),
        ("a text", "expected an array, a picture or the bytes of an image file, but got str"),
    ],
)
def test_what_is_no_image_is_refused_with_what_to_do(value: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        as_image(value)


def test_sixteen_bits_and_a_torn_file_are_refused() -> None:
    with pytest.raises(ValueError, match="16 bits"):
        as_image(file_of(PIL.new("I;16", (2, 2))))
    with pytest.raises(ValueError, match="no image that can be read"):
        as_image(file_of(PIL.effect_noise((64, 64), 50))[:300])


def test_a_file_that_claims_billions_of_pixels_is_not_decoded() -> None:
    huge = bytearray(file_of(PIL.new("L", (2, 2))))
    huge[16:24] = (60_000).to_bytes(4, "big") * 2
    with pytest.raises(ValueError, match=r"pixels are more than|no image that can be read"):
        as_image(bytes(huge))


# Data


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    for label, colour in (("dark", 20), ("light", 220)):
        (tmp_path / "photos" / label).mkdir(parents=True)
        for at in range(3):
            PIL.new("RGB", (8, 6), (colour, colour + at, 9)).save(tmp_path / "photos" / label / f"{at}.png")
    return tmp_path / "photos"


def test_a_folder_per_class_is_data(photos: Path) -> None:
    rows = images(path=photos)
    assert [row["label"] for row in rows] == ["dark"] * 3 + ["light"] * 3
    read = IMAGE.read({"image": [row["image"] for row in rows]})
    assert (len(read), read[0].shape, read[5][0, 0].tolist()) == (6, (6, 8, 3), [220, 222, 9])
    assert len(images(path=photos / "*" / "1.png")) == 2
    with pytest.raises(UserError, match="has no images: expected a folder per class"):
        images(path=photos / "dark")


def test_a_stack_of_arrays_is_data(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.arange(24, dtype=np.uint8).reshape(2, 3, 4))
    np.save(tmp_path / "y.npy", np.array(["a", "b"]))
    rows = images(path=tmp_path / "x.npy", classes=tmp_path / "y.npy")
    assert [row["label"] for row in rows] == ["a", "b"]
    assert IMAGE.recognises({"image": [row["image"] for row in rows]})
    with pytest.raises(UserError, match="needs `classes`"):
        images(path=tmp_path / "x.npy")


def test_a_suite_names_a_stack_and_its_classes(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.stack([np.full((4, 4), 200 * (at % 2), np.uint8) for at in range(8)]))
    np.save(tmp_path / "y.npy", np.array([["dark", "light"][at % 2] for at in range(8)]))
    suite = {
        "model": {"use": "given", "labels": ["dark", "light"]},
        "data": {"use": "images", "path": str(tmp_path / "x.npy"), "classes": str(tmp_path / "y.npy")},
        "tasks": ["classification"],
        "resamples": 20,
    }
    assert (
        float(harness.run(suite, model=lightness, out=tmp_path / "run", progress=False)["classification"].accuracy) == 1
    )


def test_turning_is_scipys_and_moving_is_numpys() -> None:
    ndimage = pytest.importorskip("scipy.ndimage")
    image = np.random.default_rng(0).integers(0, 256, (12, 15)).astype(np.uint8)
    for severity, degrees in enumerate((5, 10, 15, 20, 30), 1):
        found = rotation(image, Random(0), severity=severity).astype(int)
        turns = [
            ndimage.rotate(image.astype(float), angle, reshape=False, order=1, mode="nearest")
            for angle in (degrees, -degrees)
        ]
        assert min(np.abs(found - np.rint(turned)).max() for turned in turns) <= 1
    moved = shift(image, Random(0), severity=5)
    assert moved.shape == image.shape
    rows, columns = round(0.15 * 12), round(0.15 * 15)
    rolled = [np.roll(image, (down * rows, right * columns), (0, 1)) for down in (-1, 1) for right in (-1, 1)]
    assert any((moved[3:-3, 3:-3] == each[3:-3, 3:-3]).all() for each in rolled)
    assert rotation(np.zeros((3, 4, 3), np.uint8), Random(0)).shape == (3, 4, 3)


def test_a_column_of_hugging_face_is_read_undecoded(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    features = datasets.Features({"image": datasets.Image(), "label": datasets.ClassLabel(names=["dark", "light"])})
    values = [np.full((4, 4, 3), at * 80, np.uint8) for at in range(4)]
    rows = {"image": [PIL.fromarray(value) for value in values], "label": [0, 0, 1, 1]}
    datasets.Dataset.from_dict(rows, features=features).save_to_disk(tmp_path / "saved")
    found = components.resolve("data", PartSpec.model_validate({"use": "datasets", "path": "saved"}), tmp_path).call()
    cells = {"image": [row["image"] for row in found]}
    assert all(isinstance(cell, dict) for cell in cells["image"])
    assert (recognised(cells), [row["label"] for row in found]) == (IMAGE, ["dark", "dark", "light", "light"])
    assert (np.stack(IMAGE.read(cells)[:]) == values).all()


def test_a_row_without_an_image_is_named(photos: Path) -> None:
    with pytest.raises(UserError, match="row 1 of the data has no image in column 'image': "):
        IMAGE.read({"image": [str(photos / "missing.png")]})
    (photos / "dark" / "0.png").write_bytes(b"no picture")
    with pytest.raises(UserError, match="row 1 of the data has no image in column 'image': no image that can be read"):
        IMAGE.read({"image": [str(photos / "dark" / "0.png")]})[0]


# Corruptions and the attack


@pytest.mark.parametrize("name", ["gaussian_noise", "brightness", "contrast", "blur"])
@settings(deadline=None, max_examples=30)
@given(pictures, st.integers(1, 5))
def test_a_corruption_gives_an_image_of_the_same_shape(name: str, image: Any, severity: int) -> None:
    found = getattr(corruptions, name)(image, Random(1), severity=severity)
    assert (found.shape, found.dtype) == (image.shape, np.uint8)


@pytest.mark.parametrize("name", ["gaussian_noise", "brightness", "contrast", "blur"])
def test_a_severer_corruption_is_farther_from_the_image(name: str) -> None:
    image = np.full((24, 24, 3), 60, np.uint8)
    image[6:18, 6:18] = 190
    corrupt = getattr(corruptions, name)
    distances = [IMAGE.distance(image, corrupt(image, Random(1), severity=each))[0] for each in range(1, 6)]
    assert distances == sorted(distances)
    assert distances[0] > 0


def answered(session: Session[Any], model: Callable[[Any], list[float]]) -> Any:
    """What a session returns, its questions answered by hand."""
    try:
        question = next(session)
        while True:
            question = session.send([model(value) for value in question.inputs])
    except StopIteration as stop:
        return stop.value


def test_simba_stays_within_its_bound_and_stops_when_the_model_is_wrong() -> None:
    image = np.full((8, 8, 1), 130, np.uint8)

    def bright(value: Any) -> list[float]:
        share = float(np.clip((np.asarray(value).mean() - 120) / 20, 0, 1))
        return [1 - share, share]

    found = answered(simba(Sample("1", image, 1), Random(0), epsilon=0.1), bright)
    assert bright(found)[1] < 0.5
    assert np.abs(found.astype(int) - image).max() <= round(0.1 * 255)


# A run


def lightness(images: list[Any]) -> list[list[float]]:
    shares = [float(image.mean()) / 255 for image in images]
    return [[1 - share, share] for share in shares]


def test_arrays_in_memory_run_through_every_task(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    inputs = np.concatenate([rng.integers(0, 110, (6, 10, 10, 3)), rng.integers(145, 255, (6, 10, 10, 3))])
    tasks: list[Any] = [
        "classification",
        {"use": "stress", "perturbations": ["brightness"], "severities": [5]},
        {"use": "attack", "attacks": [{"use": "simba", "epsilon": 0.5}]},
        {"use": "explain", "explainers": ["leave_one_out"]},
    ]
    run = harness.evaluate(lightness, (inputs.astype(np.uint8), [0] * 6 + [1] * 6), tasks, labels=["dark", "light"],
                           out=tmp_path / "run", progress=False)  # fmt: skip
    assert (run.kind.name, float(run["classification"].accuracy)) == ("image", 1.0)
    assert {name: task.errors for name, task in run.info.tasks.items()} == dict.fromkeys(run.tasks, 0)
    page = (run.folder / "report.html").read_text(encoding="utf-8")
    assert page.count('<img src="data:image/png;base64,') > 12
    assert "img-src data:" in page
    [record, *_] = run.records("explain")
    assert record.payload is not None
    assert record.payload["units"][0] == "0:2,0:2"


@pytest.mark.parametrize(
    ("task", "message"),
    [
        ("{use: stress, perturbations: [ocr]}", "perturbation 'ocr' takes texts; this data has images"),
        ("{use: attack, attacks: [deepwordbug]}", "attack 'deepwordbug' takes texts; this data has images"),
    ],
)
@pytest.mark.parametrize("command", ["check", "run"])
def test_a_component_for_texts_is_refused_before_a_run(
    project: Any, photos: Path, command: str, task: str, message: str
) -> None:
    project.write("m.py", "def f(images): return [[i.mean() / 255, 1 - i.mean() / 255] for i in images]\n")
    project.write(
        "wrong.yaml",
        "model: {use: python, object: 'm:f', labels: [light, dark]}\n"
        f"data: {{use: images, path: photos}}\ntasks:\n  - {task}\n",
    )
    called = project.harness(command, "wrong.yaml")
    assert (called.code, message in called.err) == (2, True), called.err


CNN = """
import numpy as np
import torch
from torch import nn


class Digits(nn.Module):
    labels = [str(at) for at in range(10)]

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Conv2d(1, 16, 5, 2), nn.ReLU(), nn.Conv2d(16, 32, 5, 2), nn.ReLU(), nn.Flatten(),
                                    nn.Linear(512, 10))

    def forward(self, images):
        return self.layers(images)


def collate(images):
    return torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).float() / 255
"""
SUITE = """\
model: {use: torch, module: "cnn:Digits", collate: "cnn:collate", weights: digits.safetensors}
data: {use: images, path: digits, limit: 100}
resamples: 20
tasks:
  - {use: classification, gates: {accuracy: {min: 0.6}}}
  - {use: stress, perturbations: [gaussian_noise], severities: [1, 5]}
  - {use: attack, attacks: [{use: simba, epsilon: 0.6, steps: 60}], limit: 20}
  - {use: explain, explainers: [leave_one_out], limit: 10, gates: {comprehensiveness: {min: 0.01}}}
"""


@pytest.mark.skipif(not SHARED.exists(), reason="needs the digits of ../shared/data/images")
def test_a_network_trained_on_digits_runs_through_every_task(project: Any) -> None:
    torch, files = pytest.importorskip("torch"), pytest.importorskip("safetensors.torch")
    project.write("cnn.py", CNN)
    sys.path.insert(0, str(project.folder))
    cnn = importlib.import_module("cnn")
    train, dev = np.load(SHARED / "mnist/train.npz"), np.load(SHARED / "mnist/dev.npz")
    torch.manual_seed(0)
    module = cnn.Digits()
    optimizer = torch.optim.Adam(module.parameters(), 3e-3)
    for at in range(0, 3000, 50):
        batch = cnn.collate([image[:, :, None] for image in train["images"][at : at + 50]])
        loss = torch.nn.functional.cross_entropy(module(batch), torch.from_numpy(train["labels"][at : at + 50]).long())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    files.save_model(module, str(project.folder / "digits.safetensors"))
    for at, (image, label) in enumerate(zip(dev["images"][:120], dev["labels"][:120], strict=True)):
        project.write(f"digits/{label}/{at}.png", file_of(PIL.fromarray(image)))
    project.write("digits.yaml", SUITE)
    called = project.harness("run", "digits.yaml", "--out", "out", "--json")
    assert (called.code, called.json["verdict"]) == (0, "pass"), called.err
    scores = called.json["scores"]
    assert scores["attack/robust_accuracy"]["value"] < scores["attack/clean_accuracy"]["value"]
    assert {task["errors"] for task in project.read("out/run.json")["tasks"].values()} == {0}
    assert project.harness("gate", "out").code == 0
    assert json.dumps(called.json)
