"""What the sdtm adapter makes of single records, written down as literal domains.

Not here: the loader (`test_loader.py`) and the public trial (`tests/real/test_sdtm_adapter.py`).
"""

from typing import Any

import polars as pl
import pytest

from bpp_etl.adapters import load_adapter
from tests.support.sdtm import rows_of, run_adapter

Record = dict[str, Any]

SUBJECT = {"usubjid": "S1", "sex": "F"}
TUMOUR = {
    "usubjid": "S1",
    "tutestcd": "TUMIDENT",
    "tustresc": "TARGET",
    "tuloc": "BONE",
    "tumethod": "CT SCAN",
    "tulnkid": "T01",
    "tudtc": "2020-01-01",
    "visitnum": "1",
}
RESPONSE = {
    "usubjid": "S1",
    "rstestcd": "OVRLRESP",
    "rsstresc": "SD",
    "rsdtc": "2020-02-12",
    "visitnum": "2",
}
ALP = {"usubjid": "S1", "lbtestcd": "ALP", "lbdtc": "2020-01-01", "lborres": "90", "lborresu": "U/L"}


def made(table: str, **domains: list[Record]) -> list[Record]:
    """Run the adapter over literal records and return one table's rows, in the order of their source."""
    frames = {name: pl.DataFrame(records, infer_schema_length=None) for name, records in domains.items()}
    con = run_adapter(load_adapter("sdtm"), frames)
    return rows_of(con, table)


def column(name: str, rows: list[Record]) -> list[object]:
    return [row[name] for row in rows]


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


def test_a_line_names_every_treatment_once_and_comes_from_its_first_record() -> None:
    records = [
        exposure("2020-02-01", "2020-02-28", "LETROZOLE"),
        exposure("2020-01-01", "2020-02-28", "RIBOCICLIB"),
        exposure("2020-03-01", "2020-03-28", "LETROZOLE"),
    ]
    (line,) = made("therapy_lines", ex=records)
    assert (line["regimen"], line["row_number"], line["file"]) == ("LETROZOLE + RIBOCICLIB", 2, "ex.parquet")


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


@pytest.mark.parametrize(
    ("result", "response"),
    [("PD", "PD"), ("NE", "NE"), ("NON-CR/NON-PD", "NON_CR_NON_PD"), ("CHECK", "CHECK"), ("", None)],
)
def test_a_response_takes_our_code_and_an_unknown_one_passes(result: str, response: str | None) -> None:
    rows = made("imaging_assessments", rs=[{**RESPONSE, "rsstresc": result}])
    assert column("extraosseous_response", rows) == [response]


def test_only_the_investigators_recist_response_to_a_visit_is_an_assessment() -> None:
    records = [
        {**RESPONSE, "visitnum": "1", "rseval": "INVESTIGATOR", "rscat": "RECIST 1.1"},
        {**RESPONSE, "visitnum": "2", "rseval": "INDEPENDENT ASSESSOR", "rscat": "RECIST 1.1"},
        {**RESPONSE, "visitnum": "3", "rscat": "iRECIST"},
        {**RESPONSE, "visitnum": "4", "rscat": "RECIST 1.1 - CA125"},
        {**RESPONSE, "visitnum": "5", "rstestcd": "TRGRESP"},
        {**RESPONSE, "visitnum": "6"},
    ]
    assert column("row_number", made("imaging_assessments", rs=records)) == [1, 6]


def test_a_soft_tissue_response_comes_before_the_overall_one_of_its_visit() -> None:
    records = [
        {**RESPONSE, "visitnum": "1", "rsstresc": "PD"},
        {**RESPONSE, "visitnum": "1", "rstestcd": "SFTSRESP", "rsstresc": "SD", "rscat": "RECIST 1.1"},
        {**RESPONSE, "visitnum": "2", "rsstresc": "PR"},
    ]
    rows = made("imaging_assessments", rs=records)
    assert [(row["row_number"], row["extraosseous_response"]) for row in rows] == [(2, "SD"), (3, "PR")]


def test_two_responses_to_one_visit_share_an_id() -> None:
    records = [RESPONSE, {**RESPONSE, "rsdtc": "2020-05-12", "visitnum": "2.0", "rsstresc": "PD"}]
    ids = column("assessment_id", made("imaging_assessments", rs=records))
    assert len(ids) == 2
    assert len(set(ids)) == 1


def test_without_a_visit_the_day_tells_assessments_apart() -> None:
    records = [{**RESPONSE, "visitnum": None, "rsdtc": day} for day in ("2020-02-12", "2020-03-25")]
    assert len(set(column("assessment_id", made("imaging_assessments", rs=records)))) == 2


def test_a_response_that_was_not_done_is_not_evaluable() -> None:
    rows = made("imaging_assessments", rs=[{**RESPONSE, "rsstat": "NOT DONE"}, {**RESPONSE, "visitnum": "3"}])
    assert column("is_evaluable", rows) == ["false", None]


