"""The report in a real browser: nothing fails, nothing runs, everything fits, and hostile texts stay texts."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import harness

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
if CHROMIUM is None:
    pytest.skip("needs a chromium on the path to open pages with", allow_module_level=True)
playwright = pytest.importorskip("playwright.sync_api")
HOSTILE = [
    "<script>document.title = 'owned'</script>",
    '"><img src=x onerror="document.title=\'owned\'">',
    "{{ 7 * 7 }} {% raw %} ${7*7}",
    "\u202etxet desrever\u202c \u2066isolated",
    "</style><style>body{display:none}</style>",
    "long " + "x" * 1_000_000,
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a run with hostile strings as texts, labels, suite, task and part names."""
    labels = [HOSTILE[0], HOSTILE[1]]

    def model(texts: list[str]) -> list[list[float]]:
        return [[0.9, 0.1] if len(text) % 2 else [0.2, 0.8] for text in texts]

    tasks: list[Any] = [
        {"use": "classification", "metrics": [], "gates": {"accuracy": {"min": 0.9}}},
        {"use": "stress", "perturbations": [{"use": "change_case", "name": HOSTILE[2]}, "whitespace"]},
        {"use": "attack", "attacks": [{"use": "deepwordbug", "edit_distance": 1}], "limit": 4},
        {"use": "explain", "explainers": [{"use": "leave_one_out", "name": HOSTILE[3]}], "limit": 4},
    ]
    data = ([*HOSTILE, "plain", "words"], [labels[at % 2] for at in range(8)])
    out = tmp_path_factory.mktemp("page") / "run"
    run = harness.evaluate(model, data, tasks, labels=labels, name=HOSTILE[4], out=out, progress=False)
    return run.folder / "report.html"


def opened(browser: Any, file: Path, **options: Any) -> tuple[Any, list[str]]:
    """A tab on the page, and what went wrong while it loaded."""
    tab, wrong = browser.new_page(**options), list[str]()
    tab.on("console", lambda message: wrong.append(message.text))
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.on("request", lambda request: wrong.append(request.url) if not request.url.startswith("file:") else None)
    tab.goto(file.resolve().as_uri())
    return tab, wrong


def test_nothing_fails_and_nothing_is_fetched(browser: Any, page_file: Path) -> None:
    tab, wrong = opened(browser, page_file)
    assert wrong == []
    tab.close()


def test_hostile_strings_reach_the_page_as_text(browser: Any, page_file: Path) -> None:
    tab, _ = opened(browser, page_file)
    text = tab.inner_text("body")
    assert "owned" not in tab.title().replace("'owned'", "")
    assert [tab.locator(kind).count() for kind in ("script", "img", "iframe", "object")] == [1, 0, 0, 0]
    assert "<script>document.title = 'owned'</script>" in text
    assert "{{ 7 * 7 }}" in text
    assert "\u202e" not in text
    tab.close()


def test_a_right_to_left_text_begins_at_the_right_beside_what_it_was_made_from(browser: Any, tmp_path: Path) -> None:
    arabic = "\u0643\u0627\u0646 \u0627\u0644\u0641\u0646\u062f\u0642 wonderful \u062c\u062f\u0627 \u202d"

    def model(texts: list[str]) -> list[list[float]]:
        return [[0.2, 0.8] if text == arabic else [0.7, 0.3] for text in texts]

    tasks: list[Any] = [{"use": "stress", "perturbations": ["swap_letters"], "severities": [5]}]
    options: dict[str, Any] = {"labels": ["no", "yes"], "progress": False, "resamples": 20}
    harness.evaluate(model, ([arabic], [1]), tasks, out=tmp_path / "run", **options)
    tab, _ = opened(browser, tmp_path / "run" / "report.html")
    directions = "all => all.map(each => getComputedStyle(each).direction)"
    assert tab.eval_on_selector_all("#stress .lines .text", directions) == ["rtl", "rtl"]
    tab.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Any, page_file: Path, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    tab, _ = opened(browser, page_file, color_scheme=scheme)
    found = axe.Axe().run(tab).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"][:200]) for each in found] == []
    tab.close()


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_the_page_never_scrolls_sideways(browser: Any, page_file: Path, width: int) -> None:
    tab, _ = opened(browser, page_file, viewport={"width": width, "height": 800})
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    tab.close()


