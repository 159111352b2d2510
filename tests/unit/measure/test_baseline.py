"""Baseline characteristics: what counts on the day line 1 begins, missing as a level, few kept back.

Not here: hiding counts in general (`test_disclosure.py`).
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bpp_etl.disclosure import publish_metrics
from schemas.metric_codes import BASELINE_CHARACTERISTIC
from tests.unit.measure.patients import Candidate, Other, Person
from tests.unit.measure.world import Measured, add, measured, named, release, rows_of

EVERYONE = ("all", "state=pseudoprogression", "state=true_progression")


def level(found: Measured, name: str, at: str, stratum: str = "all") -> dict[str, Any]:
    return found.one("baseline", characteristic=name, level=at, stratum=stratum)


def people(*persons: Person, **more: Any) -> Measured:
    return measured([Candidate(person=person, **more) for person in persons])


@pytest.mark.parametrize(
    ("born", "years"), [(date(1960, 1, 1), 60), (date(1960, 1, 2), 59), (date(1960, 12, 31), 59)]
)
def test_age_is_in_completed_years_when_line_1_begins(born: date, years: int) -> None:
    row = level(people(Person(born=born)), "age_at_start", "known")
    assert (row["median"], row["patients"], row["unit"]) == (years, 1, "years")


def test_a_number_has_its_median_and_quartiles_over_those_in_whom_it_is_known() -> None:
    found = people(*(Person(diagnosed=-day) for day in (10, 20, 30, 40, 50)), Person())
    known, missing = (level(found, "days_from_diagnosis", at) for at in ("known", "missing"))
    assert [known[column] for column in ("quartile_low", "median", "quartile_high")] == [20, 30, 40]
    assert (known["patients"], known["total"], known["share"]) == (5, 6, None)
    assert (missing["patients"], missing["total"], missing["share"]) == (1, 6, pytest.approx(1 / 6))


def test_a_code_that_is_not_recorded_is_missing_and_one_recorded_as_unknown_is_unknown() -> None:
    found = people(Person(er="positive"), Person(er="unknown"), Person(er=None))
    counted = {
        row["level"]: row["patients"] for row in found.some("baseline", characteristic="er_status")[:4]
    }
    assert counted == {"positive": 1, "negative": 0, "unknown": 1, "missing": 1}


@pytest.mark.parametrize(
    ("tests", "status"),
    [
        ([(-10, "primary", "negative"), (-900, "metastasis", "positive")], "positive"),
        ([(-10, "primary", "negative"), (-20, "primary", "positive")], "negative"),
        ([(-10, "primary", "negative"), (-10, "primary", "positive")], "indeterminate"),
        ([(0, "primary", "positive")], "positive"),
        ([(1, "primary", "positive")], "missing"),
        ([], "missing"),
    ],
)
def test_her2_is_the_newest_test_up_to_the_start_with_a_metastasis_first(
    tests: list[tuple[int, str, str]], status: str
) -> None:
    found = people(Person(her2_tests=tuple(tests)))
    assert level(found, "her2_status", status)["patients"] == 1


@pytest.mark.parametrize(
    ("values", "alp"),
    [
        ([(-28, 80.0)], 80),
        ([(-29, 80.0)], None),
        ([(0, 90.0), (-1, 80.0)], 90),
        ([(1, 90.0)], None),
        ([(-3, 80.0), (-3, 100.0)], 90),
    ],
)
def test_alp_is_the_nearest_in_28_days_up_to_the_start(
    values: list[tuple[int, float]], alp: float | None
) -> None:
    assert level(people(Person(alp_values=tuple(values))), "alp", "known")["median"] == alp


@pytest.mark.parametrize(
    ("scans", "lesions"),
    [
        ([(-42, "CT", 3)], 3),
        ([(0, "PET_CT", 2)], 2),
        ([(-43, "CT", 3)], None),
        ([(1, "CT", 3)], None),
        ([(-5, "BONE_SCAN", 3)], None),
        ([(-5, "CT", 0)], 0),
        ([(-5, "CT", 3), (-20, "CT", 2)], 3),
    ],
)
def test_bone_lesions_are_those_on_ct_in_42_days_up_to_the_start(
    scans: list[tuple[int, str, int]], lesions: int | None
) -> None:
    # Lesions of one name on two scans are one lesion.
    assert level(people(Person(lesions=tuple(scans))), "bone_lesions", "known")["median"] == lesions


def test_the_first_line_has_a_cycle_length_and_lines_are_counted() -> None:
    found = measured(
        [Candidate(person=Person(cycle_days=days), second_line=400) for days in (21, 28, 14, None)]
    )
    for at in ("21_days", "28_days", "other", "missing"):
        assert level(found, "cycle_length", at)["patients"] == 1
    assert level(found, "recorded_lines", "2")["patients"] == 4


def test_everyone_with_a_first_line_is_counted_and_both_outcomes_beside() -> None:
    found = measured(
        [
            *[Candidate()] * 3,
            *[Candidate(state="true_progression", progressed=50)] * 2,
            Candidate(state="indeterminate"),
        ],
        [Other(), Other("no_first_line")],
    )
    totals = {stratum: level(found, "sex", "female", stratum)["total"] for stratum in EVERYONE}
    assert totals == {"all": 7, "state=pseudoprogression": 3, "state=true_progression": 2}
    assert {row["stratum"] for row in found.tables["baseline"]} == set(EVERYONE)


@pytest.mark.parametrize("stratum", EVERYONE)
def test_the_levels_of_each_characteristic_add_up_to_the_total(stratum: str) -> None:
    found = measured(
        [Candidate(person=Person(sex=sex, er=er)) for sex in ("female", "male") for er in ("positive", None)],
        [Other(person=Person(born=date(1950, 5, 5)))],
    )
    for name in BASELINE_CHARACTERISTIC:
        rows = found.some("baseline", stratum=stratum, characteristic=name)
        assert sum(row["patients"] for row in rows) == rows[0]["total"]


def test_few_of_a_level_are_hidden_with_another_that_would_tell_them() -> None:
    persons = [
        Person(er=er) for er, number in (("positive", 9), ("negative", 6), (None, 2)) for _ in range(number)
    ]
    found = measured([Candidate(person=person) for person in persons], threshold=5)
    rows = {row["level"]: row for row in found.some("baseline", characteristic="er_status", stratum="all")}
    assert [rows[at]["patients"] for at in ("positive", "negative", "missing")] == [9, None, None]
    assert [rows[at]["share"] for at in ("negative", "missing")] == [None, None]
    assert rows["positive"]["total"] == 17


def test_the_summary_of_fewer_than_5_is_hidden_and_of_5_is_not() -> None:
    def row(known: int) -> dict[str, Any]:
        persons = [Person(diagnosed=-30)] * known + [Person()] * 10
        found = measured([Candidate(person=person) for person in persons], threshold=5)
        return level(found, "days_from_diagnosis", "known")

    assert [row(4)[column] for column in ("median", "quartile_low", "patients")] == [None, None, None]
    assert [row(5)[column] for column in ("median", "quartile_low", "patients")] == [28, 28, 5]  # to the week


def test_few_men_cost_no_count_of_the_flow() -> None:
    # One man among the pseudoprogressions; the true progressions are all women, so a level equals its total.
    found = measured(
        [
            Candidate(person=Person(sex="male")),
            *[Candidate()] * 20,
            *[Candidate(state="true_progression", progressed=50)] * 20,
            *[Candidate(state="indeterminate")] * 10,
        ],
        [Other()] * 30,
        threshold=5,
    )
    states = ("pseudoprogression", "true_progression", "indeterminate")
    flow = {state: found.one("flow", stratum="all", step=state)["patients"] for state in states}
    assert list(flow.values()) == [21, 20, 10]
    assert level(found, "sex", "male", "state=pseudoprogression")["is_suppressed"]
    assert level(found, "sex", "female", "state=pseudoprogression")["patients"] is None


def test_nobody_has_rows_without_numbers() -> None:
    rows = measured().tables["baseline"]
    assert {row["patients"] for row in rows} == {0}
    assert {row[column] for row in rows for column in ("share", "median")} == {None}


def test_those_with_a_value_at_baseline_only_are_not_told_by_the_counts_at_the_event() -> None:
    # 22 have ALP at baseline and 20 of them at the event: 2 have it at baseline only.
    with_alp = Person(alp_values=((0, 100.0),))
    found = measured(
        [
            *[Candidate(person=with_alp, alp=(100.0, 90.0, None))] * 20,
            *[Candidate(person=with_alp, alp=(100.0, None, None))] * 2,
            *[Candidate()] * 8,
        ],
        threshold=5,
    )
    assert found.estimate("alp_change_at_event")["patients"] == 20
    row = level(found, "alp", "known", "state=pseudoprogression")
    assert (row["patients"], row["median"], row["is_suppressed"]) == (None, 100, False)


def test_those_tested_for_her2_between_start_and_event_are_not_told_by_the_counts_of_both_days() -> None:
    found = measured(
        [
            *[Candidate(her2="negative", person=Person(her2_tests=((-5, "primary", "negative"),)))] * 20,
            *[Candidate(her2="negative", person=Person(her2_tests=((5, "primary", "negative"),)))] * 2,
            *[Candidate()] * 8,
        ],
        threshold=5,
    )
    assert found.estimate("time_to_pseudoprogression", "her2=unknown")["patients"] == 8
    assert level(found, "her2_status", "missing", "state=pseudoprogression")["patients"] is None


def test_the_same_patients_under_another_protocol_have_the_same_levels_hidden() -> None:
    persons = [
        Person(er=er) for er, number in (("positive", 9), ("negative", 6), (None, 2)) for _ in range(number)
    ]
    patients = [Candidate(person=person) for person in persons]
    with release(patients) as con:
        add(con, patients, protocol="other")
        publish_metrics(con, protocols=[named("xu2025"), named("other")], threshold=5)
        rows = [row for row in rows_of(con, "baseline") if row["stratum"] == "state=pseudoprogression"]
    by_protocol: dict[str, list[object]] = {}
    for row in rows:
        by_protocol.setdefault(row["protocol"], []).append(
            (row["characteristic"], row["level"], row["patients"])
        )
    assert by_protocol["xu2025"] == by_protocol["other"]
    assert ("er_status", "missing", None) in by_protocol["other"]
