"""The folder of a run of variants as a run: what commands and Python do with it, and what is no such folder."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from two_models import with_variants

import harness
from harness import Run, UserError, Variants
from harness.records.checksums import of_info

if TYPE_CHECKING:
    from conftest import Project


@pytest.fixture
def both(project: Project) -> Project:
    """A project with a run of both variants in `both`."""
    with_variants(project)
    assert project.harness("run", "both.yaml", "--out", "both", "--quiet").code == 1
    return project


def test_it_is_a_run_of_all_by_the_names_of_the_variants(both: Project) -> None:
    runs = Variants(Path("both"))
    assert (list(runs.variants), runs.verdict, runs.reference.name, runs.last.verdict) == (
        ["lax", "strict"],
        "undecided",
        "both",
        "undecided",
    )
    assert runs.tasks[0] == "lax:classification"
    assert runs["strict:classification"].accuracy == runs.variants["strict"]["classification"].accuracy
    assert runs.scores["strict:classification/accuracy"] != runs.scores["lax:classification/accuracy"]
    assert len(runs.records("lax:attack")) == 6
    assert [gate.address.partition(":")[0] for gate in runs.gates] == ["lax", "strict", "strict", "strict"]
    assert len(runs.samples) == 20
    assert "strict:attack/robust_accuracy" in runs._repr_html_()
    assert repr(runs) == "<variants lax, strict of both: undecided, in both>"
    assert runs.info.fingerprints["model"] != runs.reference.info.fingerprints["model"]


def test_a_run_is_one_of_them(both: Project) -> None:
    for call in (lambda: Run(Path("both")), lambda: harness.accept(Run(Path("both")), "x")):
        with pytest.raises(UserError, match=r"both has the runs of several variants: name .* \(lax, strict\) below it"):
            call()
    with pytest.raises(UserError, match=r"accept one of them, like runs.variants\['strict'\]"):
        harness.accept(Variants(Path("both")), "x")
    assert both.harness("accept", "both").code == 2
    assert both.harness("accept", "both/lax", "--to", "x").code == 0
    assert harness.accept(Variants(Path("both")).variants["lax"], "y").exists()


def test_commands_take_all_of_them(both: Project) -> None:
    assert both.harness("verify", "both").out.count("as they were written") == 2
    compared = both.harness("compare", "both", "--json")
    assert [(pair["old"], pair["new"]) for pair in compared.json["pairs"]] == [("both/lax", "both/strict")]
    assert harness.compare("both/strict", "both").pairs[0].new.title == "both/lax"
    assert both.harness("compare", "both/lax").code == 2
    page = Path("both/report.html").read_text(encoding="utf-8")
    assert 'href="lax/report.html"' in page
    Path("both/report.html").unlink()
    assert both.harness("report", "both").out == "both/report.html\n"
    assert Path("both/report.html").read_text(encoding="utf-8") == page
    assert (
        "strict:classification/accuracy"
        in Path(both.harness("report", "both", "--as", "markdown").out.strip()).read_text()
    )


def test_reports_of_a_run_have_the_gates_of_all(both: Project) -> None:
    options = ("--quiet", "--junit", "gates.xml", "--markdown", "gates.md")
    both.harness("run", "both.yaml", "--out", "again", *options)
    cases = ET.parse("gates.xml").getroot().iter("testcase")
    assert [case.attrib["name"] for case in cases] == [
        "lax:classification/accuracy:min",
        "strict:classification/accuracy:min",
        "strict:classification/accuracy:drop",
        "strict:attack/robust_accuracy:drop",
    ]
    assert "strict:attack/robust_accuracy" in Path("gates.md").read_text(encoding="utf-8")


def test_a_folder_of_a_run_is_not_used_twice(both: Project) -> None:
    for suite, out in (("both.yaml", "both"), ("quick.yaml", "both"), ("both.yaml", "both/lax")):
        refused = both.harness("run", suite, "--out", out, "--quiet")
        assert (refused.code, "already contains a run" in refused.err) == (2, True)
    refused = both.harness("run", "quick.yaml", "--out", "both", "--quiet", "--resume")
    assert (refused.code, "several variants" in refused.err) == (2, True)
    refused = both.harness("run", "both.yaml", "--out", "both/lax", "--quiet", "--resume")
    assert (refused.code, "but it has no variants.json" in refused.err) == (2, True)


def test_a_baseline_of_all_would_be_of_none(both: Project) -> None:
    refused = both.harness("gate", "both", "--baseline", "both/lax")
    assert (refused.code, "give --baseline with one of them, like both/strict" in refused.err) == (2, True)
    assert both.harness("gate", "both/strict", "--baseline", "both").code == 2


def changed(**keys: Any) -> str:
    """The index with other keys and a checksum that fits."""
    content = {**json.loads(Path("both/variants.json").read_text(encoding="utf-8")), **keys}
    return json.dumps({**content, "checksum": of_info(content)})


@pytest.mark.parametrize("command", ["gate", "report", "verify", "compare", "resume"])
def test_an_index_that_was_changed_is_refused(both: Project, command: str) -> None:
    text = Path("both/variants.json").read_text(encoding="utf-8")
    argv = ("run", "both.yaml", "--resume", "--out", "both") if command == "resume" else (command, "both")
    for content, said in (
        (text[:40], "cannot be read"),
        ("[]", "cannot be read"),
        ("3", "cannot be read"),
        (text.replace("strict", "loose"), "its checksum does not fit"),
        (changed(format=2), "expected the format 1, but got 2"),
        (changed(variants=["a"]), "not an index of variants"),
        (changed(variants={"../lax": {}, "strict": {}}), "expected names of folders below it"),
        ("\x00" * 9, "cannot be read"),
    ):
        both.write("both/variants.json", content)
        refused = both.harness(*argv)
        assert (refused.code, said in refused.err, "Traceback" in refused.err) == (2, True, False), refused.err


def test_a_variant_whose_run_is_gone_or_unfinished_is_named(both: Project) -> None:
    info = both.read("both/strict/run.json")
    both.write("both/strict/run.json", json.dumps({**info, "state": "interrupted", "files": {}, "verdict": None}))
    refused = both.harness("gate", "both")
    assert (refused.code, "both/strict did not finish (interrupted)" in refused.err) == (2, True)
    assert Variants(Path("both")).verdict is None
    shutil.rmtree("both/strict")
    assert "both/strict: expected a run directory" in both.harness("gate", "both").err