METHODS = [
    ("CT SCAN", "CT"),
    ("ct scan with contrast", "CT"),
    ("SPIRAL CT", "CT"),
    ("PET/CT SCAN", "PET_CT"),
    ("PET-CT", "PET_CT"),
    ("MRI", "MRI"),
    ("MRI WITH CONTRAST", "MRI"),
    ("BONE SCAN", "BONE_SCAN"),
    ("BONE SCINTIGRAPHY", "BONE_SCAN"),
    ("X-RAY", "XRAY"),
    ("SPECT/CT SCAN", "SPECT/CT SCAN"),
    ("PET SCAN", "PET SCAN"),
    ("ULTRASOUND", "ULTRASOUND"),
    (None, None),
]


@pytest.mark.parametrize(("method", "modality"), METHODS)
def test_a_method_takes_our_name_and_an_unknown_one_passes(method: str | None, modality: str | None) -> None:
    assert column("modality", made("imaging_assessments", tu=[{**TUMOUR, "tumethod": method}])) == [modality]
    rows = made("imaging_assessments", rs=[{**RESPONSE, "rsmethod": method}])
    assert column("modality", rows) == [modality]


@pytest.mark.parametrize(
    ("methods", "modality"),
    [(["CT SCAN"], "CT"), (["MRI", "CT SCAN"], "CT"), (["MRI"], "MRI"), (["X-RAY"], "XRAY"), ([], None)],
)
def test_a_response_without_a_method_takes_that_of_its_subjects_tumours(
    methods: list[str], modality: str | None
) -> None:
    tumours = [{**TUMOUR, "tumethod": method, "tulnkid": method} for method in methods]
    rows = made("imaging_assessments", tu=[*tumours, {**TUMOUR, "usubjid": "S2"}], rs=[RESPONSE])
    assert [row["modality"] for row in rows if row["extraosseous_response"]] == [modality]


def test_baseline_images_come_from_the_tumours_once_per_day_and_modality() -> None:
    records = [
        {**TUMOUR, "tulnkid": "T01"},
        {**TUMOUR, "tulnkid": "T02", "tuloc": "LIVER"},
        {**TUMOUR, "tulnkid": "T03", "tudtc": "2020-01"},
        {**TUMOUR, "tulnkid": "T04", "tumethod": "MRI"},
        {**TUMOUR, "tulnkid": "T05", "tudtc": "2019-12-01", "tueval": "INDEPENDENT ASSESSOR"},
        {**TUMOUR, "tulnkid": "T06", "tudtc": "2019-12-02", "tutestcd": "NTIND"},
    ]
    rows = made("imaging_assessments", tu=records)
    assert [(row["assessment_date"], row["modality"], row["row_number"]) for row in rows] == [
        ("2020-01-01", "CT", 1),
        ("2020-01", "CT", 3),
        ("2020-01-01", "MRI", 4),
    ]
    assert len(set(column("assessment_id", rows))) == 3


NEW = {**TUMOUR, "tustresc": "NEW", "tulnkid": "NEW01", "tudtc": "2020-02-12", "visitnum": "2.0"}


def test_a_new_lesion_belongs_to_the_response_to_its_visit_on_its_own_modality() -> None:
    domains = {"tu": [TUMOUR, NEW, {**NEW, "tulnkid": "NEW02", "tumethod": "MRI"}], "rs": [RESPONSE]}
    assessments = {row["assessment_id"]: row for row in made("imaging_assessments", **domains)}
    lesions = made("bone_lesions", **domains)
    parents = [assessments[row["assessment_id"]] for row in lesions]
    assert [(row["modality"], row["extraosseous_response"]) for row in parents] == [
        ("CT", None),
        ("CT", "SD"),
        ("MRI", None),
    ]
    assert len(assessments) == 3


@pytest.mark.parametrize("sure", [True, False])
def test_every_lesion_finds_its_assessment_whatever_is_missing(sure: bool) -> None:
    tumours = [
        {**TUMOUR, "tulnkid": f"T{number}", **gap}
        for number, gap in enumerate(
            [
                {},
                {"visitnum": None},
                {"visitnum": None, "visit": "Week 6"},
                {"tudtc": None},
                {"tumethod": None},
                {"tumethod": "PET/CT"},
                {"tudtc": "2020-01"},
                {"visitnum": None, "tudtc": None},
            ]
        )
    ]
    responses = (
        [{**RESPONSE, "visitnum": "1"}, {**RESPONSE, "visitnum": None, "visit": "WEEK 6"}] if sure else []
    )
    domains = {"tu": tumours, "rs": responses} if responses else {"tu": tumours}
    lesions = set(column("assessment_id", made("bone_lesions", **domains)))
    assert None not in lesions
    assert lesions <= set(column("assessment_id", made("imaging_assessments", **domains)))


