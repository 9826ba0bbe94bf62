"""What the page shows of slices: bars, samples of the worst behind links, nothing of who is in a protected one."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from harness_report.cases import Cases
from harness_report.sections import sections
from harness_report.slices import SliceView

import harness
from harness import Run

LABELS = ["no", "yes"]
CREEDS = ["Aqeel-creed", "Zorvan-creed"]
SUITE = {
    "model": {"use": "given", "labels": LABELS},
    "data": {
        "use": "files",
        "path": "rows.jsonl",
        "slices": {"region": {"column": "region"}, "creed": {"column": "creed", "protected": True}},
    },
    "tasks": [{"use": "classification", "metrics": ["f1"]}],
    "resamples": 20,
}
ROWS = [
    {
        "text": f"{'good' if at % 2 else 'bad'} {at}",
        "label": LABELS[at % 2],
        "region": ["zoo", "quay"][at % 4 > 1],
        "creed": CREEDS[at % 3 > 1],
    }
    for at in range(240)
]


def _model(texts: list[str]) -> list[list[float]]:
    """Wrong on every fifth text of the quay."""
    places = [int(text.split()[-1]) for text in texts]
    right = [not (at % 4 > 1 and at % 5 == 0) for at in places]
    return [[0.1, 0.9] if (at % 2 == 1) is each else [0.8, 0.2] for at, each in zip(places, right, strict=True)]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder: Path = tmp_path_factory.mktemp("sliced")
    (folder / "rows.jsonl").write_text("\n".join(map(json.dumps, ROWS)))
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(folder)
        return harness.run(SUITE, model=_model, out=folder / "out", progress=False)


@pytest.fixture(scope="module")
def page(run: Run) -> str:
    return (run.folder / "report.html").read_text(encoding="utf-8")


def views(run: Run) -> list[SliceView]:
    [section] = sections(run, [Cases(run, "classification")])
    return section.slices


def section_of(page: str, name: str) -> str:
    """The part of the page that is of one slice's name."""
    return re.split(r"<h[23]", page.partition(f"By slice: <bdi>{name}</bdi>")[2])[0]


def test_each_slice_has_a_bar_with_its_interval_and_so_have_the_gap_and_the_worst(run: Run, page: str) -> None:
    wanted = ["accuracy[slice=region:quay]", "accuracy[slice=region:zoo]", "accuracy_gap[slice=region]"]
    wanted += ["worst_accuracy[slice=region]"]
    shown = section_of(page, "region")
    for address in wanted:
        score = run.scores[f"classification/{address}"]
        assert f"<title>{address}: {score.value:.3f} [{score.low:.3f}, {score.high:.3f}]</title>" in shown
    assert shown.count('class="whisker"') == shown.count('<circle class="dot') == len(wanted)
    assert f'x1="{100 * (run.scores["classification/accuracy[slice=region:quay]"].low or 0):.2f}%"' in shown


def test_the_worst_slice_has_its_wrong_samples_behind_links_that_lead_to_them(run: Run, page: str) -> None:
    region, _ = views(run)
    assert region.worst == "quay"
    assert region.samples
    by_id = {row["id"]: row["input"] for row in run.samples}
    wrong = {row["text"] for row in ROWS if row["region"] == "quay" and int(str(row["text"]).split()[-1]) % 5 == 0}
    assert {by_id[bad.id] for bad in region.samples} <= wrong
    links = re.findall(r'<a class="sample"[^>]* href="#([^"]+)"', section_of(page, "region"))
    assert len(links) == len(region.samples)
    assert all(f'id="{each}"' in page for each in links)


def test_a_protected_slice_is_shown_by_its_numbers_alone(run: Run, page: str) -> None:
    _, creed = views(run)
    assert creed.protected
    assert creed.samples == []
    shown = section_of(page, "creed")
    assert "Protected: no sample is shown with it." in shown
    assert 'class="sample"' not in shown
    assert f"accuracy[slice=creed:{CREEDS[0]}]" in shown


def test_a_protected_column_is_in_no_samples_page(page: str) -> None:
    outside = re.sub(r'<table class="scores.*?</table>', "", page, flags=re.DOTALL)
    assert "good 1" in outside  # the samples are there
    assert [each for each in CREEDS if each in outside] == []
