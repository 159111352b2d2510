"""What the sdtm adapter makes of single records of DM, EX and LB, and of dates in every domain.

Not here: RS and TU (`test_sdtm_imaging.py`), the loader, and the public trial (`tests/real`).
"""

import pytest

from tests.support.adapted import meanings
from tests.unit.adapters.records import ALP, RESPONSE, SUBJECT, TUMOUR, Record, column, made

DATES = [
    ("2020-02-29", "2020-02-29"),
    ("2020-02-29T11:45", "2020-02-29"),
    ("2020-02-29T11:45:30.5", "2020-02-29"),
    ("2020-02-29T11:45+01:00", "2020-02-29"),
    ("2020-02-29T-:45", "2020-02-29"),
    (" 2020-02-29 ", "2020-02-29"),
    ("2020-02", "2020-02"),
    ("2020", "2020"),
    ("2020---15", "2020---15"),
    ("--02-29", "--02-29"),
    ("2020-02-01/2020-02-29", "2020-02-01/2020-02-29"),
    ("2020-02-01T08:00/2020-02-29T09:00", "2020-02-01T08:00/2020-02-29T09:00"),
    ("2020-02-29 11:45", "2020-02-29 11:45"),
    ("29FEB2020", "29FEB2020"),
]


@pytest.mark.parametrize(("delivered", "kept"), DATES)
def test_only_a_time_of_day_is_cut_from_a_date(delivered: str, kept: str) -> None:
    row = made("patients", dm=[{**SUBJECT, "brthdtc": delivered, "dthdtc": delivered, "rfpendtc": delivered}])
    assert row[0]["birth_date"] == row[0]["death_date"] == row[0]["last_contact_date"] == kept
    assert column("specimen_date", made("lab_results", lb=[{**ALP, "lbdtc": delivered}])) == [kept]
    assert column("start_date", made("therapy_lines", ex=[{"usubjid": "S1", "exstdtc": delivered}])) == [kept]
    assert column("assessment_date", made("imaging_assessments", tu=[{**TUMOUR, "tudtc": delivered}])) == [
        kept
    ]
    assert column("assessment_date", made("imaging_assessments", rs=[{**RESPONSE, "rsdtc": delivered}])) == [
        kept
    ]


@pytest.mark.parametrize(
    ("code", "sex"),
    [
        ("F", "female"),
        ("m", "male"),
        ("U", "unknown"),
        ("UNDIFFERENTIATED", "unknown"),
        ("X", "X"),
        (None, None),
    ],
)
def test_sex_is_translated_and_an_unknown_code_passes(code: str | None, sex: str | None) -> None:
    assert column("sex", made("patients", dm=[{**SUBJECT, "sex": code}])) == [sex]


def test_an_age_is_no_date_of_birth() -> None:
    assert column("birth_date", made("patients", dm=[{**SUBJECT, "age": "63", "ageu": "YEARS"}])) == [None]


def test_a_screen_failure_stays_a_patient_without_a_line() -> None:
    domains = {
        "dm": [SUBJECT, {**SUBJECT, "usubjid": "S2", "armcd": "Scrnfail"}],
        "ex": [{"usubjid": "S1", "extrt": "DRUG", "exstdtc": "2020-01-01"}],
    }
    assert column("patient_id", made("patients", **domains)) == ["S1", "S2"]
    assert column("patient_id", made("therapy_lines", **domains)) == ["S1"]


@pytest.mark.parametrize(
    ("dates", "last_contact"),
    [
        ({"rfpendtc": "2020-05-01", "rfendtc": "2020-06-01"}, "2020-05-01"),
        ({"rfendtc": "2020-04-01T08:00", "dmdtc": "2020-01-01", "dthdtc": "2020-03-01"}, "2020-04-01"),
        ({"rfpendtc": "", "rficdtc": "2020-01-01"}, "2020-01-01"),
        ({}, None),
    ],
)
def test_the_last_contact_is_the_end_of_participation_else_the_latest_date(
    dates: Record, last_contact: str | None
) -> None:
    assert column("last_contact_date", made("patients", dm=[{**SUBJECT, **dates}])) == [last_contact]


def test_a_repeated_subject_reaches_the_gate_twice() -> None:
    assert column("row_number", made("patients", dm=[SUBJECT, SUBJECT])) == [1, 2]


def exposure(start: str | None, end: str | None, treatment: str = "DRUG") -> Record:
    return {"usubjid": "S1", "extrt": treatment, "exstdtc": start, "exendtc": end}


EXPOSURES = [
    ([("2020-01-15", "2020-02-01"), ("2020-01-01", "2020-01-14")], "2020-01-01", "2020-02-01"),
    ([("2020-01-01", None)], "2020-01-01", None),
    ([("2020-01-01", "2020-01-14"), ("2020-01-15", None)], "2020-01-01", None),
    ([("2020-01-01", None), ("2020-01-15", "2020-02-01")], "2020-01-01", "2020-02-01"),
    ([("2020-01", "2020-02-01"), ("2020-01-15", "2020-02-20")], "2020-01", "2020-02-20"),
    ([("2020-01-15", "2020-02-01"), ("2020-03", "2020-03-30")], "2020-01-15", "2020-03-30"),
    ([("2020-01-15", "2020-02"), ("2020-01-20", "2020-02-20")], "2020-01-15", "2020-02"),
    ([("2020-01-15", "2020-02"), ("2020-03-01", "2020-03-20")], "2020-01-15", "2020-03-20"),
]


