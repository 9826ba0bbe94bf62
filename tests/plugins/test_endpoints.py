"""Models behind an address, on a server that misbehaves: no score changes silently, and nothing is asked faster."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bad_server import HANGS_UP, Answer, Server, answered, json_of, serving
from conftest import Project

import harness
from harness import UserError
from harness.engine.steadiness import SAMPLES_ASKED
from harness.suite import components

pytest.importorskip("aiohttp")
pytest.importorskip("stamina")
from harness_endpoints import calls, http

PROBED = 3 * SAMPLES_ASKED + 1
"""Texts that are asked once more, after the cases, to see whether answers hang on the batch or the time."""

TEXTS = [f"a {'good' if at % 2 else 'bad'} film, number {at}" for at in range(40)]
LABELS = ["yes" if at % 2 else "no" for at in range(40)]
HTTP: dict[str, Any] = {"response": "predictions", "labels": ["no", "yes"], "max_batch": 4}


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses that a test can wait for."""
    monkeypatch.setattr(calls, "FIRST_WAIT", 0.01)


def run(server: Server, out: Path, tasks: Any = ("classification",), **options: Any) -> harness.Run:
    model = http(url=server.url, **{**HTTP, **options})
    return harness.evaluate(model, (TEXTS, LABELS), list(tasks), out=out, progress=False)


def first(times: int, answer: Callable[[], Answer]) -> Callable[[int, Any], Answer]:
    """An answer that is none for the first requests, then what there should be."""
    return lambda number, body: answer() if number < times else answered(body)


def test_a_server_that_works_is_asked_each_text_once(tmp_path: Path) -> None:
    with serving(lambda _, body: answered(body)) as server:
        found = run(server, tmp_path / "run", ["classification", "stress"])
    assert float(found["classification"].accuracy) == 1
    assert len(set(server.texts)) == found.info.engine[""].unique
    assert len(server.texts) - len(set(server.texts)) <= PROBED
    account = found.info.accounts[""]
    assert (account.requests, account.again, account.waited) == (len(server.bodies), {}, 0)


PASSING: dict[str, tuple[str, Callable[[], Answer]]] = {
    "too many": ("429", lambda: json_of({"error": "slow down"}, 429)),
    "broken": ("500", lambda: json_of({}, 500)),
    "overloaded": ("503", lambda: json_of({}, 503, retry_after="0.02")),
    "malformed": ("malformed", lambda: (200, {}, b"<html>")),
    "half closed": ("connection", lambda: (HANGS_UP, {}, b"")),
}


