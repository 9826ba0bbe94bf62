"""Holm's adjusted p values against statsmodels."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from harness.statistics.holm import holm


@settings(max_examples=30, deadline=None)  # statsmodels takes a tenth of a second a call
@given(st.lists(st.sampled_from([0.0, 1.0, 0.04]) | st.floats(0, 1), min_size=1, max_size=30))
def test_adjusted_p_values_equal_statsmodels(p: list[float]) -> None:
    assert holm(p) == pytest.approx(multipletests(p, method="holm")[1].tolist(), rel=1e-12)


def test_no_test_is_no_p() -> None:
    assert holm([]) == []
