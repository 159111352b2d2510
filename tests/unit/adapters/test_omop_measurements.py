"""What single measurements and procedures of OMOP become: results with their units, HER2 tests, scans."""

from __future__ import annotations

from typing import Any

import pytest

from bpp_etl.adapters.settings import SettingRow
from tests.support.adapted import Record, made, meanings

ALP: Record = {
    "person_id": "7",
    "measurement_concept_id": "3035995",
    "measurement_date": "2024-01-05",
    "value_as_number": "96",
    "unit_concept_id": "8645",
    "operator_concept_id": "0",
    "range_high": "104",
}
IHC: Record = {"person_id": "7", "measurement_concept_id": "36203114", "measurement_date": "2024-01-05"}
ISH: Record = {**IHC, "measurement_concept_id": "36203113"}


def result(settings: list[SettingRow] | None = None, **cells: str | None) -> Any:
    (row,) = made("omop", settings or (), measurement=[{**ALP, **cells}])["lab_results"]
    return row


def her2(row: Record, **cells: str | None) -> tuple[str | None, str | None, str | None]:
    """Return score, result of in situ hybridisation, and reported status of one measurement."""
    (test,) = made("omop", measurement=[{**row, **cells}])["her2_tests"]
    assert (test["patient_id"], test["test_date"], test["specimen_site"]) == ("7", "2024-01-05", "unknown")
    return test["ihc_score"], test["ish_result"], test["reported_status"]


def test_a_result_of_total_alkaline_phosphatase() -> None:
    assert result() == {
        "patient_id": "7",
        "analyte": "ALP_TOTAL",
        "specimen_date": "2024-01-05",
        "value": "96",
        "unit": "U/L",
        "upper_limit_normal": "104",
        "laboratory": None,
        "row_number": 1,
        "file": "measurement.csv",
    }


@pytest.mark.parametrize(
    ("concept", "text", "unit"),
    [
        ("8645", None, "U/L"),
        ("8923", "units", "IU/L"),
        ("8645.0", None, "U/L"),
        ("9526", None, "kat"),
        ("0", "U/L", "U/L"),
        (None, " ukat/L ", "ukat/L"),
        ("4118323", "ukat/L", "ukat/L"),
        ("4118323", None, "4118323"),
        ("0", None, None),
        ("0.0", "", None),
        (None, " ", None),
    ],
)
def test_a_unit_is_that_of_its_concept_else_its_text_and_is_never_guessed(
    concept: str | None, text: str | None, unit: str | None
) -> None:
    assert result(unit_concept_id=concept, unit_source_value=text)["unit"] == unit


def test_a_registry_says_what_a_concept_of_a_unit_is() -> None:
    stated: list[SettingRow] = [("units", "4118323", "ukat/L"), ("units", "8645", "IU/L")]
    assert result(stated, unit_concept_id="4118323")["unit"] == "ukat/L"
    assert result(stated, unit_concept_id="8645")["unit"] == "IU/L"
    assert result(stated, unit_concept_id="8923")["unit"] == "IU/L"


def test_units_that_are_text_alone_and_those_that_are_lacking_are_told_apart() -> None:
    rows = [ALP, {**ALP, "unit_concept_id": "0", "unit_source_value": "U/L"}, {**ALP, "unit_concept_id": "0"}]
    assert meanings("omop", measurement=rows) == {
        ("measurement", "a result of alkaline phosphatase", "lab_results"): 1,
        ("measurement", "a result of alkaline phosphatase whose unit is text alone", "lab_results"): 1,
        ("measurement", "a result of alkaline phosphatase without a unit that is known", "lab_results"): 1,
    }


@pytest.mark.parametrize(
    ("operator", "value"),
    [
        ("0", "96"),
        (None, "96"),
        ("", "96"),
        ("4172703", "96"),
        ("4171756", "<96"),
        ("4171754", "<=96"),
        ("4172704", ">96"),
        ("4171755", ">=96"),
        ("4171756.0", "<96"),
        ("123", "operator 123 96"),
    ],
)
def test_an_operator_stands_before_its_number(operator: str | None, value: str) -> None:
    assert result(operator_concept_id=operator)["value"] == value


@pytest.mark.parametrize(
    ("number", "text", "value"),
    [
        ("96", "96", "96"),
        ("96", "<96", "<96"),
        ("96", "> 96", "> 96"),
        (None, "96", "96"),
        ("", "<5", "<5"),
        (None, None, None),
    ],
)
def test_a_sign_that_stands_in_the_text_alone_is_not_lost(
    number: str | None, text: str | None, value: str | None
) -> None:
    assert result(value_as_number=number, value_source_value=text)["value"] == value