@pytest.mark.parametrize("case", PASSING)
def test_what_passes_changes_no_score_and_is_counted(
    case: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    reason, answer = PASSING[case]
    with serving(first(3, answer)) as server:
        found = run(server, tmp_path / "run")
    assert float(found["classification"].accuracy) == 1
    assert found.info.tasks["classification"].errors == 0
    account = found.info.accounts[""]
    assert account.again == {reason: 3}
    assert account.requests == len(server.bodies)
    assert account.waited > 0
    assert caplog.records == []


def test_a_slow_answer_is_asked_again_after_the_timeout(tmp_path: Path) -> None:
    released = threading.Event()

    def behave(number: int, body: Any) -> Answer:
        if number == 0:
            released.wait(5)
        return answered(body)

    with serving(behave) as server:
        found = run(server, tmp_path / "run", limits={"timeout": 0.5})
        released.set()
    assert float(found["classification"].accuracy) == 1
    assert found.info.accounts[""].again == {"timeout": 1}


def test_retry_after_is_waited_for_by_all(tmp_path: Path) -> None:
    with serving(first(1, lambda: json_of({}, 429, retry_after="0.4"))) as server:
        run(server, tmp_path / "run", limits={"concurrency": 1})
    assert server.moments[1] - server.moments[0] >= 0.4


def test_too_many_halves_what_is_asked_at_once() -> None:
    pace = http(url="http://127.0.0.1:9/", **HTTP).calls.pace
    assert pace.limit == 16
    pace.refused(0.0)
    assert pace.limit == 8
    for _ in range(8):
        pace.answered()
    assert pace.limit == 8
    for _ in range(200):
        pace.answered()
    assert pace.limit == 16


def _wrong_count(_: int, body: Any) -> Answer:
    return json_of({"predictions": [[0.5, 0.5]] * (len(body["inputs"]) + ("number 7" in str(body)))})


def test_a_wrong_count_is_an_error_of_these_rows_and_asked_once(tmp_path: Path) -> None:
    with serving(_wrong_count) as server:
        found = run(server, tmp_path / "run")
    [rows] = [body["inputs"] for body in server.bodies if TEXTS[7] in body["inputs"]][:1]
    assert found.info.tasks["classification"].errors == len(rows) > 1
    assert server.texts.count(TEXTS[7]) - 1 <= PROBED // SAMPLES_ASKED


@pytest.mark.parametrize("row", [[0.5], [0.5, "x"], {"no": 1.0}, None, [2.0, -1.0], [float("nan"), 1.0]])
def test_an_answer_that_is_none_errors(row: Any, tmp_path: Path) -> None:
    def behave(_: int, body: Any) -> Answer:
        return json_of({"predictions": [row if "number 7" in text else [0.9, 0.1] for text in body["inputs"]]})

    with serving(behave) as server:
        found = run(server, tmp_path / "run", max_batch=1)
    assert found.info.tasks["classification"].errors == 1
    assert server.texts.count(TEXTS[7]) <= 1 + PROBED // SAMPLES_ASKED


def test_a_batch_that_is_refused_is_halved_until_the_one_to_blame_is_alone(tmp_path: Path) -> None:
    def behave(_: int, body: Any) -> Answer:
        return json_of({"error": "no"}, 422) if "number 7" in str(body) else answered(body)

    with serving(behave) as server:
        found = run(server, tmp_path / "run")
    assert found.info.tasks["classification"].errors == 1
    assert server.texts.count(TEXTS[7]) >= 3


ENDS = {
    "a key that is unknown": (401, "does not know the key"),
    "nothing there": (404, "nothing at this address"),
    "down for good": (500, "the last 3 requests failed"),
    "gone for an hour": (503, "asks to come back in 3600 s"),
}


@pytest.mark.parametrize("case", ENDS)
def test_what_does_not_pass_ends_the_run_that_goes_on_once_it_is_mended(case: str, tmp_path: Path) -> None:
    status, words = ENDS[case]
    broken = threading.Event()

    def behave(number: int, body: Any) -> Answer:
        after = {"retry_after": "3600"} if status == 503 else {}
        return json_of({}, status, **after) if broken.is_set() else answered(body)

    broken.set()
    limits = {"concurrency": 2, "attempts": 2, "give_up_after": 3}
    with serving(behave) as server:
        with pytest.raises(harness.RunError, match=words):
            run(server, tmp_path / "run", limits=limits)
        asked = len(server.bodies)
        assert asked <= 12
        broken.clear()
        model = http(url=server.url, **{**HTTP, "limits": limits})
        found = harness.evaluate(
            model, (TEXTS, LABELS), ["classification"], out=tmp_path / "run", resume=True, progress=False
        )
    assert float(found["classification"].accuracy) == 1
    assert found.info.accounts[""].requests == len(server.bodies)


def test_a_resumed_run_pays_nothing_twice(tmp_path: Path) -> None:
    tasks = [{"use": "attack", "attacks": ["deepwordbug"]}]
    limits = {"concurrency": 1, "attempts": 1, "give_up_after": 1}
    with serving(lambda number, body: answered(body) if number < 60 else json_of({}, 500)) as server:
        with pytest.raises(harness.RunError):
            run(server, tmp_path / "run", tasks, limits=limits, max_batch=1)
        server.behave = lambda _, body: answered(body)
        failed = server.texts[60]
        model = http(url=server.url, **{**HTTP, "max_batch": 1, "limits": limits})
        harness.evaluate(model, (TEXTS, LABELS), tasks, out=tmp_path / "run", resume=True, progress=False)
    again = [text for text in server.texts if server.texts.count(text) > 1]
    assert set(again) <= {failed}


def test_recorded_answers_are_replayed_without_a_server_or_a_key(tmp_path: Path) -> None:
    headers = {"Authorization": "Bearer $ENDPOINT_TEST_KEY"}
    with pytest.MonkeyPatch.context() as patch, serving(lambda _, body: answered(body)) as server:
        patch.setenv("ENDPOINT_TEST_KEY", "sesame-open")
        model = http(url=server.url, **HTTP, headers=headers)
        harness.evaluate(
            model, (TEXTS, LABELS), ["classification"], out=tmp_path / "one", cache=tmp_path / "kept", progress=False
        )
        url = server.url
    model = http(url=url, **HTTP, headers=headers, replay=True)
    found = harness.evaluate(
        model, (TEXTS, LABELS), ["classification"], out=tmp_path / "two", cache=tmp_path / "kept", progress=False
    )
    assert float(found["classification"].accuracy) == 1
    assert found.info.accounts[""].requests == 0
    others = ([*TEXTS, "a new film"], [*LABELS, "no"])
    found = harness.evaluate(
        model, others, ["classification"], out=tmp_path / "three", cache=tmp_path / "kept", progress=False
    )
    assert found.info.tasks["classification"].errors == 1


def test_no_key_stands_in_anything_a_run_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ENDPOINT_TEST_KEY", "sesame-open")

    def behave(number: int, body: Any) -> Answer:
        echoed = json_of({"error": "bad key sesame-open"}, 422)
        return echoed if "number 7" in str(body) else answered(body)

    with serving(behave) as server:
        run(server, tmp_path / "run", headers={"X-Api-Key": "$ENDPOINT_TEST_KEY"})
    assert server.headers[0]["x-api-key"] == "sesame-open"
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    out = capfd.readouterr()
    assert b"sesame-open" not in written
    assert "sesame-open" not in out.out + out.err
    assert b"&lt;hidden&gt;" in written or b"<hidden>" in written


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"url": "http://me:secret@host/"}, "a user's name or password in an address"),
        ({"url": "https://host/?api_key=abc"}, "the parameter 'api_key' in an address"),
        ({"url": "host/predict"}, "expected an address like"),
        ({"headers": {"Authorization": "Bearer abc"}}, "has a value that stands in the suite"),
        ({"headers": {"Authorization": "Bearer $NOT_SET_HERE"}}, "NOT_SET_HERE, which is not set"),
        ({"request": {"inputs": "$inputs", "api_key": "abc"}}, "'api_key' looks like a key"),
        ({"request": {"inputs": "text"}}, "expected '.inputs' or '.input' in it"),
        ({"response": "a[["}, "expected a path of JMESPath"),
        ({"labels": []}, "expected the names of the classes"),
        ({"max_cost": 1.0}, "needs `prices`"),
        ({"certificate": Path("no.pem")}, "cannot be read"),
        ({"api": "kserve", "request": {"inputs": "$inputs"}}, "has one of its own"),
    ],
)
def test_a_mistake_is_a_word_before_the_first_question(options: dict[str, Any], words: str) -> None:
    given = {**HTTP, "url": "http://127.0.0.1:9/", **options}
    with pytest.raises(UserError, match=words) as caught:
        http(**given)
    assert "abc" not in str(caught.value)
    assert "secret@" not in str(caught.value)


