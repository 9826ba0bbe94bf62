"""The head of a run's page: what it says of gates, of which samples, and what a tab or a chat shows of it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from finished_run import GATE, SCORE, run_of
from harness_report import html
from harness_report.gates import gates
from harness_report.header import icon
from harness_report.markdown import markdown
from harness_report.marks import breaking

from harness import Run
from harness.records.folder import RunFolder
from harness.records.info import info_json
from harness.reports import Attacked, Classified, Verdict

WRONG = ("", 1, Classified("no", [0.9, 0.1]))
SURE = {**SCORE, "n": 2}


def decided(run: Run, gates: list[dict[str, Any]], verdict: Verdict = "fail") -> Run:
    """The run with these gates in place of its own."""
    with RunFolder(run.folder) as made:
        made.write_json("gates.json", [{**GATE, **gate} for gate in gates])
        made.write_info(info_json(replace(run.info, verdict=verdict)))
    return Run(run.folder)


def _with(run: Run, info: Any) -> Run:
    with RunFolder(run.folder) as made:
        made.write_info(info_json(info))
    return Run(run.folder)


def head(run: Run) -> str:
    page = html(run).partition("</header>")[0]
    return " ".join(re.sub(r"<[^>]*>", "", page.partition("<body>")[2]).split())


def test_the_head_counts_the_samples_of_the_gate_it_speaks_of(tmp_path: Path) -> None:
    turned = Attacked("succeeded", "t", [0, 1], [1, 0], 3)
    withstood = Attacked("failed", "t", [0, 1], [0.1, 0.9], 3)
    run = run_of(tmp_path, "attack", Attacked, [("a", 1, turned), ("b", 1, withstood), ("b", 1, turned)])
    near = {"address": "attack/robust_accuracy[part=a]", "verdict": "fail", "value": 0.7}
    far = {"address": "attack/robust_accuracy[part=b]", "verdict": "fail", "value": 0.2}
    run = decided(run, [near, far])
    assert "Robust accuracy (b) misses most, by 0.600. Look at its 1 worst sample below." in head(run)
    worst = html(run).replace("<wbr>", "").partition("Worst samples of")[2]
    assert "part=b" in worst.partition("</h3>")[0]
    assert "text 2" in worst.partition("</ol>")[0]


def test_every_sample_the_page_names_is_in_it(tmp_path: Path) -> None:
    page = html(decided(run_of(tmp_path, "classification", Classified, [WRONG] * 320), [{"verdict": "fail"}]))
    links = set(re.findall(r'href="#(sample-[^"]+)"', page))
    ids = re.findall(r'<li id="(sample-[^"]+)"', page)
    assert links <= set(ids)
    assert len(ids) == 300
    assert '<span class="sample"' not in page  # the worst of the gate are among the 300
    assert "297 more samples</a> among the samples below, 20 more records in" in page


def test_where_all_gates_hold_shipping_is_left_to_people(tmp_path: Path) -> None:
    run = run_of(tmp_path, "classification", Classified, [("", 1, Classified("yes", [0.1, 0.9]))])
    passed = [{"verdict": "pass", "bound": bound} for bound in (0.05, 0.02)]
    shown = head(decided(run, passed, "pass"))
    assert "All 2 gates hold." in shown
    assert "Decide whether that is enough: accuracy is tightest, its interval ends 0.050 from the bound." in shown
    assert "hip it" not in shown


def test_failures_come_first_advisory_ones_after_them(tmp_path: Path) -> None:
    order = [("pass", "blocking"), ("fail", "advisory"), ("undecided", "blocking"), ("fail", "blocking")]
    given = [
        {"address": f"classification/s{at}", "verdict": verdict, "tier": tier}
        for at, (verdict, tier) in enumerate(order)
    ]
    run = decided(run_of(tmp_path, "classification", Classified, [WRONG]), given)
    wanted = ["s3", "s2", "s1", "s0"]
    assert [row.score for row in gates(run).worst_first] == wanted
    assert re.findall(r'<tr id="gate-classification-(s\d)"', html(run)) == wanted
    assert re.findall(r"\| classification/(s\d) ", markdown(run)) == wanted
    assert [row.score for row in gates(run).rows] == ["s0", "s1", "s2", "s3"]


def test_how_to_go_on_is_said_for_data_in_memory_too(tmp_path: Path) -> None:
    run = run_of(tmp_path, "classification", Classified, [("", 1, Classified("yes", [0.1, 0.9]))])
    stopped = replace(run.info, state="interrupted", verdict=None)
    assert "so no gate was decided: --resume goes on. What to do Run the same again with --resume:" in head(
        _with(run, stopped)
    )
    given = replace(stopped, suite={**stopped.suite, "data": {"use": "given"}})
    assert "so no gate was decided: resume=True goes on. What to do Run the same again with resume=True:" in head(
        _with(run, given)
    )


def test_an_address_breaks_after_its_words(tmp_path: Path) -> None:
    page = html(decided(run_of(tmp_path, "classification", Classified, [WRONG]), [{"verdict": "fail"}]))
    assert '<code class="address"><bdi>classification/<wbr>accuracy</bdi></code>' in page
    assert breaking("a/b_c[class=<i>]") == "a/<wbr>b_c[<wbr>class=<wbr>&lt;i&gt;]"


def test_a_link_stays_when_a_gate_is_added_before(tmp_path: Path) -> None:
    run = run_of(tmp_path, "classification", Classified, [WRONG])
    kept = {"address": "classification/recall[class=yes]", "verdict": "fail"}
    one = html(decided(run, [kept]))
    two = html(decided(run, [{"verdict": "pass"}, kept, {**kept, "kind": "max"}]))
    for page in (one, two):
        assert 'id="gate-classification-recall-class-yes"' in page
        assert 'id="sample-s0"' in page
        assert '<section id="classification">' in page
    assert 'id="gate-classification-recall-class-yes-2"' in two


def test_a_tab_and_a_chat_show_the_verdict_and_how_many_gates_hold(tmp_path: Path) -> None:
    gates = [{"verdict": "fail"}, {"verdict": "pass"}]
    page = html(decided(run_of(tmp_path, "classification", Classified, [WRONG]), gates))
    assert "<title>Fail: r, 1 of 2 gates hold</title>" in page
    assert '<meta property="og:description" content="1 of 2 gates fails: accuracy: 0.500' in page
    assert icon("fail") != icon("pass")


def test_the_scores_of_an_only_part_are_said_once(tmp_path: Path) -> None:
    turned = Attacked("succeeded", "t", [0, 1], [1, 0], 3)
    run_of(tmp_path, "attack", Attacked, [("a", 1, turned)])
    names = ("attack/robust_accuracy", "attack/robust_accuracy[part=a]", "attack/x[part=a]")
    scores = dict.fromkeys(names, SURE)
    (tmp_path / "scores.json").write_text(json.dumps(scores), encoding="utf-8")
    shown = re.findall(
        r'<code class="address"><bdi>([^<]*)', html(Run(tmp_path)).replace("<wbr>", "").partition('id="attack"')[2]
    )
    assert shown == ["robust_accuracy", "x[part=a]"]
