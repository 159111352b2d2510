"""Columns that say one thing of all, and drugs whose patients lack the receptor: told by the gate.

Not here: scales and days of the whole record (`test_record_rules.py`, `test_days_of_the_record.py`).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.gates.many_patients import added, days, judged, patients, people, results
from tests.support.deliveries import TINY
from tests.support.gating import Gated

VARIES, OCCURS = "code_never_varies", "code_never_occurs"


def first_lines(count: int, ended: int = 10, reason: str = "") -> dict[str, str]:
    """Write the first lines of so many patients, some of which have ended."""
    lines = [
        f"{one},1,made up,2020-01-02,{'2021-06-01,' + reason if number < ended else ','},21"
        for number, one in enumerate(people(count))
    ]
    header = "patient_id,line_number,regimen,start_date,end_date,end_reason,cycle_length_days"
    return {"patients": patients(count), "therapy_lines": "\n".join([header, *lines]) + "\n"}


def responses(patient_count: int, codes: list[str]) -> dict[str, str]:
    """Write a CT with each code, taking patients on their first line in turn."""
    header = "assessment_id,patient_id,assessment_date,modality,is_bone_window,extraosseous_response"
    cts = [
        f"C{number},P{number % patient_count},2020-{2 + number // patient_count % 11:02d}-14,CT,true,{code}"
        for number, code in enumerate(codes)
    ]
    return {
        **first_lines(patient_count),
        "imaging_assessments": "\n".join([header, *cts]) + "\n",
        "bone_lesions": "assessment_id,lesion_id,site,morphology,status\nC0,L1,spine,osteolytic,stable\n",
    }


@pytest.mark.parametrize(
    ("patient_count", "codes", "rule", "status"),
    [
        (20, ["SD"] * 50, VARIES, "failed"),
        (20, ["SD"] * 49 + ["", "NE"], VARIES, "not_applicable"),
        (19, ["SD"] * 50, VARIES, "not_applicable"),
        (20, ["SD"] * 49 + ["PD"], VARIES, "passed"),
        (20, ["SD"] * 25 + ["PR"] * 25, OCCURS, "failed"),
        (20, ["SD"] * 25 + ["PR"] * 24, OCCURS, "not_applicable"),
        (19, ["SD"] * 25 + ["PR"] * 25, OCCURS, "not_applicable"),
        (20, ["SD"] * 25 + ["PR"] * 24 + ["PD"], OCCURS, "passed"),
        (20, ["SD"] * 50, OCCURS, "passed"),  # which the other tells
    ],
)
def test_responses_of_twenty_patients_that_never_vary_or_progress_are_told(
    tmp_path: Path, patient_count: int, codes: list[str], rule: str, status: str
) -> None:
    for limit, expected in (("", status), (f"{rule} = 1\n", "passed" if status == "failed" else status)):
        toml = f"[limits]\ncadence = 1\n{limit}"
        one = judged(tmp_path / (limit and "off"), toml, **responses(patient_count, codes))
        result = one.result("imaging_assessments", rule)
        assert (result.severity, result.status) == ("warn", expected)
        words = "extraosseous_response is " + (
            "SD in all 50 that say it" if rule == VARIES else "PD in none of 50 that say it"
        )
        assert one.breaches().get(rule) == (words if expected == "failed" else None)
        assert one.decision.is_open


@pytest.mark.parametrize(
    ("ended", "reason", "lesion", "status"),
    [
        (10, "", "osteolytic,stable,none", "failed"),
        (9, "", "osteolytic,stable,none", "passed"),  # nobody need have progressed yet
        (5, "progression", "osteolytic,stable,none", "failed"),
        (4, "progression", "osteolytic,stable,none", "passed"),
        (20, "toxicity", "osteolytic,stable,none", "passed"),
        (10, "", "osteolytic,larger,increased", "passed"),  # bone shows it
    ],
)
def test_pd_is_missing_where_lines_ended_and_bone_does_not_show_why(
    tmp_path: Path, ended: int, reason: str, lesion: str, status: str
) -> None:
    tables = responses(20, ["SD"] * 25 + ["PR"] * 25) | first_lines(20, ended, reason)
    tables["bone_lesions"] = (
        f"assessment_id,lesion_id,site,morphology,status,lysis_change\nC0,L1,spine,{lesion}\n"
    )
    one = judged(tmp_path, "[limits]\ncadence = 1\n", **tables)
    assert one.result("imaging_assessments", OCCURS).status == status


@pytest.mark.parametrize(
    ("response", "lysis", "status"),
    [
        ("NON_CR_NON_PD", "none", "failed"),
        ("NON_CR_NON_PD", "increased", "passed"),  # of patients with nothing outside bone
        ("SD", "increased", "failed"),
    ],
)
def test_one_response_may_be_that_of_all_where_only_bone_is_ill(
    tmp_path: Path, response: str, lysis: str, status: str
) -> None:
    tables = responses(20, [response] * 50)
    tables["bone_lesions"] = (
        f"assessment_id,lesion_id,site,morphology,status,lysis_change\nC0,L1,spine,osteolytic,stable,{lysis}\n"
    )
    one = judged(tmp_path, "[limits]\ncadence = 1\n", **tables)
    assert one.result("imaging_assessments", VARIES).status == status


def lesions(count: int, **cells: str) -> str:
    """Write so many lesions on one CT, alike but for what is given, which goes round."""
    columns = {
        "site": ["spine"],
        "morphology": ["osteolytic", "osteoblastic"],
        "status": ["stable", "new"],
        "lysis_change": ["none", "increased"],
        "is_equivocal": ["false"],
    } | {name: text.split() for name, text in cells.items()}
    rows = [
        ",".join(["A1", f"L{number}", *(codes[number % len(codes)] for codes in columns.values())])
        for number in range(count)
    ]
    return "\n".join(["assessment_id,lesion_id," + ",".join(columns), *rows]) + "\n"


@pytest.mark.parametrize(
    ("count", "column", "codes", "rule", "words"),
    [
        (50, "status", "stable", VARIES, "status is stable in all 50 that say it"),
        (49, "status", "stable", VARIES, ""),
        (100, "status", "baseline", VARIES, ""),  # whoever has just begun has no others
        (60, "status", "baseline stable", VARIES, ""),
        (98, "status", "baseline stable larger baseline", OCCURS, ""),
        (50, "morphology", "unknown", VARIES, "morphology is unknown in all 50 that say it"),
        (50, "morphology", "osteoblastic", VARIES, "morphology is osteoblastic in all 50 that say it"),
        (50, "lysis_change", "decreased", VARIES, "lysis_change is decreased in all 50 that say it"),
        (50, "lysis_change", "none", VARIES, ""),
        (50, "is_equivocal", "true", VARIES, "is_equivocal is true in all 50 that say it"),
        (50, "is_equivocal", "true false", VARIES, ""),
        (50, "status", "stable larger", OCCURS, "status is new in none of 50 that say it"),
        (49, "status", "stable larger", OCCURS, ""),
        (50, "status", "stable larger new", OCCURS, ""),
        (
            50,
            "morphology",
            "mixed osteolytic",
            OCCURS,
            "morphology is osteoblastic in none of 50 that say it",
        ),
        (50, "morphology", "mixed osteoblastic", OCCURS, ""),
        (
            50,
            "morphology",
            "osteoblastic unknown",
            OCCURS,
            "morphology is osteolytic or mixed in none of 50 that say it",
        ),
    ],
)
def test_lesions_that_never_vary_or_lack_what_must_occur_are_told(
    tmp_path: Path, count: int, column: str, codes: str, rule: str, words: str
) -> None:
    more = [f"{one},1,made up,2020-01-02,,21" for one in people(17)]
    one = judged(
        tmp_path,
        patients=patients(17),
        therapy_lines=added("therapy_lines", [*more]),
        bone_lesions=lesions(count, **{column: codes}),
    )
    result = one.result("bone_lesions", rule)
    assert result.columns == ((column,) if words else ())
    assert one.breaches().get(rule, "") == words


@pytest.mark.parametrize(
    ("bone", "total", "status"), [(50, 0, "failed"), (49, 1, "passed"), (49, 0, "not_applicable")]
)
def test_results_of_bone_alp_alone_are_told(tmp_path: Path, bone: int, total: int, status: str) -> None:
    analytes = ["ALP_BONE"] * bone + ["ALP_TOTAL"] * total
    rows = [
        f"P{number % 20},{analyte},{day},18.{number},U/L,,north"
        for number, (analyte, day) in enumerate(zip(analytes, days(len(analytes)), strict=True))
    ]
    one = judged(tmp_path, **first_lines(20), lab_results=results(rows))
    assert one.result("lab_results", VARIES).status == status
    words = f"analyte is ALP_BONE in all {bone} that say it"
    assert one.breaches().get(VARIES) == (words if status == "failed" else None)


DRUGS = "drugs_against_receptors"


def treated(landing: Path, regimen: str, statuses: list[str], receptors: list[str], toml: str = "") -> Gated:
    """Judge patients on a drug, with a HER2 test each that says a status, and with ER and PR."""
    who = people(len(statuses))
    header = "patient_id,sex,last_contact_date,er_status,pr_status\n"
    people_rows = [
        f"{one},female,{day},{receptor}"
        for one, day, receptor in zip(who, days(len(who)), receptors, strict=True)
    ]
    lines = [
        f"{one},{number},{regimen if number == 2 else 'made up'},201{3 + number}-01-02,,21"
        for one in who
        for number in (1, 2)
    ]
    tests = [
        f"{one},2012-03-0{1 + n % 9},primary,{status}"
        for n, (one, status) in enumerate(zip(who, statuses, strict=True))
    ]
    return judged(
        landing,
        toml,
        patients=header
        + "".join(f"{row},,\n" for row in TINY["patients"].splitlines()[1:])
        + "\n".join(people_rows)
        + "\n",
        therapy_lines=added("therapy_lines", lines),
        her2_tests="patient_id,test_date,specimen_site,reported_status\n" + "\n".join(tests) + "\n",
    )


@pytest.mark.parametrize(
    ("regimen", "statuses", "status"),
    [
        ("Docetaxel + Trastuzumab", ["negative"] * 4 + ["positive"], "failed"),
        ("PHESGO", ["negative"] * 6 + ["positive"] * 5, "failed"),
        ("曲妥珠单抗", ["negative"] * 3 + ["positive"] * 3, "passed"),
        ("T-DM1", ["negative"] * 4, "not_applicable"),
        ("lapatinib", ["negative"] * 2 + ["equivocal"] * 3, "passed"),  # of whom nothing is known
        ("trastuzumab deruxtecan", ["negative"] * 5, "not_applicable"),  # given where HER2 is low
        ("paclitaxel", ["negative"] * 5, "not_applicable"),
    ],
)
def test_drugs_against_her2_of_whom_over_half_have_only_negative_tests_are_told(
    tmp_path: Path, regimen: str, statuses: list[str], status: str
) -> None:
    one = treated(tmp_path, regimen, statuses, ["unknown,unknown"] * len(statuses))
    assert one.result("therapy_lines", DRUGS).status == status
    broken = statuses.count("negative")
    words = f"{broken} of {len(statuses)} patients on drugs against HER2 have only negative tests"
    assert one.breaches().get(DRUGS) == (words if status == "failed" else None)
    assert one.decision.is_open


@pytest.mark.parametrize(
    ("receptors", "toml", "status"),
    [
        (["negative,negative"] * 3 + ["positive,negative"] * 2, "", "failed"),
        (["negative,negative"] * 3 + ["negative,positive"] * 3, "", "passed"),
        (["negative,negative"] * 4 + ["negative,"], "", "not_applicable"),
        (["negative,negative"] * 5, "[limits]\ndrugs_against_receptors = 1\n", "passed"),
    ],
)
def test_endocrine_drugs_of_whom_over_half_have_no_receptor_are_told(
    tmp_path: Path, receptors: list[str], toml: str, status: str
) -> None:
    one = treated(tmp_path, "Letrozol; Ribociclib", ["unknown"] * len(receptors), receptors, toml)
    assert one.result("therapy_lines", DRUGS).status == status
    words = f"3 of {len(receptors)} patients on endocrine drugs have neither ER nor PR"
    assert one.breaches().get(DRUGS) == (words if status == "failed" else None)