def test_a_gate_has_its_numbers_on_a_phone_without_scrolling_sideways(browser: Any, page_file: Path) -> None:
    tab, _ = opened(browser, page_file, viewport={"width": 390, "height": 800})
    rows = tab.locator("table.gates tbody tr")
    assert rows.count() == 1
    for cell in ("td[data-name=demand]", "td[data-name=value]", "td.interval", "td[data-name=n]", "td.chart svg"):
        box = rows.first.locator(cell).bounding_box()
        assert box["width"] > 20
        assert 0 <= box["x"] < box["x"] + box["width"] <= 390
    for kind in ("gates", "scores"):
        wider = "all => all.filter(each => each.parentElement.scrollWidth > each.parentElement.clientWidth).length"
        assert tab.eval_on_selector_all(f"table.{kind}", wider) == 0
    tab.close()


def test_on_paper_no_column_of_the_gates_is_cut_off(browser: Any, page_file: Path) -> None:
    tab, _ = opened(browser, page_file, viewport={"width": 720, "height": 1000})  # A4 less its margins
    tab.emulate_media(media="print")
    assert tab.locator("table.gates").bounding_box()["width"] <= 720
    tab.close()


def test_the_verdict_and_what_to_do_are_on_the_first_screen(browser: Any, page_file: Path) -> None:
    tab, _ = opened(browser, page_file, viewport={"width": 1280, "height": 800})
    for words in ("Fail", "What to do", "classification/accuracy"):
        box = tab.get_by_text(words).first.bounding_box()
        assert box["y"] + box["height"] < 800
    tab.close()


def test_the_keyboard_reaches_the_sections_in_their_order(browser: Any, page_file: Path) -> None:
    tab, _ = opened(browser, page_file)
    seen = []
    for _ in range(4):
        tab.keyboard.press("Tab")
        seen.append(tab.evaluate("document.activeElement.getAttribute('href') || ''"))
    links = tab.eval_on_selector_all("nav a", "all => all.map(a => a.getAttribute('href'))")
    assert [each for each in seen if each.startswith("#")] == [each for each in links if each in seen]
    assert tab.eval_on_selector_all("main > section", "all => all.map(s => s.id)") == [link[1:] for link in links]
    tab.close()


def shown(tab: Any) -> list[str]:
    """The beginnings of the samples one sees."""
    return [text.strip() for text in tab.locator("#listed > li:visible .start").all_inner_texts()]


def test_search_leaves_the_samples_that_have_every_word(browser: Any, page_file: Path) -> None:
    tab, wrong = opened(browser, page_file)
    assert len(shown(tab)) == 8
    tab.get_by_label("Search").fill("XXXX long")
    assert [text[:8] for text in shown(tab)] == ["long xxx"]
    assert tab.locator("#find output").inner_text() == "1 of 8"
    tab.get_by_label("Search").fill("nowhere at all")
    assert shown(tab) == []
    tab.get_by_label("Search").fill("")
    assert len(shown(tab)) == 8
    assert wrong == []
    tab.close()


def test_what_was_found_chooses_samples(browser: Any, page_file: Path) -> None:
    tab, _ = opened(browser, page_file)
    choice = tab.get_by_label("Show")
    names = choice.locator("option").all_inner_texts()
    wrong = next(name for name in names if name.startswith("classification: wrong ("))
    choice.select_option(label=wrong)
    assert f"({len(shown(tab))})" in wrong
    assert 0 < len(shown(tab)) < 8
    choice.select_option("none")
    without = shown(tab)
    choice.select_option("any")
    assert sorted([*without, *shown(tab)]) == sorted(tab.locator("#listed .start").all_text_contents())
    tab.close()


