"""What the sdtm adapter makes of single records of RS and TU.

Not here: DM, EX and LB (`test_sdtm_patients.py`), the loader, and the public trial (`tests/real`).
"""

import polars as pl
import pytest

from bpp_etl.adapters import load_adapter
from tests.support.sdtm import run_adapter
from tests.unit.adapters.records import RESPONSE, SUBJECT, TUMOUR, Record, column, made


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


NEW: Record = {**TUMOUR, "tustresc": "NEW", "tulnkid": "NEW01", "tudtc": "2020-02-12", "visitnum": "2.0"}


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


@pytest.mark.parametrize(
    ("told", "day"),
    [
        ({}, "2020-02-10"),
        ({"tumethod": "MRI"}, "2020-02-12"),
        ({"visitnum": "3"}, "2020-02-12"),
        ({"tudtc": "2020-02"}, "2020-02-12"),
        ({"tueval": "INDEPENDENT ASSESSOR"}, "2020-02-12"),
    ],
)
def test_a_scan_is_of_the_day_of_its_images_and_not_of_that_of_the_response(told: Record, day: str) -> None:
    tumours = [
        TUMOUR,
        {**NEW, "tudtc": "2020-02-10T08:15", **told},
        {**NEW, "tulnkid": "N2", "tudtc": "2020-02-11", **told},
    ]
    rows = made("imaging_assessments", tu=tumours, rs=[{**RESPONSE, "rsdtc": "2020-02-12"}])
    assert [row["assessment_date"] for row in rows if row["extraosseous_response"]] == [day]


@pytest.mark.parametrize("sure", [True, False])
def test_every_lesion_finds_its_assessment_whatever_is_missing(sure: bool) -> None:
    tumours: list[Record] = [
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


def test_a_lesion_whose_response_gives_way_to_another_modality_keeps_the_images_of_its_day() -> None:
    domains = {
        "tu": [{**NEW, "tuloc": "RIB", "tumethod": "MRI"}],
        "rs": [
            {**RESPONSE, "rsmethod": "MRI", "rsstresc": "PD"},
            {**RESPONSE, "rsmethod": "CT SCAN", "rstestcd": "SFTSRESP"},
        ],
    }
    assessments = {row["assessment_id"]: row for row in made("imaging_assessments", **domains)}
    (lesion,) = made("bone_lesions", **domains)
    assert assessments[lesion["assessment_id"]]["modality"] == "MRI"
    assert sorted(row["modality"] for row in assessments.values()) == ["CT", "MRI"]


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
    frames: dict[str, list[Record]] = {
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
