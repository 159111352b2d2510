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
    assert {row["compatible_estimate"] for row in rows if row["figure"] != "patients"} == {None}