def test_samples_are_sorted_and_back_again(browser: Any, page_file: Path) -> None:
    tab, _ = opened(browser, page_file)
    worst = shown(tab)
    tab.get_by_label("Sort by").select_option("place")
    places = tab.eval_on_selector_all("#listed > li", "all => all.map(li => li.dataset.place)")
    assert places == [str(at) for at in range(8)]
    tab.get_by_label("Sort by").select_option("size")
    assert shown(tab)[0].startswith("long xxx")
    tab.get_by_label("Sort by").select_option("worst")
    assert shown(tab) == worst
    tab.close()


def test_a_link_to_a_sample_opens_it_even_when_it_was_searched_away(browser: Any, page_file: Path) -> None:
    tab, _ = opened(browser, page_file)
    tab.get_by_label("Search").fill("nowhere at all")
    link = tab.locator("a[href^='#sample-']").first
    target = link.get_attribute("href")
    link.click()
    history = tab.locator(f"{target} > details")
    assert history.get_attribute("open") is not None
    assert history.get_by_text("classification").first.is_visible()
    tab.close()


def test_every_part_of_the_page_has_a_link_that_leads_to_it(browser: Any, page_file: Path) -> None:
    tab, _ = opened(browser, page_file)
    links = tab.eval_on_selector_all("a.here", "all => all.map(each => each.hash.slice(1))")
    ids = tab.eval_on_selector_all("[id]", "all => all.map(each => each.id)")
    assert len(ids) == len(set(ids))
    assert set(links) <= set(ids)
    assert {"gates", "classification", "stress", "attack", "explain", "gate-classification-accuracy"} <= set(links)
    assert tab.locator("h2 a.here").first.evaluate("each => getComputedStyle(each).opacity") == "0"
    tab.locator("h2").first.hover()
    assert tab.locator("h2 a.here").first.evaluate("each => getComputedStyle(each).opacity") == "1"
    tab.close()


def test_the_gates_are_copied_as_markdown(browser: Any, page_file: Path) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    tab = context.new_page()
    tab.goto(page_file.resolve().as_uri())
    tab.get_by_text("As Markdown").click()
    tab.get_by_role("button", name="Copy").click()
    tab.get_by_role("button", name="Copied").wait_for()
    copied = tab.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("| gate | demand | value |")
    assert "classification/accuracy" in copied
    context.close()


def test_more_of_a_task_s_samples_are_chosen_below(browser: Any, page_file: Path) -> None:
    tab, _ = opened(browser, page_file)
    link = tab.locator("a[data-choose]").first
    link.click()
    assert tab.get_by_label("Show").input_value() == link.get_attribute("data-choose")
    tab.close()


def test_the_keyboard_opens_a_sample(browser: Any, page_file: Path) -> None:
    tab, _ = opened(browser, page_file)
    tab.get_by_label("Sort by").focus()
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    assert tab.locator("#listed > li:first-child > details").get_attribute("open") is not None
    tab.close()


def test_without_its_script_the_page_has_every_sample(browser: Any, page_file: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(page_file.resolve().as_uri())
    assert tab.locator("#listed > li").count() == 8
    assert not tab.locator("#find").is_visible()
    context.close()


def test_the_policy_lets_no_other_script_or_style_in(browser: Any, page_file: Path, tmp_path: Path) -> None:
    hostile = "<script>document.title = 'owned'</script><p id=x style='color: red'>x</p></body>"
    changed = tmp_path / "changed.html"
    changed.write_text(page_file.read_text(encoding="utf-8").replace("</body>", hostile), encoding="utf-8")
    tab, wrong = opened(browser, changed)
    assert len([message for message in wrong if "Content Security Policy" in message]) == 2
    assert tab.title() != "owned"
    tab.close()
