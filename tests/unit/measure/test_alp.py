"""ALP: changes within patients, categories, and how well it tells progression apart.

Not here: the statistics themselves (tests/unit/metrics).
"""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from tests.unit.measure.patients import Candidate
from tests.unit.measure.world import Measured, measured


def _changed(deltas: Iterable[float], state: str = "pseudoprogression", **more: object) -> list[Candidate]:
    return [
        Candidate(state=state, alp=(100.0, 100.0 + delta, None), **more)  # type: ignore[arg-type]
        for delta in deltas
    ]


def test_the_words_of_a_method_tell_nothing_of_numbers_that_may_be_withheld() -> None:
    told = {
        measured(_changed(changes)).estimate("alp_change_at_event")["method"] for changes in ((0, 0), (-10,))
    }
    assert told == {measured(_changed((-10, -20, -30))).estimate("alp_change_at_event")["method"]}


def test_the_change_at_the_event_is_tested_exactly_and_has_an_interval() -> None:
    found = measured(_changed((-10, -20, -30, -40, -50, -60)))
    row = found.estimate("alp_change_at_event")
    # All 6 fell: p = 2 / 2^6. The Walsh averages run from -60 to -10.
    assert row["p_value"] == pytest.approx(2 / 64)
    assert (row["estimate"], row["ci_low"], row["ci_high"]) == (-35, -60, -10)
    assert "exact null up to 1000 pairs" in row["method"]
    assert "approximate_p_value" not in row["warnings"]
    assert found.estimate("alp_change_at_event_median")["estimate"] == -35
    table = found.one("alp_change", comparison="event_minus_baseline", stratum="all")
    assert (table["median"], table["quartile_low"], table["quartile_high"]) == (-35, -47.5, -22.5)
    assert (table["shift"], table["p_value"], table["patients"]) == (-35, row["p_value"], 6)


def test_a_patient_without_a_value_is_left_out_and_not_imputed() -> None:
    found = measured([*_changed((-10, -20, -30)), Candidate(alp=(None, 500.0, None)), Candidate()])
    row = found.estimate("alp_change_at_event")
    assert (row["estimate"], row["patients"]) == (-20, 3)
    assert "complete_cases" in row["warnings"]


def test_the_paired_comparison_is_of_progression_with_the_event_since_the_baseline_cancels() -> None:
    def patients(baseline: float) -> list[Candidate]:
        return [
            Candidate(progressed=300, alp=(baseline, 80.0 - place, 120.0 + place * place))
            for place in range(6)
        ]

    low, high = measured(patients(50.0)), measured(patients(150.0))
    metric = "alp_change_event_to_progression"
    assert low.estimate(metric) == high.estimate(metric)
    assert low.estimate("alp_change_at_event") != high.estimate("alp_change_at_event")
    assert low.estimate(metric)["p_value"] == pytest.approx(2 / 64)
    assert low.estimate(f"{metric}_median")["estimate"] == (46 + 52) / 2
    assert "baseline_cancels" in low.estimate(metric)["warnings"]
    assert "baseline_cancels" not in low.estimate("alp_change_at_progression")["warnings"]


def test_the_paired_comparison_takes_patients_with_all_three_values_only() -> None:
    complete = [Candidate(progressed=300, alp=(100.0, 80.0, 120.0))] * 3
    without_baseline = Candidate(progressed=300, alp=(None, 10.0, 500.0))
    without_event = Candidate(progressed=300, alp=(100.0, None, 120.0))
    found = measured([*complete, without_baseline, without_event])
    assert found.estimate("alp_change_event_to_progression")["patients"] == 3
    assert found.estimate("alp_change_at_progression")["patients"] == 4


def test_the_change_at_progression_is_also_given_for_progression_in_bone() -> None:
    found = measured(
        [
            Candidate(progressed=300, progression_kind="lysis", alp=(100.0, None, 110.0)),
            Candidate(progressed=300, progression_kind="extraosseous+new_lytic", alp=(100.0, None, 120.0)),
            Candidate(progressed=300, progression_kind="extraosseous", alp=(100.0, None, 190.0)),
        ]
    )
    rows = {
        stratum: found.estimate("alp_change_at_progression_median", stratum)
        for stratum in ("all", "progression=bone")
    }
    assert [(row["estimate"], row["patients"]) for row in rows.values()] == [(20, 3), (15, 2)]


def test_categories_are_shares_of_the_patients_with_one() -> None:
    found = measured([*_changed((-16, -15, 0, 15, 16)), Candidate()])
    shares = {
        name: (found.estimate(f"alp_{name}_share")["events"], found.estimate(f"alp_{name}_share")["patients"])
        for name in ("decreased", "stable", "increased", "decreased_or_stable")
    }
    assert shares == {
        "decreased": (1, 5),
        "stable": (3, 5),
        "increased": (1, 5),
        "decreased_or_stable": (4, 5),
    }


