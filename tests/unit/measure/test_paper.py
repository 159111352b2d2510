"""The comparison with the seed study says again what `metric.estimate` says, in the study's conventions.

Not here: the cohort that reproduces its figures (`tests/graph/test_paper_cohort.py`).
"""

from __future__ import annotations

import pytest

from bpp_etl.measure.paper import load_study
from tests.unit.measure.patients import Candidate
from tests.unit.measure.world import measured

SIX = [
    Candidate(event=day, progressed=10 * day, alp=(100.0, 80.0, 130.0 + day))
    for day in (30, 36, 42, 48, 54, 60)
]


def test_every_figure_has_one_row_in_the_order_in_which_the_study_gives_them() -> None:
    rows = measured(SIX).tables["paper_comparison"]
    assert [row["figure"] for row in rows] == [figure.id for figure in load_study().figures]
    assert [row["position"] for row in rows] == list(range(1, len(rows) + 1))


def test_a_time_is_days_over_30_with_the_symmetric_interval() -> None:
    found = measured(SIX)
    row = found.one("paper_comparison", figure="pseudoprogression_to_progression")
    ours = found.estimate("pseudoprogression_to_progression_spss")
    assert row["compatible_estimate"] == ours["estimate"] / 30 == 14
    assert row["compatible_low"] == pytest.approx(ours["ci_low"] / 30)
    assert row["compatible_high"] == pytest.approx(ours["ci_high"] / 30)
    assert "comparison_only" in row["warnings"]


def test_an_interval_is_given_only_where_the_study_prints_one() -> None:
    row = measured(SIX).one("paper_comparison", figure="her2_negative_to_progression")
    assert (row["published_low"], row["compatible_low"], row["compatible_high"]) == (None, None, None)


@pytest.mark.parametrize(
    ("spine", "patients", "rounded", "cut_off"), [(18, 23, 78.26, 78.2), (4, 5, 80, 80), (1, 3, 33.33, 33.3)]
)
def test_a_share_that_is_cut_off_keeps_its_first_decimal(
    spine: int, patients: int, rounded: float, cut_off: float
) -> None:
    sites = [("spine",)] * spine + [("rib",)] * (patients - spine)
    found = measured([Candidate(sites=one) for one in sites])
    row = found.one("paper_comparison", figure="spine_share_of_patients")
    assert round(row["compatible_estimate"], 2) == rounded
    row = found.one("paper_comparison", figure="spine_share_of_patients_cut_off")
    assert row["compatible_estimate"] == cut_off
    assert row["published"] == 78.2


@pytest.mark.parametrize(("day", "within"), [(90, (1, 1)), (91, (0, 1)), (180, (0, 1)), (181, (0, 0))])
def test_who_appeared_on_the_last_day_had_appeared(day: int, within: tuple[int, int]) -> None:
    found = measured([Candidate(event=day)] * 5)
    shares = [found.estimate(f"pseudoprogression_within_{days}_days_share") for days in (90, 180)]
    assert tuple(row["estimate"] for row in shares) == within
    assert [row["patients"] for row in shares] == [5, 5]


def test_what_the_study_does_not_give_has_no_printed_number_and_is_ours() -> None:
    her2 = [Candidate(her2="positive", progressed=400), Candidate(her2="negative", followed=300)]
    found = measured([*SIX, *her2])
    by_figure = {row["figure"]: row for row in found.tables["paper_comparison"]}
    ours = {name for name, row in by_figure.items() if row["published_text"] is None}
    assert ours == {
        "progressed",
        "within_3_months",
        "within_6_months",
        "her2_positive_patients",
        "her2_negative_patients",
        "alp_discrimination",
    }
    assert by_figure["progressed"]["compatible_estimate"] == 7
    assert by_figure["her2_positive_patients"]["compatible_estimate"] == 1
    assert by_figure["her2_negative_patients"]["compatible_estimate"] == 1
    assert by_figure["within_6_months"]["compatible_estimate"] == 100
    words = by_figure["alp_decreased_or_stable"]
    assert (words["published_text"], words["published"]) == ("decreased or stabilized", None)


def test_counts_shares_and_p_values_are_taken_over_as_they_are() -> None:
    found = measured(SIX)
    by_figure = {row["figure"]: row for row in found.tables["paper_comparison"]}
    assert by_figure["patients"]["compatible_estimate"] == 6
    assert by_figure["spine_share_of_patients"]["compatible_estimate"] == pytest.approx(100)
    p_value = found.estimate("alp_change_event_to_progression")["p_value"]
    assert by_figure["alp_p_value"]["compatible_estimate"] == p_value == pytest.approx(2 / 2**6)


def test_what_is_hidden_in_the_estimates_is_hidden_here() -> None:
    found = measured([*SIX, *(Candidate(her2="positive", progressed=400) for _ in range(4))], threshold=5)
    row = found.one("paper_comparison", figure="her2_positive_to_progression")
    assert (row["compatible_estimate"], row["patients"], row["events"]) == (None, None, None)
    assert row["is_suppressed"]
    for row in found.tables["paper_comparison"]:
        source = found.estimate(row["metric"], row["stratum"])
        assert (row["patients"], row["events"]) == (source["patients"], source["events"])
        assert row["is_suppressed"] == source["is_suppressed"]


def test_a_count_that_is_hidden_is_not_shown_as_a_figure_either() -> None:
    row = measured(SIX[:4], threshold=5).one("paper_comparison", figure="patients")
    assert (row["compatible_estimate"], row["patients"], row["is_suppressed"]) == (None, None, True)


def test_nobody_gives_rows_with_the_studys_numbers_and_none_of_ours() -> None:
    rows = measured().tables["paper_comparison"]
    assert [row["published"] for row in rows] == [figure.published for figure in load_study().figures]
    assert {row["compatible_estimate"] for row in rows if row["unit"] != "patients"} == {None}
