"""What holds of three houses holds of four and of seven.

Not here: three houses, and small ones (`test_exact.py`).
"""

from __future__ import annotations

import pytest

from tests.unit.pool.held import ensure_same, pooled_and_whole


@pytest.mark.parametrize("sites", [4, 7])
def test_more_houses_are_their_release(sites: int) -> None:
    assert ensure_same(*pooled_and_whole(sites, protocols=1))["survival_curve"] > 10_000
