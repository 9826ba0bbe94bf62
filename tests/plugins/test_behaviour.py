"""The task `behaviour`: CheckList's numbers, templates, saved suites, and what a suite may get wrong."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from harness_behaviour.asking import Behaved
from harness_behaviour.reading import shipped

import harness
from harness import Run, UserError, share
from harness.forecasts.resolution import resolvable
from harness.runs.load import check
from harness.statistics.power import share_resolution
from harness.suite.file import suite_of

SHARED = Path(__file__).parents[3] / "shared" / "data" / "text"
THEIRS = Path(__file__).parent / "checklist_failures.json"
"""Failed and counted cases of each test, by checklist 0.0.11: MFT, INV(threshold=0.1), DIR with Expect.monotonic
(tolerance=0.1) or Expect.pairwise, filtered by Expect.slice_orig; of the models below."""

GOOD = (
    "great",
    "good",
    "love",
    "like",
    "excellent",
    "wonderful",
    "awesome",
    "thank",
    "amazing",
    "happy",
    "nice",
    "yes",
)
BAD = ("bad", "hate", "awful", "terrible", "not", "n't", "despise", "ugly", "worst", "delay", "no", "weird")


def _number(text: str, of: int) -> float:
    return (zlib.crc32(f"{of} {text}".encode()) % 1000 + 1) / 1001


def by_words(texts: Sequence[str]) -> list[list[float]]:
    """Negative, neutral and positive by words, with some noise that depends on the text alone."""
    found = []
    for text in texts:
        good, bad = (1.5 * sum(word in text.lower() for word in words) for words in (GOOD, BAD))
        row = [0.3 + bad, 0.8, 0.3 + good]
        row = [each + 0.8 * _number(text, at) for at, each in enumerate(row)]
        found.append([each / sum(row) for each in row])
    return found


def by_overlap(pairs: Sequence[Mapping[str, str]]) -> list[list[float]]:
    """How many words two questions share, with some noise."""
    found = []
    for first, second in (pair.values() for pair in pairs):
        one, other = set(first.lower().split()), set(second.lower().split())
        shared = len(one & other) / max(1, len(one | other))
        same = 0.1 + 0.8 * shared + 0.1 * (_number(first + second, 0) - 0.5)
        found.append([1 - same, same])
    return found


class _Labelled:
    def __init__(self, answer: Any, *labels: str) -> None:
        self.answer, self.labels = answer, labels

    def __call__(self, inputs: Sequence[Any]) -> Any:
        return self.answer(inputs)


def _run(folder: Path, model: Any, *, data: Any = None, gates: Any = None, **task: Any) -> Run:
    suite: dict[str, Any] = {"tasks": [{"use": "behaviour", "gates": gates or {}, **task}]}
    return harness.run(suite, model=model, out=folder / "run", progress=False, **({"data": data} if data else {}))


def _shared(name: str) -> str:
    path = SHARED / name / "dev.jsonl.gz"
    if not path.exists():
        pytest.skip(f"../shared has no {name}: it is a suite that others saved")
    return str(path)


SENTIMENT = _Labelled(by_words, "negative", "neutral", "positive")


@pytest.mark.parametrize(
    ("suite", "model", "tests"),
    [("checklist_sentiment", SENTIMENT, 35), ("checklist_qqp", _Labelled(by_overlap, "different", "duplicate"), 49)],
)
def test_checklist_counts_the_same_failures(suite: str, model: Any, tests: int, tmp_path: Path) -> None:
    labels = {str(at): name for at, name in enumerate(model.labels)}
    run = _run(tmp_path, model, suite=_shared(suite), labels=labels)
    theirs = json.loads(THEIRS.read_text(encoding="utf-8"))
    expected = {name.partition("/")[2]: each for name, each in theirs.items() if name.startswith(f"{suite}/")}
    rates = [each for each in run["behaviour"].scores.values() if "/" in each.keys.get("part", "")]
    found = {each.keys["part"].partition("/")[2]: [round(float(each) * each.n), each.n] for each in rates if each.n}
    assert len(expected) == tests
    assert {name: found[name] for name in expected} == expected


def test_hatecheck_is_read_by_function(tmp_path: Path) -> None:
    model = _Labelled(lambda texts: [[0.9, 0.1] if "hate" in text else [0.1, 0.9] for text in texts], "hateful", "fine")
    run = _run(tmp_path, model, suite=_shared("hatecheck"), labels={"non-hateful": "fine"}, n=20)
    scores = run["behaviour"].scores
    assert scores["failure_rate[part=derog_neg_emote_h]"].n == 20
    assert scores["failure_rate[part=slur_homonym_nh]"] == 0


@pytest.mark.parametrize(
    ("name", "columns", "cases"),
    [
        (
            "equity_evaluation_corpus",
            {"input": "text", "case": ["template", "emotion_word"], "capability": "emotion"},
            102,
        ),
        ("winogender", {"input": "text", "case": ["occupation", "participant", "answer"]}, 168),
        ("winobias", {"input": ["pro_text", "anti_text"], "case": ["type", "pair"]}, 789),
        pytest.param(
            "identity_templates_jigsaw",
            {"input": "text", "label": "label", "capability": "group"},
            13_704,
            marks=pytest.mark.slow,
        ),
    ],
)
def test_any_rows_are_a_suite_by_their_columns(name: str, columns: Any, cases: int, tmp_path: Path) -> None:
    model = _Labelled(lambda texts: [[0.4, 0.6]] * len(texts), "0", "1")
    run = _run(tmp_path, model, suite=_shared(name), columns=columns, labels={"toxic": "1", "nontoxic": "0"})
    assert run["behaviour"].scores["failure_rate"].n == cases


LEXICONS = {"name": ["Ann", "Bob"], "good": ["great", "apt"], "pair": [["big", "large"]]}


def _suite(*tests: dict[str, Any], **more: Any) -> str:
    return json.dumps({"lexicons": LEXICONS, "tests": list(tests), **more})


def _of(folder: Path, *tests: dict[str, Any], model: Any = SENTIMENT, **task: Any) -> Run:
    (folder / "tests.yaml").write_text(_suite(*tests), encoding="utf-8")  # JSON is YAML
    return _run(folder, model, suite=str(folder / "tests.yaml"), **task)


def _inputs(run: Run) -> list[list[str]]:
    firsts = {each["id"]: each["input"] for each in run.samples}
    return [
        [firsts[each.sample], *each.payload.perturbed] for each in run.records("behaviour", Behaved) if each.payload
    ]


def test_all_combinations_of_a_template_are_cases(tmp_path: Path) -> None:
    run = _of(tmp_path, {"name": "t", "template": "{name} is {a:good} cook, {{so}} {name}.", "expect": "positive"})
    assert sorted(text for [text] in _inputs(run)) == [
        "Ann is a great cook, {so} Ann.",
        "Ann is an apt cook, {so} Ann.",
        "Bob is a great cook, {so} Bob.",
        "Bob is an apt cook, {so} Bob.",
    ]


def test_numbered_slots_have_distinct_entries_and_parts_belong_together(tmp_path: Path) -> None:
    run = _of(tmp_path, {"name": "t", "template": "{name1}, {name2}: {pair.0} or {pair.1}", "expect": "neutral"})
    assert sorted(text for [text] in _inputs(run)) == ["Ann, Bob: big or large", "Bob, Ann: big or large"]


def test_n_cases_are_drawn_by_the_seed(tmp_path: Path) -> None:
    test = {"name": "t", "template": "{name} {good} {name2}", "expect": "positive", "n": 3}
    drawn = []
    for at, seed in enumerate((0, 0, 1, 2, 3)):
        (tmp_path / str(at)).mkdir()
        drawn.append(sorted(_inputs(_of(tmp_path / str(at), test, seed=seed))))
    assert drawn[0] == drawn[1]
    assert all(len(each) == 3 for each in drawn)
    assert drawn.count(drawn[0]) < 5


def test_what_must_hold_may_not_change_and_moves_one_way_fails_where_it_should(tmp_path: Path) -> None:
    answers = {
        "Ann sang": 0.9,
        "Bob sang": 0.9,
        "Ann ran": 0.6,
        "Bob ran": 0.3,
        "Ann ran fast": 0.4,
        "Bob ran fast": 0.25,
    }
    model = _Labelled(lambda texts: [[1 - answers[text], answers[text]] for text in texts], "no", "yes")
    run = _of(
        tmp_path,
        {"name": "must", "capability": "a", "template": "{name} sang", "expect": "yes"},
        {"name": "not", "capability": "a", "template": "{name} ran", "expect": {"not": "yes"}},
        {"name": "same", "capability": "b", "template": "{name} ran", "vary": "name", "examples": None},
        {"name": "up", "capability": "c", "template": "{name} ran", "changed": "{name} ran fast",
         "expect": {"not_lower": "yes", "tolerance": 0.1}},
        {"name": "given", "capability": "c", "template": "{name} ran", "changed": "{name} ran fast",
         "expect": {"be": "no", "given": "yes"}},
        model=model,
    )  # fmt: skip
    scores = run["behaviour"].scores
    rates = {name: (float(scores[f"failure_rate[part={name}]"]), scores[f"failure_rate[part={name}]"].n)
             for name in ("a/must", "a/not", "b/same", "c/up", "c/given")}  # fmt: skip
    assert rates == {"a/must": (0, 2), "a/not": (0.5, 2), "b/same": (1, 1), "c/up": (0.5, 2), "c/given": (0, 1)}
    assert scores["failure_rate"].n == 8
    assert scores["counted"] == 8 / 9
    assert scores["worst_failure_rate"].note == "of b, the worst of 3"
    assert scores["worst_failure_rate"].low == max(
        share("", k, n, 1 - 0.05 / 3).low or 0 for k, n in ((1, 4), (1, 1), (1, 3))
    )


def test_a_failed_case_is_a_finding_that_says_what_was_expected(tmp_path: Path) -> None:
    run = _of(tmp_path, {"name": "blame", "template": "{name} was awful", "expect": "positive"})
    [line, *_] = [each.finding.line for each in run.records("behaviour", Behaved) if each.finding]
    assert line.startswith("blame: must be positive; negative (0.")


def test_its_cases_are_samples_of_its_own_beside_the_suites_data(tmp_path: Path) -> None:
    (tmp_path / "tests.yaml").write_text(_suite({"name": "t", "template": "{name} sang", "expect": "positive"}))
    suite = {"tasks": ["classification", {"use": "behaviour", "suite": str(tmp_path / "tests.yaml")}]}
    data = [{"text": f"text {at}", "label": "positive"} for at in range(5)]
    run = harness.run(suite, model=SENTIMENT, data=data, out=tmp_path / "run", progress=False)
    assert run["classification"].scores["accuracy"].n == 5
    assert run["behaviour"].scores["failure_rate"].n == 2
    assert {each["data"] for each in run.samples} == {"", "@behaviour"}
    assert [each.n for each in (run["behaviour"].scores["counted"],)] == [2]


def test_before_a_run_a_gate_knows_how_many_cases_its_capability_has(tmp_path: Path) -> None:
    tests = [
        {"name": name, "capability": name, "template": f"{{name}} sang {name}", "expect": "positive", "n": n}
        for name, n in (("one", 1), ("two", 2))
    ]
    (tmp_path / "tests.yaml").write_text(_suite(*tests))
    gates = {at: {"max": 0.9} for at in ("failure_rate", "failure_rate[part=one]", "failure_rate[part=two]")}
    gates |= {"failure_rate[part=two/two]": {"max": 0.9}, "worst_failure_rate": {"max": 0.9}}
    model = {"use": "python", "object": "math:sqrt", "labels": ["negative", "positive"]}
    task = {"use": "behaviour", "suite": str(tmp_path / "tests.yaml"), "gates": gates}
    rows = resolvable(check(suite_of({"model": model, "tasks": [task]}, "tests")))["gates"]
    assert [row["n"] for row in rows] == [3, 1, 2, 3, 3]
    assert [row["passes"] for row in rows[:3]] == [share_resolution("max", 0.9, n, 0.95).passes for n in (3, 1, 2)]
    assert rows[0]["note"].startswith("if every case counts")
    assert [row["passes"] for row in rows[3:]] == [None, None]


def test_classes_that_the_model_has_not_are_left_out_and_counted(tmp_path: Path) -> None:
    model = _Labelled(lambda texts: [[0.2, 0.8]] * len(texts), "negative", "positive")
    tests = [{"name": name, "template": "{name} sang", "expect": name} for name in ("positive", "neutral")]
    scores = _of(tmp_path, *tests, model=model)["behaviour"].scores
    assert scores["counted"] == 0.5
    assert scores["failure_rate[part=general/neutral]"].n == 0
    assert "without 2 cases of classes that the model has not" in scores["failure_rate"].note


@pytest.mark.parametrize("suite", shipped())
def test_shipped_suites_run_and_a_model_that_always_answers_the_same_fails_them(suite: str, tmp_path: Path) -> None:
    classes = {
        "sentiment": ["negative", "positive"],
        "toxicity": ["fine", "toxic"],
        "paraphrase": ["different", "duplicate"],
        "nli": ["entailment", "neutral", "contradiction"],
    }[suite]
    one = [1.0, *[0.0] * (len(classes) - 1)]
    model = _Labelled(lambda inputs: [one] * len(inputs), *classes)
    scores = _run(tmp_path, model, suite=suite, n=6)["behaviour"].scores
    assert float(scores["counted"]) > 0.8  # a probability of 0 or 1 cannot move further
    assert 0.2 < float(scores["failure_rate"]) < 0.8
    texts = [each["input"] for each in Run(tmp_path / "run").samples]
    assert not [text for text in texts if "{" in text.replace('{"', "") or "  " in text]


T = {"name": "t", "template": "{name} sang", "expect": "positive"}


@pytest.mark.parametrize(
    ("test", "says"),
    [
        ({**T, "template": "{nam} sang"}, "there is no lexicon 'nam' for the slot {nam}: expected one of name, good"),
        ({**T, "template": "she sang"}, "has no slot: expected one like {name}"),
        ({**T, "template": "{name sang"}, "has '{': expected a slot like {name}"),
        ({**T, "template": "{pair} sang"}, "has parts: expected {pair.0} to {pair.1}"),
        ({**T, "template": "{pair.2} sang"}, "has no part 2"),
        ({**T, "template": "{empty} sang"}, "the lexicon 'empty' is empty"),
        ({**T, "expect": None}, "expected `expect`"),
        ({**T, "expect": {"same": True}}, "`same` compares inputs"),
        ({**T, "expect": {"be": "a", "not": "b"}}, "expected one of `be`, `not`"),
        ({**T, "vary": "good"}, "there is no slot {good}"),
        ({**T, "expct": "positive"}, "test 't': expct"),
        ({**T, "examples": ["a"]}, "it has `examples` and a template"),
        ({"name": "t", "expect": "positive"}, "expected a `template`, or `examples`"),
        ({**T, "expect": "rich"}, "the tests speak of rich, and the model answers negative, neutral, positive"),
    ],
)  # fmt: skip
def test_what_a_suite_gets_wrong_is_said(test: dict[str, Any], says: str, tmp_path: Path) -> None:
    (tmp_path / "tests.yaml").write_text(json.dumps({"lexicons": {**LEXICONS, "empty": []}, "tests": [test]}))
    with pytest.raises(UserError) as caught:
        _run(tmp_path, SENTIMENT, suite=str(tmp_path / "tests.yaml"))
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("content", "says"),
    [("tests: [", "could not be read"), ("[]", "tests.yaml"), ("tests: []", "tests"), ("\0", "could not be read")],
)
def test_a_file_that_is_no_suite_is_refused(content: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "tests.yaml").write_text(content)
    with pytest.raises(UserError, match=says):
        _run(tmp_path, SENTIMENT, suite=str(tmp_path / "tests.yaml"))


def test_a_suite_that_is_not_there_is_named_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(
        UserError, match=r"no suite 'sentimant': expected a file, or one of .*; did you mean 'sentiment'"
    ):
        _run(tmp_path, SENTIMENT, suite="sentimant")


def test_rows_without_known_columns_are_refused_with_those_they_have(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text('{"a": "one", "b": "two"}\n')
    with pytest.raises(UserError, match=r"its columns are a, b: expected `columns:"):
        _run(tmp_path, SENTIMENT, suite=str(tmp_path / "rows.jsonl"))
    with pytest.raises(UserError, match=r"there is no column 'c'"):
        _run(tmp_path, SENTIMENT, suite=str(tmp_path / "rows.jsonl"), columns={"input": "c"})


def test_more_combinations_than_anybody_runs_are_refused_unless_n_is_given(tmp_path: Path) -> None:
    lexicons = {"a": [f"word {at}" for at in range(400)]}
    test = {"name": "t", "template": "{a1} {a2} {a3}", "expect": "neutral"}
    (tmp_path / "tests.yaml").write_text(json.dumps({"lexicons": lexicons, "tests": [test]}))
    with pytest.raises(UserError, match=r"64,000,000 combinations: expected `n`"):
        _run(tmp_path, SENTIMENT, suite=str(tmp_path / "tests.yaml"))
    run = _run(tmp_path / "n", SENTIMENT, suite=str(tmp_path / "tests.yaml"), n=25)
    assert run["behaviour"].scores["counted"].n == 25


def test_tests_may_be_made_in_python_and_stand_in_the_suite(tmp_path: Path) -> None:
    tests = [{"name": name, "template": f"{{name}} {name}", "expect": "neutral"} for name in ("sang", "ran")]
    run = _run(tmp_path, SENTIMENT, suite={"lexicons": LEXICONS, "tests": tests})
    assert run["behaviour"].scores["counted"].n == 4
    with pytest.raises(UserError, match="test 'sang': there is no lexicon 'name'"):
        _run(tmp_path / "bad", SENTIMENT, suite={"tests": tests})