SITES = [
    ("BONE", "unknown"),
    ("THORACIC SPINE", "spine"),
    ("LUMBAR VERTEBRA", "spine"),
    ("SACRUM", "spine"),
    ("BONE, PELVIS", "pelvis"),
    ("PELVIC BONE", "pelvis"),
    ("ILIUM", "pelvis"),
    ("ACETABULUM", "pelvis"),
    ("rib", "rib"),
    ("STERNUM", "sternum"),
    ("SKULL", "skull"),
    ("FEMUR", "femur"),
    ("HUMERUS", "humerus"),
    ("SCAPULA", "scapula"),
    ("CLAVICLE", "clavicle"),
    ("TIBIA", "other"),
    ("BONE OF FOOT", "other"),
]


@pytest.mark.parametrize(("place", "site"), SITES)
def test_a_bone_takes_our_name_of_its_site(place: str, site: str) -> None:
    assert column("site", made("bone_lesions", tu=[{**TUMOUR, "tuloc": place}])) == [site]


@pytest.mark.parametrize(
    "place",
    [
        "LIVER",
        "BONE MARROW",
        "PELVIS",
        "ILIAC LYMPH NODE",
        "SUPRACLAVICULAR LYMPH NODE",
        "PARASTERNAL LYMPH NODE",
        "SPINAL CORD",
        "INTERVERTEBRAL DISC",
        "RADIUS ARTERY",
        "TRIBAL",
    ],
)
@pytest.mark.parametrize("result", ["TARGET", "NEW"])
def test_a_tumour_elsewhere_is_no_bone_lesion(place: str, result: str) -> None:
    assert made("bone_lesions", tu=[{**TUMOUR, "tuloc": place, "tustresc": result}]) == []


def test_only_a_new_tumour_without_a_location_may_be_a_bone_lesion() -> None:
    records = [
        {**TUMOUR, "tuloc": None, "tustresc": "NON-TARGET", "tulnkid": "NT01"},
        {**TUMOUR, "tuloc": "", "tustresc": "NEW", "tulnkid": "NEW01"},
    ]
    (lesion,) = made("bone_lesions", tu=records)
    assert [lesion[name] for name in ("lesion_id", "site", "morphology", "status", "lysis_change")] == [
        "NEW01",
        "unknown",
        "unknown",
        "new",
        None,
    ]


@pytest.mark.parametrize(
    ("result", "status"),
    [
        ("TARGET", "baseline"),
        ("NON-TARGET", "baseline"),
        ("NEW", "new"),
        ("NEW NON-TARGET", "new"),
        ("BENIGN ABNORMALITY", "BENIGN ABNORMALITY"),
        (None, None),
    ],
)
def test_a_lesions_status_takes_our_code_and_an_unknown_one_passes(
    result: str | None, status: str | None
) -> None:
    assert column("status", made("bone_lesions", tu=[{**TUMOUR, "tustresc": result}])) == [status]


@pytest.mark.parametrize(
    ("told", "equivocal"),
    [
        (["EQUIVOCAL"], "true"),
        (["UNEQUIVOCAL"], "false"),
        (["EQUIVOCAL", "EQUIVOCAL"], "true"),
        (["UNEQUIVOCAL", "EQUIVOCAL"], "EQUIVOCAL / UNEQUIVOCAL"),
        (["UNLIKELY"], "UNLIKELY"),
        ([], None),
    ],
)
def test_doubt_about_new_lesions_comes_from_their_visit(told: list[str], equivocal: str | None) -> None:
    progress = [{**RESPONSE, "rstestcd": "NEWLPROG", "rsstresc": result} for result in told]
    baseline = {**TUMOUR, "visitnum": "2"}
    rows = made("bone_lesions", tu=[baseline, NEW], rs=[RESPONSE, *progress])
    assert column("is_equivocal", rows) == [None, equivocal]


def test_every_source_row_is_counted_once() -> None:
    frames = {
        "dm": [SUBJECT],
        "rs": [RESPONSE, {**RESPONSE, "rstestcd": "TRGRESP"}, {**RESPONSE, "rseval": "ADJUDICATOR"}],
        "tu": [TUMOUR, {**NEW, "tuloc": None}, {**TUMOUR, "tuloc": None}, {**TUMOUR, "tutestcd": None}],
    }
    con = run_adapter(load_adapter("sdtm"), {name: pl.DataFrame(rows) for name, rows in frames.items()})
    counted = con.execute("select source, meaning, table_name, source_rows from source_rows").fetchall()
    assert sorted(counted, key=str) == [
        ("dm", "a subject", "patients", 1),
        ("ex", "an exposure, joined into the line of its subject", "therapy_lines", 0),
        ("lb", "a laboratory result", "lab_results", 0),
        ("rs", "a part of a response", None, 1),
        ("rs", "the read of another reader", None, 1),
        ("rs", "the response to a visit", "imaging_assessments", 1),
        ("tu", "a known tumour without a location", "imaging_assessments", 1),
        ("tu", "a record that identifies no tumour", None, 1),
        ("tu", "a tumour with a location, or new", "bone_lesions", 2),
    ]