def test_categories_of_true_progressions_stand_beside_those_of_pseudoprogressions() -> None:
    found = measured([*_changed((-50,)), *_changed((50, 60), "true_progression", progressed=60)])
    row = found.estimate("alp_increased_share", "state=true_progression")
    assert (row["events"], row["patients"]) == (2, 2)


def _discriminating(pseudo: Iterable[float], true: Iterable[float], **more: object) -> Measured:
    return measured([*_changed(pseudo), *_changed(true, "true_progression", progressed=60, **more)])


def test_a_rise_speaks_for_true_progression() -> None:
    # Of the 25 pairs the true progression rose more in 24 and as much in 1.
    found = _discriminating((-50, -40, -30, -20, 10), (10, 20, 30, 40, 50))
    row = found.estimate("alp_discrimination")
    assert row["estimate"] == pytest.approx(24.5 / 25)
    assert (row["patients"], row["events"], row["ci_method"]) == (10, 5, "delong")


@pytest.mark.parametrize(("pseudo", "true"), [(5, 4), (4, 5)])
def test_discrimination_has_no_interval_when_a_class_has_fewer_than_5(pseudo: int, true: int) -> None:
    row = _discriminating(range(-20, -20 + pseudo), range(20, 20 + true)).estimate("alp_discrimination")
    assert (row["estimate"], row["ci_low"], row["ci_method"]) == (1, None, None)
    assert "few_events" in row["warnings"]


def test_groups_that_lie_wholly_apart_have_no_interval_of_no_width() -> None:
    row = _discriminating(range(-20, -15), range(20, 25)).estimate("alp_discrimination")
    assert (row["estimate"], row["ci_low"], row["ci_high"], row["ci_method"]) == (1, None, None, None)
    assert "no_spread" in row["warnings"]


@pytest.mark.parametrize(("pseudo", "true"), [((-10, -20), ()), ((), (10, 20))])
def test_discrimination_is_refused_when_a_class_has_nobody(
    pseudo: tuple[int, ...], true: tuple[int, ...]
) -> None:
    row = _discriminating(pseudo, true).estimate("alp_discrimination")
    assert row["estimate"] is None
    assert "groups_missing" in row["warnings"]


def test_discrimination_is_also_given_where_progression_showed_later_or_in_bone() -> None:
    found = _discriminating((-10,), (20,), reason="pd_at_detection", progression_kind="extraosseous")
    assert found.estimate("alp_discrimination")["estimate"] == 1
    for stratum in ("progression=later", "progression=bone"):
        assert "groups_missing" in found.estimate("alp_discrimination", stratum)["warnings"]


def test_categories_at_progression_are_of_pseudoprogressions_that_progressed_with_both_values() -> None:
    found = measured(
        [
            *(
                Candidate(progressed=300, alp=(100.0, 90.0, value))
                for value in (84.0, 85.0, 115.0, 116.0, 200.0)
            ),
            Candidate(progressed=300, alp=(100.0, 90.0, None)),
            Candidate(alp=(100.0, 50.0, None)),
            Candidate(state="true_progression", progressed=50, alp=(100.0, 90.0, 300.0)),
        ]
    )
    shares = {
        name: found.estimate(f"alp_progression_{name}_share")
        for name in ("decreased", "stable", "increased", "decreased_or_stable")
    }
    assert {name: row["events"] for name, row in shares.items()} == {
        "decreased": 1,
        "stable": 2,
        "increased": 2,
        "decreased_or_stable": 3,
    }
    assert {row["patients"] for row in shares.values()} == {5}


def test_an_interval_without_a_width_is_left_out_and_says_why() -> None:
    row = measured([Candidate(alp=(100.0, 80.0, None))] * 8).estimate("alp_change_at_event")
    assert (row["estimate"], row["ci_low"], row["ci_high"]) == (-20, None, None)
    assert "no_spread" in row["warnings"]


def test_every_number_of_alp_says_that_the_undecided_are_left_out_and_that_alp_is_not_specific() -> None:
    told = {"alp_not_specific", "complete_cases", "indeterminate_left_out"}
    rows = measured([Candidate(alp=(100.0, 80.0, 120.0), progressed=200)] * 8).tables["estimate"]
    of_alp = [row for row in rows if row["metric"].startswith("alp_")]
    assert of_alp
    assert all(told <= set(row["warnings"]) for row in of_alp)


def test_a_change_of_zero_counts_in_the_median_and_not_in_the_shift() -> None:
    # Without the zeros the Walsh averages of -20 and -10 have the median -15.
    patients = [Candidate(alp=(100.0, 100.0 + change, None)) for change in (0, 0, 0, 0, -20, -10)]
    found = measured(patients)
    assert found.estimate("alp_change_at_event_median")["estimate"] == 0
    assert found.estimate("alp_change_at_event")["estimate"] == -15
