"""Whether a server answers the same question alike at temperature 0: the task `health` asks it again, and again."""

from __future__ import annotations

import math
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from bad_server import json_of, serving

import harness

pytest.importorskip("aiohttp")
from harness_endpoints import openai

TEXTS = [f"a {'good' if at % 2 else 'bad'} film, number {at}" for at in range(8)]
LABELS = ["yes" if at % 2 else "no" for at in range(8)]
GIVEN: dict[str, Any] = {"model_id": "m", "prompt": "{input}\nGood?", "labels": ["no", "yes"]}


class _Server:
    """Answers by the text, but every other time that some texts are asked as if it were another."""

    def __init__(self, moody: set[int]) -> None:
        self.moody, self.times, self.lock = moody, Counter[str](), threading.Lock()

    def __call__(self, _: int, body: Any) -> Any:
        assert body["temperature"] == 0
        text = body["messages"][-1]["content"]
        with self.lock:
            self.times[text] += 1
            other = self.times[text] % 2 == 0 and int(text.split()[4]) in self.moody
        good = ("good film" in text) != other
        if not body.get("logprobs"):
            return json_of({"model": "m", "choices": [{"message": {"content": "yes" if good else "no"}}]})
        chances = {"yes": 0.8 if good else 0.2, "no": 0.2 if good else 0.8}
        listed = [{"token": token, "logprob": math.log(chance)} for token, chance in chances.items()]
        return json_of({"model": "m", "choices": [{"logprobs": {"content": [{"top_logprobs": listed}]}}]})


def _scores(folder: Path, moody: set[int], **options: Any) -> Any:
    with serving(_Server(moody)) as server:
        model = openai(url=server.url, **GIVEN, **options)
        run = harness.evaluate(
            model,
            (TEXTS, LABELS),
            [{"use": "health", "asked": 8, "gates": {"changes_decision": {"max": 0.05}}}],
            out=folder / "run",
            cache=folder / "cache",
            progress=False,
        )
    assert run.info.tasks["health"].errors == 0
    return run


@pytest.mark.parametrize("answers", ["text", "logprobs"])
def test_a_server_that_changes_its_mind_is_measured(answers: str, tmp_path: Path) -> None:
    run = _scores(tmp_path, {1, 2, 3}, answers=answers)
    assert float(run["health"]["changes_again"]) == pytest.approx(3 / 8)
    assert float(run["health"]["changes_decision"]) == pytest.approx(3 / 8)
    assert run.verdict == "fail"


@pytest.mark.parametrize("answers", ["text", "logprobs"])
def test_a_server_that_does_not_has_none(answers: str, tmp_path: Path) -> None:
    run = _scores(tmp_path, set(), answers=answers)
    scores = run["health"]
    assert [float(scores[name]) for name in ("changes_again", "changes_in_batch", "changes_decision")] == [0, 0, 0]
