"""Prompts that the task `prompts` makes itself: what they are, whose they are, and that they are really asked."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from harness_prompts.formats import FIELD, formats_of
from harness_prompts.scores import Prompts, scores
from harness_prompts.varied import Vary, Written, lettered, variants_of, with_words

import harness
from harness import Context, PromptTrait, UserError
from harness.suite.file import ModelSpec

TEMPLATE = "Review: {text}\nSentiment:"
TRAIT = PromptTrait("template", "labels", "words", lambda value, **_: "")


def _written(template: str = TEMPLATE, words: tuple[str, ...] = (" bad", " good")) -> Written:
    return Written(TRAIT, template, [word.strip() for word in words], words, 1)


def _letters(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


@pytest.mark.parametrize("template", [TEMPLATE, "{text} It was", "{a}\nquestion: {b} True or False?\nanswer:"])
def test_a_format_has_the_same_words_and_fields_and_is_none_of_the_others(template: str) -> None:
    found = formats_of(template, 40, 3)
    assert len({template, *found}) == len(found) + 1 > 3
    assert {tuple(_letters(each)) for each in found} == {tuple(_letters(template))}
    assert {tuple(FIELD.findall(each)) for each in found} == {tuple(FIELD.findall(template))}
    assert formats_of(template, 2, 3) == found[:2]
    assert formats_of(template, 40, 4) != found


def test_no_format_ends_in_a_blank_before_the_words_own() -> None:
    assert [each for each in formats_of(TEMPLATE, 2000, 0) if each[-1].isspace()] == []


def test_a_gap_is_no_line_end() -> None:
    found = formats_of(TEMPLATE, 2000, 0)
    assert "Review:\n{text} | Sentiment:" in found
    assert "REVIEW =>{text}\n\nSENTIMENT =>" in found


def test_letters_list_the_words_and_every_label_has_each_letter_once() -> None:
    assert lettered(_written(), 0) == ("Review: {text}\nA: bad\nB: good\nSentiment:", [" A", " B"])
    assert lettered(_written(), 1) == ("Review: {text}\nA: good\nB: bad\nSentiment:", [" B", " A"])
    assert lettered(_written("{text} It was"), 0)[0] == "{text}\nA: bad\nB: good\nIt was"
    three = _written(words=("no", "maybe", "yes"))
    turns = [lettered(three, turn) for turn in range(3)]
    assert [sorted(column) for column in zip(*(words for _, words in turns), strict=True)] == [["A", "B", "C"]] * 3
    for template, words in turns:
        options = dict(re.findall(r"^([A-C]): (\w+)$", template, re.MULTILINE))
        assert [options[letter] for letter in words] == ["no", "maybe", "yes"]


def test_words_stand_in_a_template_that_names_them_all() -> None:
    named = _written("Is it bad or good, not goodish? {text}\nIt is")
    assert with_words(named, [" good", " bad"]) == "Is it good or bad, not goodish? {text}\nIt is"
    assert with_words(_written("Is it good? {text}"), [" no", " yes"]) == "Is it good? {text}"


def _context(**given: Any) -> Context:
    spec = {"use": "openai", "url": "http://127.0.0.1:9/v1", "model_id": "m", "prompt": "{input}\nGood? no or yes:",
            "labels": ["no", "yes"], **given}  # fmt: skip
    return Context(model=ModelSpec.model_validate(spec))


def test_each_prompt_is_the_suites_own_model_with_another_prompt() -> None:
    vary = Vary(formats=2, letters=True, words=[["bad", "fine"]], templates=["{input}?"])
    found = variants_of(_context(max_tokens=3), vary)
    names = ["format 1", "format 2", "letters AB", "letters BA", "words bad/fine", "template 1"]
    assert [each.name for each in found] == names
    assert {each.spec.parameters["max_tokens"] for each in found} == {3}
    assert found[4].spec.parameters["prompt"] == "{input}\nGood? bad or fine:"
    assert found[4].spec.parameters["words"] == ["bad", "fine"]
    assert len({each.key for each in found}) == 6
    assert [each.key for each in variants_of(_context(max_tokens=3), vary)] == [each.key for each in found]
    assert not {each.key for each in variants_of(_context(max_tokens=4), vary)} & {each.key for each in found}


@pytest.mark.parametrize(
    ("vary", "words"),
    [
        (Vary(), "vary: expected at least one of formats, letters, orders, words, templates"),
        (Vary(words=[["a"]]), "vary.words: expected one for each of 2 labels, that differ"),
        (Vary(templates=["{text}?"]), r"vary.templates: expected the fields \{input\}"),
        (Vary(orders=1), "vary.orders: the prompt has 0 other orders of shown samples, but 1 were asked for"),
    ],
)
def test_what_cannot_be_written_is_refused(vary: Vary, words: str) -> None:
    with pytest.raises(UserError, match=words):
        variants_of(_context(), vary)


def test_a_template_of_few_formats_says_how_many() -> None:
    with pytest.raises(UserError, match=r"can be written in 0 other ways, but 2 were asked for"):
        variants_of(_context(prompt="{input}"), Vary(formats=2))


@pytest.mark.parametrize(
    "model", [None, ModelSpec(use="given"), ModelSpec.model_validate({"use": "sklearn", "path": "m"})]
)
def test_a_model_that_is_no_prompt_is_refused(model: Any) -> None:
    with pytest.raises(UserError, match=r"vary: (the model is in memory|model 'sklearn' is no prompt): expected one"):
        variants_of(Context(model=model), Vary(letters=True))


@pytest.mark.parametrize(
    ("task", "words"),
    [
        ({}, "expected `vary`, what is written in other ways, or `models`"),
        ({"vary": {"letters": True}, "models": ["letters AB"]}, "two prompts are called 'letters AB'"),
        ({"vary": {"leters": True}}, "vary has no key 'leters'"),
        ({"vary": {"formats": 101}}, "less than or equal to 100"),
    ],
)
def test_mistakes_are_found_by_check(task: dict[str, Any], words: str, tmp_path: Path) -> None:
    model = _context().model
    assert model is not None
    made = model.model_dump(exclude_none=True)
    suite = {"model": made, "models": {"letters AB": made}, "tasks": [{"use": "prompts", **task}]}
    file = tmp_path / "suite.yaml"
    file.write_text(json.dumps({**suite, "data": {"use": "files", "path": "none.jsonl"}}))
    with pytest.raises(UserError, match=words):
        harness.run(str(file), out=tmp_path / "run", progress=False)


def test_the_spread_of_a_kind_is_that_of_its_prompts_and_the_own() -> None:
    class _Payload:
        def __init__(self, classes: list[int]) -> None:
            self.classes = classes

    class _Record:
        def __init__(self, at: int, classes: list[int]) -> None:
            self.sample, self.payload = str(at), _Payload(classes)

    class _Scoring:
        confidence = 0.95
        truth = {str(at): 1 for at in range(40)}  # noqa: RUF012

    known = Prompts(
        ["own", "format 1", "words x/y"], {"format 1": "format", "words x/y": "words"}, {"words x/y": "'t'"}
    )
    given: Any = [_Record(at, [1, int(at < 30), int(at < 10)]) for at in range(40)]
    found = {each.local: each for each in scores(given, _Scoring(), known)}  # type: ignore[arg-type]
    assert [found[name].value for name in ("spread", "spread[part=format]", "spread[part=words]")] == [0.75, 0.25, 0.75]
    assert found["worst_accuracy"].note == "of words x/y, the worst of 3 prompts: 't'"
    low, high = found["spread[part=format]"].low, found["spread[part=format]"].high
    assert low is not None
    assert high is not None
    assert 0 < low < 0.25 < high


ROWS = [{"text": f"film {at} is {'good' if at % 2 else 'bad'}", "label": ["n", "p"][at % 2]} for at in range(16)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    from tiny_lm import tiny_lm

    folder = tmp_path_factory.mktemp("prompts")
    tiny_lm(folder / "lm")
    (folder / "data.jsonl").write_text("\n".join(map(json.dumps, ROWS)))
    return folder


def _run(folder: Path, out: Path, task: Any, **model: Any) -> Any:
    made = {"use": "causal_lm", "path": "lm", "template": TEMPLATE, "labels": {"n": " bad", "p": " good"},
            "train": "data.jsonl", "shots": {"n": 3}, "device": "cpu", "budget": 2048, **model}  # fmt: skip
    suite = {"model": made, "data": {"use": "files", "path": "data.jsonl"}, "tasks": [task]}
    file = folder / f"{out.name}.yaml"
    file.write_text(json.dumps(suite))
    return harness.run(str(file), out=out, progress=False)


def test_a_made_prompt_answers_as_a_model_with_that_prompt_does(folder: Path, tmp_path: Path) -> None:
    vary = {"letters": True, "orders": 1, "words": [[" terrible", " great"]], "templates": ["{text} It was"]}
    run = _run(folder, tmp_path / "all", {"use": "prompts", "vary": vary})
    order = re.search(r"shots in order (\d+)", run["prompts"]["accuracy[part=order 1]"].note)
    assert order
    by_hand: dict[str, dict[str, Any]] = {
        "own": {},
        "letters BA": {"template": "Review: {text}\nA: good\nB: bad\nSentiment:", "labels": {"n": " B", "p": " A"}},
        "order 1": {"shots": {"n": 3, "order": int(order[1])}},
        "words terrible/great": {"labels": {"n": " terrible", "p": " great"}},
        "template 1": {"template": "{text} It was"},
    }
    for at, (name, model) in enumerate(by_hand.items()):
        alone = _run(folder, tmp_path / f"alone{at}", "classification", **model)
        assert float(run["prompts"][f"accuracy[part={name}]"]) == float(alone["classification"].accuracy), name
    page = (tmp_path / "all" / "report.html").read_text("utf-8")
    worst = run["prompts"]["worst_accuracy"].note
    assert "the worst of 6 prompts: '" in worst
    assert all(part in page for part in re.findall(r"[\w ]{5,}", worst.partition(": ")[2]))


def test_orders_are_all_different_and_the_first_is_the_own() -> None:
    pytest.importorskip("torch")
    from harness_transformers.prompts import ordered, orders

    found = [ordered("abcd", at) for at in range(24)]
    assert found[0] == list("abcd")
    assert len({"".join(each) for each in found}) == 24 == orders(shots={"n": 4})
    assert all(one < other for one, other in pairwise(found))
    assert ordered("abcd", 24) == found[0]
    assert orders() == 1


def test_a_servers_prompts_are_asked_in_the_answers_own_words(tmp_path: Path) -> None:
    pytest.importorskip("aiohttp")
    from bad_server import json_of, serving

    def behave(_: int, body: Any) -> Any:
        text = body["messages"][-1]["content"]
        letters = dict(re.findall(r"^([AB]): (\w+)$", text, re.MULTILINE))
        good = "yes" if "is good" in text else "no"
        said = {word: letter for letter, word in letters.items()}.get(good, good)
        said = {"no": "bad", "yes": "fine"}.get(said, said) if "bad or fine" in text else said
        return json_of({"model": "m", "choices": [{"message": {"content": f"{said}."}}]})

    (tmp_path / "data.jsonl").write_text("\n".join(map(json.dumps, ROWS)))
    with serving(behave) as server:
        model = {"use": "openai", "url": server.url, "model_id": "m", "prompt": "{input}\nGood? no or yes:",
                 "labels": {"n": "no", "p": "yes"}}  # fmt: skip
        vary = {"formats": 2, "letters": True, "words": [["bad", "fine"]]}
        suite = {"model": model, "data": {"use": "files", "path": "data.jsonl"},
                 "tasks": [{"use": "prompts", "vary": vary, "gates": {"spread": {"max": 0.9}}}]}  # fmt: skip
        (tmp_path / "suite.yaml").write_text(json.dumps(suite))
        run = harness.run(str(tmp_path / "suite.yaml"), out=tmp_path / "run", progress=False)
    names = ("own", "format 1", "format 2", "letters AB", "letters BA", "words bad/fine")
    assert {name: float(run["prompts"][f"accuracy[part={name}]"]) for name in names} == dict.fromkeys(names, 1.0)
    assert len({body["messages"][-1]["content"] for body in server.bodies}) == 6 * len(ROWS)


def test_the_pages_suite_runs_with_every_kind_of_prompt(folder: Path, tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs/language_models.md").read_text("utf-8")
    [code] = [each for each in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL) if "    vary:\n" in each]
    (tmp_path / "my-lm").symlink_to(folder / "lm")
    rows = [{**row, "label": ["negative", "positive"][at % 2]} for at, row in enumerate(ROWS)]
    for name in ("train.jsonl", "dev.jsonl"):
        (tmp_path / name).write_text("\n".join(map(json.dumps, rows)))
    (tmp_path / "suite.yaml").write_text(code)
    run = harness.run(str(tmp_path / "suite.yaml"), out=tmp_path / "run", progress=False, model__budget=2048)
    named = re.findall(r"`((?:format|letters|order|words|template) [\w/]+)`", page)
    assert len(named) >= 6
    assert [name for name in named if run["prompts"][f"accuracy[part={name}]"].n != len(ROWS)] == []
    kinds = ("format", "letters", "order", "words", "template")
    assert all(run["prompts"][f"spread[part={kind}]"].value is not None for kind in kinds)
    assert run.info.tasks["prompts"].errors == 0
