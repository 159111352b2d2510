"""What a release holds is exact: small counts, the days of a curve, and each patient of a picture alone.

Not here: what may leave the house (`tests/unit/disclosure`).
"""

from __future__ import annotations

from random import Random

import pytest

from bpp_etl.measure.exact import exact_rows
from bpp_etl.measure.run import measure
from bpp_etl.measure.write import MEASURED, MetricSummary, write_metrics
from tests.unit.measure.patients import Candidate
from tests.unit.measure.world import Measured, named, release

TRUE = Candidate(registry="b", state="true_progression", progressed=20, alp=(100, 160, 160))
FEW = [
    *(
        Candidate(
            registry="a",
            event=42 + place,
            confirmed=84,
            progressed=100 + place,
            alp=(100, 80 + 10 * place, 130),
        )
        for place in (1, 2, 3)
    ),
    Candidate(registry="b", event=60, confirmed=84, followed=300, alp=(100, None, None)),
    TRUE,
]


def exactly(candidates: list[Candidate]) -> Measured:
    with release(candidates) as con:
        found = measure(con, [named("xu2025")])
        summary: MetricSummary = write_metrics(con, found.protocols, exact_rows(found))
        return Measured(con, summary)


@pytest.fixture(scope="module")
def few() -> Measured:
    return exactly(FEW)


def test_nothing_is_left_empty_by_disclosure_control(few: Measured) -> None:
    assert set(few.tables) == set(MEASURED)
    marks = {row["is_suppressed"] for rows in few.tables.values() for row in rows if "is_suppressed" in row}
    assert marks == {False}
    assert not [row for row in few.tables["estimate"] if "suppressed" in row["warnings"]]
    assert None not in {row["patients"] for row in few.tables["estimate"]}


def test_a_count_of_one_is_told(few: Measured) -> None:
    assert few.one("flow", step="true_progression", stratum="registry=b")["patients"] == 1
    assert few.estimate("pseudoprogression_share")["estimate"] == pytest.approx(4 / 5)


def test_a_step_of_a_curve_is_a_day_on_which_somebody_leaves(few: Measured) -> None:
    steps = few.some("survival_curve", metric="pseudoprogression_to_progression", stratum="all")
    told = [(row["time_days"], row["at_risk"], row["events"], row["censored"]) for row in steps]
    assert told == [(101, 4, 1, 0), (102, 3, 1, 0), (103, 2, 1, 0), (300, 1, 0, 1)]
    assert [row["survival"] for row in steps] == pytest.approx([0.75, 0.5, 0.25, 0.25])
    assert {row["ci_low"] for row in steps} == {None}


def test_limits_of_a_curve_begin_with_the_fifth_event() -> None:
    found = exactly([Candidate(progressed=100 + place) for place in range(6)])
    steps = found.some("survival_curve", metric="pseudoprogression_to_progression", stratum="all")
    assert [row["ci_low"] is not None for row in steps] == [False] * 4 + [True, False]


def test_each_pseudoprogression_has_a_lane_in_days_the_longest_course_first(few: Measured) -> None:
    lanes = [
        (row["outcome"], row["position"], row["patients"], row["days_to_event"], row["days_to_end"])
        for row in few.tables["course_group"]
    ]
    assert lanes == [
        ("progressed", 1, 1, 45, 148),
        ("progressed", 2, 1, 44, 146),
        ("progressed", 3, 1, 43, 144),
        ("not_progressed", 1, 1, 60, 360),
    ]


def test_more_patients_than_a_page_holds_have_a_lane_each_too() -> None:
    found = exactly([Candidate(progressed=100 + place) for place in range(90)])
    assert [row["patients"] for row in found.tables["course_group"]] == [1] * 90


def test_each_change_of_alp_stands_alone_with_its_category_the_greatest_rise_first(few: Measured) -> None:
    bars = few.some("alp_group", picture="waterfall")
    assert [(row["stratum"], row["change_at_event"], row["category_at_event"]) for row in bars] == [
        ("all", 10, "stable"),
        ("all", 0, "stable"),
        ("all", -10, "stable"),
        ("state=true_progression", 60, "increased"),
    ]
    pairs = few.some("alp_group", picture="paired")
    assert [(row["change_at_event"], row["change_at_progression"]) for row in pairs] == [
        (10, 30),
        (0, 30),
        (-10, 30),
    ]


def test_bars_of_a_category_are_as_many_as_the_share_counts(few: Measured) -> None:
    for stratum in ("all", "state=true_progression"):
        bars = few.some("alp_group", picture="waterfall", stratum=stratum)
        for category in ("decreased", "stable", "increased"):
            row = few.estimate(f"alp_{category}_share", stratum)
            counted = sum(bar["category_at_event"] == category for bar in bars)
            assert (counted, len(bars)) == (row["events"], row["patients"])


def test_the_names_of_patients_decide_nothing() -> None:
    patients = [Candidate(event=40 + place % 3, progressed=200 - place % 3) for place in range(20)]
    shuffled = Random(3).sample(patients, len(patients))
    assert exactly(patients).tables["course_group"] == exactly(shuffled).tables["course_group"]
