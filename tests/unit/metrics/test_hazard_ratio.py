"""Hazard ratios, against R 4.2.2 (survival 3.5-3), the partial likelihood itself and Schoenfeld's formula."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.stats import norm

from bpp_etl.metrics import HazardRatio, hazard_ratio, smallest_detectable_hazard_ratio
from bpp_etl.metrics.hazard import wald
from bpp_etl.metrics.status_likelihood import RiskSets, maximum

quick = settings(max_examples=30, deadline=None)

cohorts = st.lists(st.tuples(st.integers(0, 6), st.booleans(), st.integers(0, 1)), min_size=2, max_size=40)


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


def by_definition(days: list[int], seen: list[bool], groups: list[int]) -> tuple[float, float, float, float]:
    """Find where the score of Efron's likelihood is zero; its slope there gives the error."""
    rows = list(zip(days, seen, groups, strict=True))
    risk_sets = []
    for time in {day for day, happened, _ in rows if happened}:
        at_risk = [sum(day >= time and group == label for day, _, group in rows) for label in (0, 1)]
        tied = [sum(row == (time, True, label) for row in rows) for label in (0, 1)]
        used = [place / sum(tied) for place in range(sum(tied))]
        risk_sets += [(at_risk[0] - part * tied[0], at_risk[1] - part * tied[1]) for part in used]

    def shares(log_ratio: float) -> list[float]:
        return [other * math.exp(log_ratio) / (one + other * math.exp(log_ratio)) for one, other in risk_sets]

    happened = sum(seen[row] and groups[row] for row in range(len(rows)))
    log_ratio = brentq(lambda at: happened - sum(shares(at)), -30, 30, xtol=1e-13)
    error = sum(share * (1 - share) for share in shares(log_ratio)) ** -0.5
    half = 1.959963984540054 * error
    limits = math.exp(log_ratio - half), math.exp(log_ratio + half)
    return math.exp(log_ratio), *limits, math.erfc(abs(log_ratio) / error / math.sqrt(2))


@pytest.mark.parametrize(
    ("name", "columns", "first"),
    [
        ("waltons", ("T", "E", "group"), "control"),
        ("gbsg2", ("time", "cens", "horTh"), "no"),
        ("rossi", ("week", "arrest", "fin"), 0),
    ],
)
def test_public_data_have_the_maximum_of_the_partial_likelihood(load, name, columns, first) -> None:
    data = load(name)
    days, seen, groups = (data[column].tolist() for column in columns)
    result = hazard_ratio(days, seen, groups)
    expected = by_definition(days, [bool(event) for event in seen], [int(group != first) for group in groups])
    assert numbers(result) == pytest.approx(expected, rel=1e-8)


def test_months_that_differ_in_the_last_bit_tie() -> None:
    days, seen, groups = [61, 61, 122, 122, 183, 183], [1, 1, 1, 0, 1, 1], list("abbaab")
    noisy = np.array(days) / 30.4375
    noisy[::2] = np.nextafter(noisy[::2], 99)
    assert numbers(hazard_ratio(noisy, seen, groups)) == pytest.approx(
        numbers(hazard_ratio(days, seen, groups)), rel=1e-9
    )


@pytest.mark.parametrize(
    ("few", "many"), [((1, 4), 200), ((2, 5), 200), ((1, 2, 3, 200), 200), ((1, 199), 200), ((46, 61), 400)]
)
def test_a_few_patients_are_compared_with_many(few, many) -> None:
    # The first step from a ratio of 1 would be far too long here, or the last one too early.
    days = list(range(1, many + 1))
    groups = [int(day in few) for day in days]
    result = hazard_ratio(days, [1] * many, groups)
    assert numbers(result) == pytest.approx(by_definition(days, [True] * many, groups), rel=1e-7)


@pytest.mark.parametrize("ratio", [1e-6, 1e-3, 40.0, 1e5])
def test_a_ratio_far_from_one_is_found(ratio: float) -> None:
    # A Newton step that is only kept short may go to and fro between both sides of the maximum.
    log_ratio, error = maximum(RiskSets(np.full(50, 400.0), np.full(50, 400.0 / ratio), 25))
    assert log_ratio == pytest.approx(math.log(ratio), abs=1e-9)
    assert error == pytest.approx(1 / math.sqrt(50 / 4), rel=1e-9)


def test_the_level_moves_the_limits_alone() -> None:
    days, seen, groups = [1, 2, 3, 4, 5, 6], [1] * 6, [0, 1, 0, 1, 1, 0]
    at_95, at_80 = hazard_ratio(days, seen, groups), hazard_ratio(days, seen, groups, level=0.8)
    assert (at_80.estimate, at_80.p_value) == (at_95.estimate, at_95.p_value)
    # z is 1.959964 for 95 % and 1.281552 for 80 %.
    width = math.log(at_95.high / at_95.estimate) / 1.959964
    assert math.log(at_80.high / at_80.estimate) / 1.281552 == pytest.approx(width, rel=1e-6)


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


@given(cohorts)
@quick
def test_it_is_the_maximum_of_the_partial_likelihood(rows) -> None:
    days, seen, groups = (list(column) for column in zip(*rows, strict=True))
    result = hazard_ratio(days, seen, groups)
    assume(result.estimate is not None)
    assert numbers(result) == pytest.approx(by_definition(days, seen, groups), rel=1e-7)


@given(cohorts, st.randoms())
@quick
def test_the_order_of_the_patients_changes_no_bit(rows, random) -> None:
    shuffled = random.sample(rows, len(rows))
    assert hazard_ratio(*zip(*shuffled, strict=True)) == hazard_ratio(*zip(*rows, strict=True))


@given(cohorts)
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


def test_a_p_value_keeps_its_digits_however_small_it_is() -> None:
    found = wald(9 * 0.1, 0.1, 1.96)
    assert found is not None
    assert found[3] == pytest.approx(2 * norm.sf(9), rel=1e-12)
