"""Questions to saved answers: about which input, by which key, and which suites have none of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from harness import AskOnce, Question, Sample, UserError, predict
from harness.data.samples import Placed
from harness.engine.adapters import connect
from harness.engine.cases import Case
from harness.lookups.saved import NO_OTHER, is_saved, keys_of, looked_up
from harness.runs.local import outcomes

if TYPE_CHECKING:
    from conftest import Project


class ById:
    """Answers that say which id was asked."""

    labels, output = ("no", "yes"), "probabilities"

    def __init__(self, **answers: float) -> None:
        self.answers, self.asked = answers, list[str]()

    def by_id(self, ids: Sequence[str]) -> list[list[float]]:
        self.asked += ids
        if missing := [each for each in ids if each not in self.answers]:
            raise UserError(f"no {missing[0]}")
        return [[1 - self.answers[each], self.answers[each]] for each in ids]


class ByRow:
    """Answers in the order of rows."""

    labels, output = ("no", "yes"), "probabilities"

    def __init__(self, *answers: float) -> None:
        self.answers, self.ids = answers, list[str]()

    def by_row(self, rows: Sequence[int], *, of: int, ids: Any = None) -> list[list[float]]:
        self.ids = ids or self.ids
        if of != len(self.answers):
            raise UserError(f"{of} rows")
        return [[1 - self.answers[at], self.answers[at]] for at in rows]


def asked_of(adapter: Any, sets: Mapping[str, Placed], samples: Sequence[Sample[Any]], session: Any) -> dict[str, Any]:
    """What a session makes of each sample, or the end of its error, by id."""
    model = connect(adapter)
    start = looked_up(model, sets, {"task": {"": session}})["task"][""]
    found = outcomes({"": model}, [Case("task", "", sample, start) for sample in samples])
    return {each.case.sample.id: each.value if each.error is None else each.error.splitlines()[-1] for each in found}


ONCE = AskOnce(lambda answers: [float(row[1]) for row in answers])
TWO = [Sample("a", "a film", 1), Sample("b", "a film", 0)]


def test_equal_inputs_of_two_samples_have_answers_of_their_own() -> None:
    assert asked_of(ById(a=0.9, b=0.2), {"": Placed(["a", "b"], [0, 1], 2)}, TWO, ONCE) == {"a": 0.9, "b": 0.2}


def test_no_session_is_started_to_ask_once() -> None:
    model = connect(ById(a=0.9, b=0.2))
    start = looked_up(model, {"": Placed(["a", "b"], [0, 1], 2)}, {"task": {"": ONCE}})["task"][""]
    assert isinstance(start, AskOnce)
    assert start.question(TWO) == Question("by_id", ("a", "b"))


def test_a_result_that_fails_is_the_error_of_its_case_alone() -> None:
    def results(answers: Any) -> list[float]:
        return [1 / (row[1] - 0.2) for row in answers]

    found = asked_of(ById(a=0.9, b=0.2), {"": Placed(["a", "b"], [0, 1], 2)}, TWO, AskOnce(results))
    assert found == {"a": pytest.approx(1 / 0.7), "b": "ZeroDivisionError: float division by zero"}


def test_answers_by_row_are_those_of_the_rows_of_the_samples() -> None:
    adapter = ByRow(0.1, 0.2, 0.3)
    found = asked_of(adapter, {"": Placed(["b", "a"], [2, 0], 3, own=True)}, TWO, ONCE)
    assert (found, adapter.ids) == ({"a": 0.1, "b": 0.3}, ["b", "a"])


def test_an_input_that_is_not_the_samples_is_an_error_of_its_case() -> None:
    def shouts(sample: Sample[str], _: Random) -> Any:
        rows = yield from predict([sample.input, sample.input.upper()])
        return rows.array.tolist()

    found = asked_of(ById(a=0.9, b=0.2), {"": Placed(["a", "b"], [0, 1], 2)}, TWO[:1], shouts)
    assert found["a"].endswith(f"this asks the model about an input that is not a sample's: {NO_OTHER}")


def test_an_equal_copy_of_the_input_is_the_samples() -> None:
    def copies(sample: Sample[str], _: Random) -> Any:
        rows = yield from predict(["".join(list(sample.input))] * 2)
        return rows.array[:, 1].tolist()

    found = asked_of(ById(a=0.9), {"": Placed(["a"], [0], 1)}, TWO[:1], copies)
    assert found == {"a": [0.9, 0.9]}


def test_a_missing_answer_is_an_error_before_anything_is_asked() -> None:
    with pytest.raises(UserError, match="no b"):
        looked_up(connect(ById(a=0.9)), {"": Placed(["a", "b"], [0, 1], 2)}, {})


def test_ids_of_several_sets_go_without_the_sets_name_unless_two_sets_share_one() -> None:
    model = connect(adapter := ById(a=1, b=0))
    keys_of(model, {"films": Placed(["films/a"], [0], 1), "hotels": Placed(["hotels/b"], [0], 1)})
    assert adapter.asked == ["a", "b"]
    with pytest.raises(UserError, match="no films/a"):
        keys_of(model, {"films": Placed(["films/a"], [0], 1), "hotels": Placed(["hotels/a"], [0], 1)})


def test_rows_say_nothing_of_several_sets() -> None:
    with pytest.raises(UserError, match=r"rows say nothing of 2 sets \(films, hotels\)"):
        keys_of(connect(ByRow(0.5)), {"films": Placed(["films/a"], [0], 1), "hotels": Placed(["hotels/b"], [0], 1)})


def test_a_model_that_answers_inputs_is_asked_as_ever() -> None:
    model, sessions = connect(lambda texts: [[0.5, 0.5]] * len(texts), labels=["no", "yes"]), {"task": {"": ONCE}}
    assert looked_up(model, {}, sessions) is sessions
    assert not is_saved(model)


SAVED = "id,negative,positive\n" + "".join(f"{at},0.4,0.6\n" for at in range(20))


@pytest.fixture
def saved(project: Project) -> Project:
    rows = (project.folder / "dev.jsonl").read_text(encoding="utf-8").splitlines()
    project.write("dev.jsonl", "".join(f'{{"id": {at}, {row[1:]}\n' for at, row in enumerate(rows)))
    project.write("saved.csv", SAVED)
    model = "{use: predictions, path: saved.csv, columns: {id: id, probabilities: [negative, positive]}}"
    data = "{use: files, path: dev.jsonl, columns: {id: id}}"
    project.write("saved.yaml", f"model: {model}\ndata: {data}\ntasks: [classification]\n")
    return project


NEW = ["stress", "attack", "explain", "health", "performance", "fairness", "{use: behaviour, suite: sentiment}"]


@pytest.mark.parametrize("task", NEW)
@pytest.mark.parametrize("command", ["check", "run"])
def test_a_task_that_needs_new_answers_is_refused(saved: Project, task: str, command: str) -> None:
    called = saved.harness(command, "saved.yaml", "--set", f"tasks=[{task}]")
    assert called.code == 2
    assert "needs new answers, and saved predictions have none: leave it out, or name the model itself" in called.err


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("cross_validation=5", "it fits models, and saved predictions have none to fit"),
        ("tasks=[classification, stress, attack]", "tasks 'stress', 'attack' need new answers"),
    ],
)
def test_what_fits_or_asks_anew_is_refused_in_a_sentence(saved: Project, setting: str, message: str) -> None:
    called = saved.harness("check", "saved.yaml", "--set", setting)
    assert (called.code, message in called.err, "Traceback" in called.err) == (2, True, False), called.err


def test_check_knows_a_missing_id_before_a_run_does(saved: Project) -> None:
    saved.write("saved.csv", SAVED.replace("\n7,", "\nseven,"))
    for command in ("check", "run"):
        called = saved.harness(command, "saved.yaml")
        assert (called.code, "it has no answer to '7' of the data's samples" in called.err) == (2, True), called.err


def test_check_misses_a_file_as_a_run_does(saved: Project) -> None:
    (saved.folder / "saved.csv").unlink()
    for command in ("check", "run"):
        called = saved.harness(command, "saved.yaml")
        assert (called.code, "there is no file saved.csv" in called.err) == (2, True), called.err


def test_nothing_else_can_ask_saved_answers(saved: Project) -> None:
    assert "cannot be asked anything" in saved.harness("doctor", "--model", "saved.yaml").err
    assert saved.harness("run", "saved.yaml", "--out", "run", "--quiet").code == 0
    assert saved.harness("freeze", "run").code == 0
    called = saved.harness("replay", "saved.failures")
    assert (called.code, NO_OTHER in called.err) == (2, True), called.err
