"""The cases of rows that are written out: the nearest value on each side of a bound, rows that share a key.

Not here: what can be laid on every column of a kind (`tests/support/row_cases.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Row = Mapping[str, str]


@dataclass(frozen=True)
class Case:
    """Rows that break `rule` of `table`, and rows that just do not; told apart by what they say."""

    table: str
    rule: str
    about: str
    bad: tuple[Row, ...]
    good: tuple[Row, ...]

    @property
    def id(self) -> str:
        """Name the case in a test's id."""
        return f"{self.table}-{self.rule}-{self.about}"


def case(table: str, rule: str, about: str, bad: Row, good: Row) -> Case:
    """Write a case of one bad and one good row."""
    return Case(table, rule, about, (bad,), (good,))


WRITTEN = (
    case(
        "patients",
        "birth_after_diagnosis",
        "a day",
        {"birth_date": "1980-01-02", "metastatic_diagnosis_date": "1980-01-01"},
        {"birth_date": "1980-01-01", "metastatic_diagnosis_date": "1980-01-01"},
    ),
    case(
        "patients", "birth_before_1900", "a day", {"birth_date": "1899-12-31"}, {"birth_date": "1900-01-01"}
    ),
    case(
        "patients",
        "death_before_diagnosis",
        "a day",
        {
            "metastatic_diagnosis_date": "2024-03-02",
            "death_date": "2024-03-01",
            "last_contact_date": "2024-03-01",
        },
        {
            "metastatic_diagnosis_date": "2024-03-01",
            "death_date": "2024-03-01",
            "last_contact_date": "2024-03-01",
        },
    ),
    case(
        "patients",
        "contact_after_death",
        "a day",
        {"death_date": "2024-03-01", "last_contact_date": "2024-03-02"},
        {"death_date": "2024-03-01", "last_contact_date": "2024-03-01"},
    ),
    case(
        "therapy_lines", "end_before_start", "a day", {"end_date": "2024-01-31"}, {"end_date": "2024-02-01"}
    ),
    case("therapy_lines", "line_number_invalid", "zero", {"line_number": "0"}, {"line_number": "1"}),
    case("therapy_lines", "line_number_invalid", "minus", {"line_number": "-1"}, {"line_number": "2"}),
    case(
        "therapy_lines",
        "cycle_length_out_of_range",
        "short",
        {"cycle_length_days": "6"},
        {"cycle_length_days": "7"},
    ),
    case(
        "therapy_lines",
        "cycle_length_out_of_range",
        "long",
        {"cycle_length_days": "85"},
        {"cycle_length_days": "84"},
    ),
    case(
        "therapy_lines",
        "number_invalid",
        "no whole number",
        {"cycle_length_days": "21.5"},
        {"cycle_length_days": "21.0"},
    ),
    case(
        "imaging_assessments",
        "assessment_after_death",
        "a day",
        {"patient_id": "D", "assessment_date": "2024-06-02"},
        {"patient_id": "D", "assessment_date": "2024-06-01"},
    ),
    case(
        "imaging_assessments",
        "assessment_before_birth",
        "a day",
        {"patient_id": "D", "assessment_date": "1959-12-31"},
        {"patient_id": "D", "assessment_date": "1960-01-01"},
    ),
    case(
        "lab_results",
        "specimen_after_death",
        "a day",
        {"patient_id": "D", "specimen_date": "2024-06-02"},
        {"patient_id": "D", "specimen_date": "2024-06-01"},
    ),
    case("lab_results", "value_not_positive", "zero", {"value": "0"}, {"value": "0.001"}),
    case("lab_results", "value_not_positive", "minus", {"value": "-0.001"}, {"value": "+10"}),
    case("lab_results", "value_implausible", "in U/L", {"value": "20000.01"}, {"value": "20000"}),
    case(
        "lab_results",
        "value_implausible",
        "after conversion",
        {"value": "333.4", "unit": "ukat/L"},
        {"value": "333.3", "unit": "ukat/L"},
    ),
    case(
        "lab_results",
        "limit_not_positive",
        "zero",
        {"upper_limit_normal": "0"},
        {"upper_limit_normal": "0.01"},
    ),
    case("lab_results", "unit_missing", "empty", {"unit": ""}, {"unit": "u / l"}),
    case("lab_results", "unit_missing", "blank", {"unit": " \t"}, {"unit": " U/L\t"}),
    case("lab_results", "unit_not_convertible", "unheard of", {"unit": "King-Armstrong"}, {"unit": "IU/L"}),
    case(
        "lab_results",
        "unit_not_convertible",
        "mass of an activity",
        {"unit": "ug/L"},
        {"unit": "ug/L", "analyte": "ALP_BONE"},
    ),
    case(
        "lab_results",
        "unit_not_convertible",
        "times no limit",
        {"unit": "xULN", "value": "1.5"},
        {"unit": "xULN", "value": "1.5", "upper_limit_normal": "104"},
    ),
    *(
        case("lab_results", "value_is_censored", sign, {"value": f"{sign}5"}, {"value": "5.0"})
        for sign in ("<", ">", "≤", "＜", "&lt;")
    ),
    case(
        "her2_tests", "ratio_out_of_range", "high", {"her2_cep17_ratio": "50.01"}, {"her2_cep17_ratio": "50"}
    ),
    case("her2_tests", "ratio_out_of_range", "low", {"her2_cep17_ratio": "-0.01"}, {"her2_cep17_ratio": "0"}),
    case(
        "her2_tests",
        "copy_number_out_of_range",
        "high",
        {"her2_copy_number": "200.01", "test_date": "2024-01-05"},
        {"her2_copy_number": "200", "test_date": "2024-01-05"},
    ),
    case(
        "her2_tests",
        "copy_number_out_of_range",
        "low",
        {"her2_copy_number": "-0.01", "test_date": "2024-01-06"},
        {"her2_copy_number": "0", "test_date": "2024-01-06"},
    ),
    Case(
        "patients",
        "duplicate_key",
        "another sex",
        ({"patient_id": "twin"}, {"patient_id": "twin", "sex": "male"}),
        ({"patient_id": "Twin"}, {"patient_id": "TWIN", "sex": "male"}),
    ),
    Case(
        "therapy_lines",
        "duplicate_key",
        "another regimen",
        ({"line_number": "7"}, {"line_number": "07", "regimen": "another"}),
        ({"line_number": "8"}, {"line_number": "8", "patient_id": "D", "regimen": "another"}),
    ),
    Case(
        "imaging_assessments",
        "duplicate_key",
        "another patient",
        ({"assessment_id": "twin"}, {"assessment_id": "twin", "patient_id": "D"}),
        ({"assessment_id": "twin 1"}, {"assessment_id": "twin 2", "patient_id": "D"}),
    ),
    Case(
        "bone_lesions",
        "duplicate_key",
        "another site",
        ({"lesion_id": "twin"}, {"lesion_id": "twin", "site": "skull"}),
        ({"lesion_id": "twin 1"}, {"lesion_id": "twin 2", "site": "skull"}),
    ),
)
