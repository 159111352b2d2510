"""An attack by arithmetic: what an interval or a p-value alone tells of counts that are not shown.

Not here: sums of counts (`test_hiding.py`).
"""

from __future__ import annotations

import math

import pytest

from tests.unit.measure.patients import Candidate
from tests.unit.measure.world import measured

RATIO = "pseudoprogression_to_progression_hazard_ratio"
BETWEEN = "her2=positive/negative"
Z = 1.959964


def groups(few: int):
    """Build two groups by HER2: in one all progress but two, in the other `few` of 20 do."""
    positive = [Candidate(her2="positive", progressed=120 + 9 * place) for place in range(18)]
    negative = [Candidate(her2="negative", progressed=140 + 31 * place) for place in range(few)]
    followed = [Candidate(her2="negative", followed=500 + place) for place in range(20 - few)]
    return [*positive, *[Candidate(her2="positive", followed=600)] * 8, *negative, *followed]


def solved(row, total: int) -> float:
    """Solve an interval for the events of the smaller group: 1/a + 1/(total - a) is its variance."""
    variance = (math.log(row["ci_high"] / row["ci_low"]) / (2 * Z)) ** 2
    return (total - math.sqrt(max(total**2 - 4 * total / variance, 0.0))) / 2


def test_an_exact_ratio_tells_the_events_of_a_group_and_a_controlled_one_is_not_there() -> None:
    exact = measured(groups(4), threshold=0).estimate(RATIO, BETWEEN)
    assert solved(exact, exact["events"]) == pytest.approx(4, abs=0.9)
    told = measured(groups(4), threshold=5).estimate(RATIO, BETWEEN)
    assert [told[name] for name in ("estimate", "ci_low", "ci_high", "p_value")] == [None] * 4


def test_a_ratio_of_groups_that_may_be_shown_stays() -> None:
    told = measured(groups(12), threshold=5).estimate(RATIO, BETWEEN)
    assert None not in [told[name] for name in ("estimate", "ci_low", "ci_high", "p_value", "events")]


def test_limits_and_p_values_go_with_a_hidden_count_and_the_estimate_stays() -> None:
    patients = [Candidate(progressed=200 + place) for place in range(17)]
    row = measured([*patients, *[Candidate(followed=500)] * 3], threshold=5).estimate(
        "pseudoprogression_to_progression"
    )
    assert (row["events"], row["ci_low"], row["ci_high"], row["ci_method"]) == (None, None, None, None)
    assert row["estimate"] is not None