def test_a_redirect_to_another_host_needs_a_word(tmp_path: Path) -> None:
    with serving(lambda _, body: answered(body)) as other:
        elsewhere = other.url.replace("127.0.0.1", "localhost")
        with serving(lambda _, __: (307, {"location": elsewhere}, b"")) as server:
            with pytest.raises(harness.RunError, match=r"redirects: \[localhost\]"):
                run(server, tmp_path / "no")
            assert other.bodies == []
            found = run(server, tmp_path / "yes", redirects=["localhost"])
    assert float(found["classification"].accuracy) == 1


def test_an_endpoint_that_changes_its_model_ends_the_run_and_its_resumption(tmp_path: Path) -> None:
    limits = {"concurrency": 1}
    with serving(lambda number, body: answered(body, model=f"v{1 + (number > 4)}")) as server:
        with pytest.raises(harness.RunError, match="answered by v1, v2"):
            run(server, tmp_path / "run", limits=limits)
        model = http(url=server.url, **{**HTTP, "limits": limits})
        with pytest.raises(harness.RunError, match="answered by v1, v2"):
            harness.evaluate(model, (TEXTS, LABELS), ["classification"], out=tmp_path / "run", resume=True)


def test_a_limit_of_cost_is_not_crossed(tmp_path: Path) -> None:
    usage = {"prompt_tokens": 1000, "completion_tokens": 0}
    prices = {"tokens_in": 1.0, "per": 1000}
    with serving(lambda _, body: answered(body, usage=usage)) as server:
        with pytest.raises(harness.RunError, match=r"max_cost is 5: .*--set model.max_cost=MORE"):
            run(server, tmp_path / "run", prices=prices, max_cost=5.0, limits={"concurrency": 1})
        assert len(server.bodies) == 5
        model = http(url=server.url, **{**HTTP, "prices": prices, "max_cost": 100.0})
        found = harness.evaluate(
            model, (TEXTS, LABELS), ["classification"], out=tmp_path / "run", resume=True, progress=False
        )
    assert found.info.accounts[""].cost == len(server.bodies) >= 10
    assert found.info.accounts[""].tokens_in == 1000 * len(server.bodies)


def test_rates_are_kept(tmp_path: Path) -> None:
    with serving(lambda _, body: answered(body)) as server:
        run(server, tmp_path / "run", limits={"requests_per_minute": 600})
    apart = [after - before for before, after in zip(server.moments, server.moments[1:], strict=False)]
    assert sum(apart) >= 0.1 * (len(apart)) * 0.9


