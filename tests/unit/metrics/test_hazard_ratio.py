"""Hazard ratios, against R 4.2.2 (survival 3.5-3) and lifelines, and Schoenfeld's formula."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bpp_etl.metrics import HazardRatio, hazard_ratio, smallest_detectable_hazard_ratio

quick = settings(max_examples=60, deadline=None)


def numbers(result: HazardRatio) -> tuple[float | None, ...]:
    return result.estimate, result.low, result.high, result.p_value


def test_lung_cancer_by_sex_has_the_ratio_of_r(load) -> None:
    data = load("lung")
    result = hazard_ratio(data["time"], data["status"], data["sex"])
    assert numbers(result) == pytest.approx((0.588003, 0.423718, 0.815985, 0.00149123), rel=2e-6)
    assert (result.reference, result.group, result.events) == (1, 2, 165)


def test_tied_leukaemia_remissions_have_the_ratio_of_r(load) -> None:
    data = load("leukemia")
    result = hazard_ratio(data["t"], data["status"], data["Rx"])
    assert numbers(result) == pytest.approx((4.816873898, 2.14650821, 10.8093107, 0.00013775), rel=5e-5)


def test_it_agrees_with_lifelines_on_heavily_tied_data() -> None:
    from lifelines import CoxPHFitter  # noqa: PLC0415 - slow to load

    rng = np.random.default_rng(11)
    data = pd.DataFrame(
        {"days": rng.integers(1, 9, 150), "seen": rng.random(150) < 0.7, "group": rng.integers(0, 2, 150)}
    )
    theirs = CoxPHFitter().fit(data, "days", "seen").summary.loc["group"]
    ours = hazard_ratio(data["days"], data["seen"], data["group"])
    columns = ["exp(coef)", "exp(coef) lower 95%", "exp(coef) upper 95%", "p"]
    assert numbers(ours) == pytest.approx(theirs[columns].tolist(), rel=1e-6)


@pytest.mark.parametrize(
    ("days", "seen", "groups", "reason"),
    [
        ([], [], [], "no patients"),
        ([3, 4], [1, 1], ["a", "a"], "one group only"),
        ([3, 4, 5], [0, 0, 0], ["a", "b", "b"], "no event while both groups are at risk"),
        ([1, 2, 5], [0, 0, 1], ["a", "a", "b"], "no event while both groups are at risk"),
        ([1, 2, 3, 4], [1, 1, 0, 0], list("aabb"), "every event while both groups are at risk"),
        ([1, 2, 3, 4], [1, 1, 1, 1], list("aabb"), "every event while both groups are at risk"),
    ],
)
def test_what_cannot_be_estimated_is_none_with_a_reason(days, seen, groups, reason) -> None:
    result = hazard_ratio(days, seen, groups)
    assert numbers(result) == (None, None, None, None)
    assert result.reason.startswith(reason)


def test_three_groups_are_refused() -> None:
    with pytest.raises(ValueError, match=r"more than two labels.*Hint:"):
        hazard_ratio([1, 2, 3], [1, 1, 1], ["a", "b", "c"])


@given(st.lists(st.tuples(st.integers(0, 6), st.booleans(), st.integers(0, 1)), min_size=2, max_size=40))
@quick
def test_swapping_the_groups_inverts_the_ratio(rows) -> None:
    days, seen, groups = (list(column) for column in zip(*rows, strict=True))
    result = hazard_ratio(days, seen, groups)
    assume(result.estimate is not None)
    swapped = hazard_ratio(days, seen, [1 - group for group in groups])
    expected = (1 / result.estimate, 1 / result.high, 1 / result.low, result.p_value)
    assert numbers(swapped) == pytest.approx(expected, rel=1e-6)


def test_the_smallest_detectable_ratio_is_schoenfelds() -> None:
    # (1.959964 + 0.841621)^2 / (ln 2)^2 / 0.25 = 65.34 events see a ratio of 2 in balanced groups.
    assert smallest_detectable_hazard_ratio(65, 0.5) == pytest.approx(2.0037, abs=5e-5)
    assert smallest_detectable_hazard_ratio(66, 0.5) == pytest.approx(1.9931, abs=5e-5)
    # ln(ratio) = 2.801585 / sqrt(23 * 0.3 * 0.7) for 23 events, 30 % of the patients in one group.
    assert smallest_detectable_hazard_ratio(23, 0.3) == pytest.approx(3.5779, abs=5e-4)


def test_the_share_of_either_group_gives_the_same_and_more_power_needs_more() -> None:
    ratio = smallest_detectable_hazard_ratio(23, 0.3)
    assert ratio == pytest.approx(smallest_detectable_hazard_ratio(23, 0.7))
    assert smallest_detectable_hazard_ratio(23, 0.3, power=0.9) > ratio
    assert smallest_detectable_hazard_ratio(23, 0.3, alpha=0.01) > ratio


@pytest.mark.parametrize(("events", "share"), [(0, 0.5), (23, 0.0), (23, 1.0)])
def test_no_ratio_is_detectable_without_events_or_with_an_empty_group(events, share) -> None:
    assert smallest_detectable_hazard_ratio(events, share) is None


@pytest.mark.parametrize("arguments", [(-1, 0.5), (2.5, 0.5), (23, 1.5), (23, 0.5, 1.0), (23, 0.5, 0.8, 0.0)])
def test_impossible_designs_are_refused(arguments) -> None:
    with pytest.raises(ValueError, match="Hint:"):
        smallest_detectable_hazard_ratio(*arguments)
