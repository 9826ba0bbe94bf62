"""Which sets a task runs on."""

from __future__ import annotations

import pytest

from harness import UserError
from harness.suite.sets import own_set, require_slices_of, sets_of_task


def test_a_task_with_samples_of_its_own_runs_on_them_alone_and_no_other_does() -> None:
    names = ["", own_set("mine")]
    assert sets_of_task("mine", None, names) == ["@mine"]
    assert sets_of_task("other", None, names) == [""]


def test_of_several_sets_a_task_runs_on_those_it_names() -> None:
    names = ["dev", "test", own_set("mine")]
    assert sets_of_task("other", None, names) == ["dev", "test"]
    assert sets_of_task("other", ["test"], names) == ["test"]
    assert sets_of_task("mine", ["test"], names) == ["@mine"]


def test_a_slice_that_is_not_there_is_named_with_what_to_do() -> None:
    require_slices_of("fairness", ["sex"], ["sex", "age"])
    with pytest.raises(
        UserError, match=r"task 'fairness': its data have no slice 'sx': they have sex; did you mean 'sex'"
    ):
        require_slices_of("fairness", ["sx"], ["sex"])
    with pytest.raises(UserError, match=r"add `slices: {sex: {column: sex}}` to `data`"):
        require_slices_of("fairness", ["sex"], [])