def test_requests_are_side_by_side_and_no_more_than_allowed(tmp_path: Path) -> None:
    with serving(lambda _, body: answered(body), delay=0.02) as server:
        run(server, tmp_path / "run", max_batch=1, limits={"concurrency": 8})
    assert 4 <= server.most <= 8


SHAPES: dict[str, tuple[dict[str, Any], Callable[[Any], Answer]]] = {
    "huggingface": ({"api": "huggingface"}, lambda body: json_of(
        [[{"label": "yes", "score": row[1]}, {"label": "no", "score": row[0]}] for row in _rows(body["inputs"])])),
    "kserve": ({"api": "kserve"}, lambda body: json_of({"model_name": "m", "outputs": [{
        "name": "probabilities", "shape": [len(body["inputs"][0]["data"]), 2],
        "data": [number for row in _rows(body["inputs"][0]["data"]) for number in row]}]})),
    "one at a time": ({"request": {"text": "$input"}, "response": "scores"},
                      lambda body: json_of({"scores": _rows([body["text"]])[0]})),
    "classes": ({"output": "classes", "response": "[].label"},
                lambda body: json_of([{"label": "yes" if row[1] > 0.5 else "no"} for row in _rows(body["inputs"])])),
}  # fmt: skip


def _rows(texts: list[str]) -> list[list[float]]:
    return [[0.1, 0.9] if "good" in text else [0.9, 0.1] for text in texts]


@pytest.mark.parametrize("name", SHAPES)
def test_a_shape(name: str, tmp_path: Path) -> None:
    options, behave = SHAPES[name]
    with serving(lambda _, body: behave(body)) as server:
        model = http(url=server.url, **{"labels": ["no", "yes"], "max_batch": 4, **options})
        found = harness.evaluate(model, (TEXTS, LABELS), ["classification"], out=tmp_path / "run", progress=False)
    assert float(found["classification"].accuracy) == 1


SUITE = """
model: {use: http, url: URL, labels: [no, yes], response: predictions, limits: {concurrency: 4}}
data: {use: files, path: data.jsonl}
tasks: [{use: classification, gates: {accuracy: {min: 0.8}}}]
"""


def test_terminal_report_and_plan_say_what_was_spent(project: Project) -> None:
    rows = [{"text": text, "label": label} for text, label in zip(TEXTS, LABELS, strict=True)]
    project.write("data.jsonl", "\n".join(map(json.dumps, rows)))
    with serving(lambda _, body: answered(body, usage={"prompt_tokens": 9, "completion_tokens": 1})) as server:
        project.write("suite.yaml", SUITE.replace("URL", server.url))
        planned = project.harness("plan", "suite.yaml")
        called = project.harness("run", "suite.yaml", "--out", "run")
    assert "the model: about " in planned.out
    assert " requests, " in called.out
    assert " tokens in, " in called.out
    assert " tokens in, " in (project.folder / "run" / "report.html").read_text(encoding="utf-8")


def test_it_is_found_by_name() -> None:
    assert {"http", "openai"} <= set(components.find("models"))


KILLED = """\
model:
  {{use: http, url: "{url}", response: predictions, labels: ["no", "yes"], max_batch: 1, limits: {{concurrency: 2}}}}
data: {{use: files, path: rows.jsonl}}
tasks: [classification]
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal")
def test_a_killed_process_pays_again_for_what_was_under_way_and_keeps_its_count(project: Project) -> None:
    texts = [f"a {'good' if at % 2 else 'bad'} film, number {at}" for at in range(80)]
    rows = ({"text": text, "label": "yes" if "good" in text else "no"} for text in texts)
    project.write("rows.jsonl", "".join(f"{json.dumps(row)}\n" for row in rows))
    with serving(lambda _, body: answered(body), delay=0.05) as server:
        project.write("paid.yaml", KILLED.format(url=server.url))
        process = project.start("run", "paid.yaml", "--out", "out")
        while len(server.bodies) < 60:
            time.sleep(0.02)
        process.kill()
        process.communicate()
        time.sleep(0.2)
        before, paid = project.read("out/run.json")["accounts"][""]["requests"], len(server.bodies)
        assert paid - 2 / 0.05 - 2 <= before <= paid
        assert project.harness("run", "paid.yaml", "--out", "out", "--resume").code == 0
    assert len(server.texts) - len(set(server.texts)) <= 2 + PROBED
    after = project.read("out/run.json")["accounts"][""]["requests"]
    assert after == before + len(server.bodies) - paid
