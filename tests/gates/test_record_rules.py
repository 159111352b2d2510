"""Values that, taken together, cannot be those of patients: told, or the gate shuts.

Not here: days (`test_days_of_the_record.py`), what a single row may say (`test_row_rules.py`), and what the
delivery before says (`test_rules_against_before.py`).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.gates.many_patients import FEW, LEAST, added, days, judged, patients, people, results
from tests.support.deliveries import TINY

LEAST_OF_LABORATORY = 10

# no_eligible_ct


def first_lines_of(more: int) -> list[str]:
    """Write line 1 of so many further patients."""
    return [f"{one},1,made up,{day},,21" for one, day in zip(people(more), days(more), strict=True)]


@pytest.mark.parametrize(
    ("first_lines", "modality", "severity", "status"),
    [
        (LEAST, "XRAY", "shut", "failed"),
        (LEAST - 1, "XRAY", "warn", "failed"),  # of few it is told
        (FEW, "XRAY", "warn", "failed"),
        (FEW - 1, "XRAY", "shut", "not_applicable"),
        (LEAST, "CT", "shut", "passed"),  # one of them is enough
    ],
)
def test_no_eligible_ct_of_any_of_twenty_first_line_patients_shuts(
    tmp_path: Path, first_lines: int, modality: str, severity: str, status: str
) -> None:
    more = first_lines - 3
    images = TINY["imaging_assessments"].replace(",CT,", ",XRAY,")
    one = judged(
        tmp_path,
        patients=patients(more),
        therapy_lines=added("therapy_lines", [*first_lines_of(more), "P0,2,made up,2024-01-05,,21"]),
        imaging_assessments=images.replace("A1,A,2024-02-12,XRAY", f"A1,A,2024-02-12,{modality}"),
    )
    result = one.result("imaging_assessments", "no_eligible_ct")
    assert (result.severity, result.status) == (severity, status)
    is_shut = (severity, status) == ("shut", "failed")
    assert one.causes() == ({("imaging_assessments", "no_eligible_ct")} if is_shut else set())
    words = f"none of {first_lines} first-line patients has an eligible CT on treatment"
    assert one.breaches().get("no_eligible_ct") == (words if status == "failed" else None)


@pytest.mark.parametrize(
    ("text", "other", "cause"),
    [("assessment_id", "other_id", "column_missing"), ("-", "/", "required_table_empty")],
)
def test_no_image_is_called_missing_where_none_was_read_or_admitted(
    tmp_path: Path, text: str, other: str, cause: str
) -> None:
    more = LEAST - 3
    lines = added("therapy_lines", first_lines_of(more)).replace("cycle_length_days", "end_reason")
    one = judged(
        tmp_path,
        patients=patients(more),
        therapy_lines=lines.replace(",,21\n", ",2024-08-01,progression\n"),
        imaging_assessments=TINY["imaging_assessments"].replace(text, other),
    )
    assert ("imaging_assessments", cause) in one.causes()
    assert one.result("imaging_assessments", "no_eligible_ct").status == "not_applicable"
    assert one.result("therapy_lines", "progression_without_imaging").status == "not_applicable"
    assert one.flagged == {}


def test_a_baseline_ct_is_no_ct_on_treatment(tmp_path: Path) -> None:
    rows = [row for row in TINY["imaging_assessments"].splitlines() if row[1:2] == "0"]
    more = LEAST - 3
    one = judged(
        tmp_path,
        patients=patients(more),
        therapy_lines=added("therapy_lines", first_lines_of(more)),
        imaging_assessments=added("imaging_assessments", rows, alone=True),
        bone_lesions=TINY["bone_lesions"].replace("A1,", "A0,").replace("B1,", "B0,"),
    )
    assert one.causes() == {("imaging_assessments", "no_eligible_ct")}


# alp_scale_implausible


def alp(*values: str, unit: str = "U/L", laboratory: str = "one", start: int = 0) -> list[str]:
    """Write a total ALP for each of P0, P1, ..."""
    return [
        f"P{start + number},ALP_TOTAL,{day},{value},{unit},,{laboratory}"
        for number, (value, day) in enumerate(zip(values, days(len(values)), strict=True))
    ]


@pytest.mark.parametrize(
    ("values", "severity", "status"),
    [
        (["29.9"] * LEAST, "shut", "failed"),
        (["30"] * LEAST, "shut", "passed"),
        (["1000"] * LEAST, "shut", "passed"),
        (["1000.1"] * LEAST, "shut", "failed"),
        (["29.9"] * (LEAST - 1), "warn", "failed"),  # of few it is told
        (["29.9"] * FEW, "warn", "failed"),
        (["29.9"] * (FEW - 1), "shut", "not_applicable"),
        (["29.9"] * 10 + ["30.1"] * 10, "shut", "passed"),  # their middle is 30
        (["29.9"] * 11 + ["30.1"] * 10, "shut", "failed"),
    ],
)
def test_a_median_alp_of_another_unit_shuts(
    tmp_path: Path, values: list[str], severity: str, status: str
) -> None:
    one = judged(tmp_path, patients=patients(30), lab_results=results(alp(*values)))
    result = one.result("lab_results", "alp_scale_implausible")
    assert (result.severity, result.status) == (severity, status)
    is_shut = (severity, status) == ("shut", "failed")
    assert one.causes() == ({("lab_results", "alp_scale_implausible")} if is_shut else set())
    assert ("alp_scale_implausible" in one.breaches()) == (status == "failed")


def test_a_patient_with_many_results_counts_once_in_the_median_alp(tmp_path: Path) -> None:
    many = [f"P0,ALP_TOTAL,{day},20,U/L,,one" for day in days(100)]
    one = judged(
        tmp_path, patients=patients(30), lab_results=results([*many, *alp(*["90"] * LEAST, start=1)])
    )
    assert one.result("lab_results", "alp_scale_implausible").status == "passed"


def test_bone_alp_has_no_part_in_the_scale_of_total_alp(tmp_path: Path) -> None:
    rows = [row.replace("ALP_TOTAL", "ALP_BONE") for row in alp(*["20"] * 30)]
    one = judged(tmp_path, patients=patients(30), lab_results=results(rows))
    assert one.result("lab_results", "alp_scale_implausible").status == "not_applicable"


def test_the_message_says_on_which_side_the_median_alp_lies_and_no_value(tmp_path: Path) -> None:
    one = judged(tmp_path, patients=patients(30), lab_results=results(alp(*["5.31"] * 21)))
    words = "the median total ALP of 21 patients is below 30 to 1000 U/L"
    assert one.message("alp_scale_implausible") == words
    assert "5.31" not in one.told()


# laboratory_scale_differs


@pytest.mark.parametrize(
    ("value", "count", "limit", "broken", "status"),
    [
        ("500", LEAST_OF_LABORATORY, "", 0, "passed"),
        ("500.1", LEAST_OF_LABORATORY, "", 1, "failed"),
        ("20", LEAST_OF_LABORATORY, "", 0, "passed"),
        ("19.9", LEAST_OF_LABORATORY, "", 1, "failed"),
        ("500.1", LEAST_OF_LABORATORY, "[limits]\nlaboratory_scale_differs = 1\n", 1, "passed"),
        ("500.1", LEAST_OF_LABORATORY - 1, "", 0, "passed"),  # too few patients to say
    ],
)
def test_a_laboratory_on_another_scale_than_the_others_is_told(
    tmp_path: Path, value: str, count: int, limit: str, broken: int, status: str
) -> None:
    rows = [
        *alp(*["100"] * 25, laboratory="north"),
        *alp(*["100"] * 25, laboratory="south"),
        *alp(*[value] * count, laboratory="Dr Secret"),
        *alp(*["9"] * 30, laboratory=""),  # of no laboratory, so of none
    ]
    one = judged(tmp_path, limit, patients=patients(30), lab_results=results(rows))
    result = one.result("lab_results", "laboratory_scale_differs")
    assert (result.judged, result.broken, result.status) == (
        2 + (count >= LEAST_OF_LABORATORY),
        broken,
        status,
    )
    assert one.decision.is_open
    assert "Secret" not in one.told()
    words = [breach.message for breach in one.decision.warnings if breach.rule == result.rule]
    told = "1 of 3 laboratories report total ALP on another scale than the others (33.3 %, limit 0 %)"
    assert words == ([told] if status == "failed" else [])


def test_a_laboratory_alone_is_compared_with_none(tmp_path: Path) -> None:
    one = judged(tmp_path, patients=patients(30), lab_results=results(alp(*["100"] * 30)))
    assert one.result("lab_results", "laboratory_scale_differs").status == "not_applicable"


# her2_results_differ


@pytest.mark.parametrize(
    ("tests", "differing", "cells", "toml", "status"),
    [
        (20, 2, "3+,,negative", "", "passed"),
        (20, 3, "3+,,negative", "", "failed"),
        (20, 3, "2+,positive,negative", "", "failed"),
        (20, 3, "3+,negative,positive", "", "failed"),
        (20, 3, "2+,,negative", "", "passed"),  # equivocal reported negative is a habit, and a flag
        (20, 3, "3+,,negative", "[limits]\nher2_results_differ = 1\n", "passed"),
        (19, 3, "3+,,negative", "", "not_applicable"),
    ],
)
def test_over_a_tenth_of_twenty_her2_tests_that_contradict_themselves_are_told(
    tmp_path: Path, tests: int, differing: int, cells: str, toml: str, status: str
) -> None:
    told = [cells] * differing + ["1+,,negative"] * (tests - differing) + [",,positive", ",,"]
    rows = [f"A,{day},primary,{one}\n" for day, one in zip(days(len(told)), told, strict=True)]
    header = "patient_id,test_date,specimen_site,ihc_score,ish_result,reported_status\n"
    one = judged(tmp_path, toml, her2_tests=header + "".join(rows))
    assert one.result("her2_tests", "her2_results_differ").status == status
    assert one.decision.is_open
    if status == "failed":
        assert [breach.message for breach in one.decision.warnings] == [
            "3 of 20 HER2 tests are reported otherwise than IHC and ISH give (15.0 %, limit 10 %)"
        ]


# nothing_used


@pytest.mark.parametrize(
    ("analytes", "toml", "status", "words"),
    [
        (("AP", "AP"), "", "failed", "no row of lab_results counts: 0 are refused, 2 of other analytes"),
        (("AP", "ALP_TOTAL"), "", "passed", ""),
        (("AP", "AP"), "[limits]\nnothing_used = 1\n", "passed", ""),
        ((), "", "failed", "lab_results has no row"),
    ],
)
def test_an_optional_table_of_which_no_row_counts_is_told(
    tmp_path: Path, analytes: tuple[str, ...], toml: str, status: str, words: str
) -> None:
    rows = [f"A,{analyte},2024-02-0{number + 2},90,U/L,," for number, analyte in enumerate(analytes)]
    one = judged(tmp_path, toml, lab_results=results(rows))
    assert one.result("lab_results", "nothing_used").status == status
    assert [(breach.rule, breach.message) for breach in one.decision.warnings] == (
        [("nothing_used", words)] if words else []
    )
    assert one.decision.is_open


def test_of_tests_that_are_all_refused_nothing_is_said_of_analytes(tmp_path: Path) -> None:
    tests = "patient_id,test_date,specimen_site,ihc_score\nA,2023-12-01,nowhere,0\nA,2023-12-02,nowhere,0\n"
    one = judged(tmp_path, her2_tests=tests)
    (told,) = (breach for breach in one.decision.warnings if breach.rule == "nothing_used")
    assert told.message == "no row of her2_tests counts: 2 are refused"


def test_an_optional_table_that_was_not_delivered_is_not_judged_for_its_use(tmp_path: Path) -> None:
    one = judged(tmp_path)
    assert one.result("her2_tests", "nothing_used").status == "not_applicable"
    assert one.result("lab_results", "nothing_used").status == "passed"
