"""What gates can resolve before anything runs."""

from __future__ import annotations

import pytest

from harness.forecasts.resolution import half_width
from harness.statistics.exact import clopper_pearson


def test_half_width_is_half_of_the_exact_interval() -> None:
    low, high = clopper_pearson(90, 100)
    assert half_width(0.9, 100) == pytest.approx((high - low) / 2)
    assert half_width(0.9, 400) == pytest.approx(half_width(0.9, 100) / 2, rel=0.1)