def test_bone_specific_alkaline_phosphatase_is_what_the_registry_lists() -> None:
    assert made("omop", measurement=[{**ALP, "measurement_concept_id": "99"}])["lab_results"] == []
    assert result([("concepts.alp_bone", "", "99")], measurement_concept_id="99")["analyte"] == "ALP_BONE"
    assert result([("concepts.alp_total", "", "99")], measurement_concept_id="99")["analyte"] == "ALP_TOTAL"


@pytest.mark.parametrize(
    ("concept", "meaning"),
    [
        ("0", "a measurement without a concept"),
        (None, "a measurement without a concept"),
        ("3000963", "another measurement"),
        ("36305408", "a response of the whole body"),
    ],
)
def test_other_measurements_are_counted_by_what_they_are(concept: str | None, meaning: str) -> None:
    rows = [{**ALP, "measurement_concept_id": concept}]
    assert meanings("omop", measurement=rows) == {("measurement", meaning, None): 1}
    assert made("omop", measurement=rows)["lab_results"] == []


@pytest.mark.parametrize(
    ("text", "score"),
    [
        *(("0", "0"), ("1+", "1+"), ("2+", "2+"), ("3+", "3+"), ("3", "3+"), (" 2 + ", "2+")),
        *(("IHC 3+", "3+"), ("Score: 1+", "1+"), ("HER2 0", "0"), ("3 +++", "3+")),
    ],
)
def test_a_score_is_read_in_the_text(text: str, score: str) -> None:
    assert her2(IHC, value_source_value=text) == (score, None, None)
    assert her2(IHC, value_source_value=text, value_as_concept_id="9191") == (score, None, None)


@pytest.mark.parametrize("number", ["0", "1", "2", "3", "3.0"])
def test_a_score_may_be_a_number_where_there_is_no_text(number: str) -> None:
    assert her2(IHC, value_as_number=number)[0] == {"0": "0"}.get(number, f"{number[0]}+")


def test_positive_and_negative_without_a_score_are_a_reported_status() -> None:
    assert her2(IHC, value_as_concept_id="9191") == (None, None, "positive")
    assert her2(IHC, value_source_value="Negative") == (None, None, "negative")
    assert her2(IHC, value_source_value="equivocal") == (None, None, "equivocal")


def test_text_that_is_no_score_reaches_the_gate() -> None:
    assert her2(IHC, value_source_value="2-3+") == ("2-3+", None, None)
    assert her2(IHC, value_source_value="13+") == ("13+", None, None)
    assert her2(IHC) == (None, None, None)
    assert her2(IHC, value_as_number="4") == (None, None, None)


@pytest.mark.parametrize(
    ("concept", "text", "ish"),
    [
        ("9191", None, "positive"),
        ("9189", "ratio 1.1", "negative"),
        (None, "Amplified", "positive"),
        (None, "not amplified", "negative"),
        ("0", "Equivocal", "equivocal"),
        ("0", "unknown", None),
        ("0", "ratio 2.4", "ratio 2.4"),
    ],
)
def test_in_situ_hybridisation_is_its_concept_else_its_text(
    concept: str | None, text: str | None, ish: str | None
) -> None:
    assert her2(ISH, value_as_concept_id=concept, value_source_value=text) == (None, ish, None)


def test_a_scan_is_a_procedure_that_the_registry_lists() -> None:
    row = {
        "procedure_occurrence_id": "50",
        "person_id": "7",
        "procedure_concept_id": "4300757",
        "procedure_date": "2024-01-09",
    }
    assert made("omop", procedure_occurrence=[row])["imaging_assessments"] == []
    assert meanings("omop", procedure_occurrence=[row]) == {
        ("procedure_occurrence", "another procedure", None): 1
    }
    for setting, modality in (
        ("ct", "CT"),
        ("pet_ct", "PET_CT"),
        ("mri", "MRI"),
        ("bone_scan", "BONE_SCAN"),
        ("xray", "XRAY"),
    ):
        stated = [(f"concepts.{setting}", "", "4300757")]
        (scan,) = made("omop", stated, procedure_occurrence=[row])["imaging_assessments"]
        assert (scan["assessment_id"], scan["patient_id"]) == ("50", "7")
        assert (scan["assessment_date"], scan["modality"]) == ("2024-01-09", modality)
        assert {scan[name] for name in ("is_bone_window", "is_evaluable", "extraosseous_response")} == {None}