@pytest.mark.parametrize(("records", "start", "end"), EXPOSURES)
def test_a_line_runs_from_the_first_dose_to_the_last_and_never_guesses(
    records: list[tuple[str, str | None]], start: str, end: str | None
) -> None:
    (line,) = made("therapy_lines", ex=[exposure(*record) for record in records])
    assert (line["line_number"], line["start_date"], line["end_date"]) == ("1", start, end)


def test_an_agent_that_goes_on_leaves_the_end_of_the_line_unknown_whatever_others_are_given() -> None:
    tablets, infusions = (
        exposure("2020-01-01", None, "LETROZOLE"),
        [
            exposure("2020-01-08", "2020-01-08", "DENOSUMAB"),
            exposure("2020-02-05", "2020-02-05", "DENOSUMAB"),
        ],
    )
    (line,) = made("therapy_lines", ex=[tablets, *infusions])
    assert line["end_date"] is None
    stopped = exposure("2020-02-01", "2020-02-20", "LETROZOLE")
    (line,) = made("therapy_lines", ex=[tablets, stopped, *infusions])
    assert line["end_date"] == "2020-02-20"


NOT_GIVEN: list[Record] = [
    {"exdose": "0"},
    {"exdose": "0.0"},
    {"exoccur": "N"},
    {"exdose": "125", "exoccur": "n"},
]


@pytest.mark.parametrize("told", NOT_GIVEN)
def test_a_dose_that_was_not_given_is_no_treatment_and_is_counted(told: Record) -> None:
    given = exposure("2020-01-15", "2020-02-01")
    missed = {**exposure("2020-01-01", "2020-03-01", "PALBOCICLIB"), **told}
    (line,) = made("therapy_lines", ex=[missed, {**given, "exdose": "2.5"}])
    assert (line["regimen"], line["start_date"], line["end_date"]) == ("DRUG", "2020-01-15", "2020-02-01")
    assert made("therapy_lines", ex=[missed]) == []
    assert meanings("sdtm", ex=[missed, given]) == {
        ("ex", "an exposure, joined into the line of its subject", "therapy_lines"): 1,
        ("ex", "a dose that was not given", None): 1,
    }


@pytest.mark.parametrize("treatment", ["PLACEBO", "Abemaciclib placebo"])
def test_a_placebo_was_given_though_its_dose_is_0(treatment: str) -> None:
    (line,) = made("therapy_lines", ex=[{**exposure("2020-01-01", "2020-02-01", treatment), "exdose": "0"}])
    assert (line["regimen"], line["start_date"]) == (treatment, "2020-01-01")
    missed = {**exposure("2020-01-01", "2020-02-01", treatment), "exoccur": "N"}
    assert made("therapy_lines", ex=[missed]) == []


def test_a_line_names_every_treatment_once_and_comes_from_its_first_record() -> None:
    records = [
        exposure("2020-02-01", "2020-02-28", "LETROZOLE"),
        exposure("2020-01-01", "2020-02-28", "RIBOCICLIB"),
        exposure("2020-03-01", "2020-03-28", "LETROZOLE"),
    ]
    (line,) = made("therapy_lines", ex=records)
    assert (line["regimen"], line["row_number"], line["file"]) == ("LETROZOLE + RIBOCICLIB", 2, "ex.parquet")


def test_a_treatment_is_one_however_its_letters_are_written() -> None:
    records = [exposure("2020-01-01", "", "Letrozole"), exposure("2020-03-01", "2020-03-28", "LETROZOLE ")]
    (line,) = made("therapy_lines", ex=records)
    assert (line["regimen"], line["end_date"]) == ("LETROZOLE", "2020-03-28")


def test_alkaline_phosphatase_takes_our_name_and_other_tests_keep_theirs() -> None:
    tests = ["ALP", "ALPBS", "ALT", None]
    rows = made("lab_results", lb=[{**ALP, "lbtestcd": test} for test in tests])
    assert column("analyte", rows) == ["ALP_TOTAL", "ALP_BONE", "ALT", None]


@pytest.mark.parametrize(
    ("specimen", "analyte"),
    [("SERUM", "ALP_TOTAL"), ("plasma", "ALP_TOTAL"), ("", "ALP_TOTAL"), ("URINE", "ALP"), ("CSF", "ALP")],
)
def test_alkaline_phosphatase_counts_in_blood_only(specimen: str, analyte: str) -> None:
    assert column("analyte", made("lab_results", lb=[{**ALP, "lbspec": specimen}])) == [analyte]


def test_value_unit_and_limit_are_never_mixed_between_original_and_standard() -> None:
    standard = {"lbstresc": "90", "lbstresu": "U/L", "lbstnrhi": "120"}
    original = {"lborres": "1.5", "lborresu": "ukat/L", "lbornrhi": "2.0"}
    rows = made(
        "lab_results",
        lb=[
            {**ALP, **standard, **original},
            {**ALP, **standard, "lborres": None, "lborresu": "ukat/L", "lbornrhi": "2.0"},
            {**ALP, **standard, "lborres": "1.5", "lborresu": None, "lbornrhi": None},
        ],
    )
    assert [(row["value"], row["unit"], row["upper_limit_normal"]) for row in rows] == [
        ("1.5", "ukat/L", "2.0"),
        ("90", "U/L", "120"),
        ("1.5", None, None),
    ]


def test_a_censored_value_reaches_the_gate_as_written() -> None:
    assert column("value", made("lab_results", lb=[{**ALP, "lborres": "<5"}])) == ["<5"]
