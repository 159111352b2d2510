"""Lines of therapy that follow from drugs: derived where declared, flagged and judged, every drug counted.

Not here: when a line begins (`tests/unit/harmonise/test_lines.py`).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bpp_etl.admission.working import WorkingFiles
from bpp_etl.check import check_delivery
from bpp_etl.erasure import erase_patient
from bpp_etl.settings import Places
from bpp_etl.warehouse.connection import opened_read_only
from tests.gates.test_declared_rows import OPEN, delivered, rows, told, trial
from tests.support.deliveries import TINY, write_delivery_of, write_texts
from tests.support.gating import Gated, gated
from tests.support.patients_by_name import BETRAYING, NAMES, files_with
from tests.support.warehouses import admit, release

DERIVE = "[therapy_lines]\nderive = 'gap_and_new_agent'\n"
FROM_FIRST = f"{DERIVE}start = 'first_drug'\n"
PATIENTS = "patient_id,sex,last_contact_date,metastatic_diagnosis_date\n"
DRUGS = "patient_id,agent,start_date,end_date\n"
SCANS = "assessment_id,patient_id,assessment_date,modality\nA1,A,2024-02-12,CT\n"
LESIONS = "assessment_id,lesion_id,site,morphology,status\nA1,L,rib,osteoblastic,new\n"


def of_one(tmp_path: Path, toml: str, drugs: str, diagnosis: str = "2023-12-01", **more: str | None) -> Gated:
    """Gate one patient with drugs and without lines."""
    texts: dict[str, str | None] = {
        "patients": f"{PATIENTS}A,female,2024-12-01,{diagnosis}\n",
        "therapy_lines": None,
        "drug_exposures": DRUGS + drugs,
        "imaging_assessments": SCANS,
        "bone_lesions": LESIONS,
        "lab_results": None,
        "her2_tests": None,
        **more,
    }
    return delivered(tmp_path, toml, **texts)


def lines(one: Gated) -> list[tuple[str, ...]]:
    """Return number, regimen, start and end of each line."""
    found = rows(one, "therapy_lines", "line_number", "regimen", "start_date", "end_date")
    return [tuple(map(str, line)) for line in found]


def test_drugs_become_lines_and_each_line_is_flagged_and_leads_to_a_drug(tmp_path: Path) -> None:
    one = of_one(tmp_path, DERIVE, "A,letrozole,2024-01-01,2024-05-01\nA,fulvestrant,2024-05-20,\n")
    assert one.decision.is_open
    assert lines(one) == [
        ("1", "letrozole", "2024-01-01", "2024-05-01"),
        ("2", "fulvestrant", "2024-05-20", "None"),
    ]
    assert rows(one, "therapy_lines", "flags", "end_reason") == [(["line_derived"], None)] * 2
    assert told(one) == [("[therapy_lines]", "line_number", "line_derived", 2)]
    assert one.result("therapy_lines", "line_derived").broken == 2
    (count,) = [count for count in one.decision.tables if count.table == "therapy_lines"]
    assert (count.delivered, count.admitted, count.is_conserved) == (2, 2, True)


def test_a_constant_fills_what_no_derived_line_has_and_is_flagged_and_told(tmp_path: Path) -> None:
    constants = (
        "[constants.therapy_lines]\ncycle_length_days = 28\nregimen = 'never'\nend_reason = 'unknown'\n"
    )
    drugs = "A,letrozole,2024-01-01,2024-05-01\nA,fulvestrant,2024-05-20,\n"
    one = of_one(tmp_path, DERIVE + constants, drugs)
    found = rows(one, "therapy_lines", "regimen", "cycle_length_days", "end_reason", "flags")
    flags = ["constant_declared", "line_derived"]
    assert found == [("letrozole", 28, "unknown", flags), ("fulvestrant", 28, "unknown", flags)]
    assert told(one) == [
        ("[constants.therapy_lines]", "cycle_length_days", "constant_declared", 2),
        ("[constants.therapy_lines]", "regimen", "constant_declared", 0),
        ("[constants.therapy_lines]", "end_reason", "constant_declared", 2),
        ("[therapy_lines]", "line_number", "line_derived", 2),
    ]


def test_without_a_declaration_the_lines_are_missing_and_nothing_reads_the_file(tmp_path: Path) -> None:
    one = of_one(tmp_path, "", "A,letrozole,2024-01-01,\n")
    assert ("therapy_lines", "table_missing") in one.causes()
    assert one.read.unknown_files == ("drug_exposures.csv",)


def test_why_no_line_follows_is_told(tmp_path: Path) -> None:
    one = of_one(tmp_path, DERIVE, "A,letrozole,2023-01-01,\nA,fulvestrant,2022-01-20,\n")
    assert one.message("required_table_empty") == (
        "no line of therapy follows from the drugs: a drug from before the metastatic diagnosis 2"
    )


def test_without_drugs_too_the_lines_are_missing(tmp_path: Path) -> None:
    one = of_one(tmp_path, DERIVE, "", drug_exposures=None)
    assert one.message("table_missing") == "neither therapy_lines nor drug_exposures is delivered"


def test_a_file_of_lines_with_a_row_for_each_drug_is_that_of_the_drugs(tmp_path: Path) -> None:
    """What registries call a line is often a drug of one: its number is not that of a line then."""
    drugs = ["trastuzumab", "pertuzumab", "docetaxel"]
    given = "patient_id,line_number,regimen,start_date,end_date,cycle_length_days\n" + "".join(
        f"A,1,{drug},2024-01-10,,21\n" for drug in drugs
    )
    assert ("therapy_lines", "required_table_empty") in of_one(
        tmp_path / "as lines", "", "", drug_exposures=None, therapy_lines=given
    ).causes()
    one = of_one(tmp_path / "as drugs", DERIVE, "", drug_exposures=None, therapy_lines=given)
    assert one.decision.is_open
    assert lines(one) == [("1", "docetaxel + pertuzumab + trastuzumab", "2024-01-10", "None")]
    assert one.read.rows["drug_exposures"] == 3
    checked, is_open = check_delivery(next((tmp_path / "as drugs").glob("*/*-*")), "text")
    assert is_open
    assert "[rename" not in checked


def test_what_is_stated_of_a_file_of_lines_is_followed_where_it_is_that_of_drugs(
    tmp_path: Path,
) -> None:
    toml = (
        f"{DERIVE}[read.therapy_lines]\ndelimiter = ';'\n"
        "date_format = '%d.%m.%Y'\n"
        "[rename.therapy_lines]\nSubstanz = 'regimen'\nBeginn = 'start_date'\n"
    )
    given = "patient_id;line_number;Substanz;Beginn\nA;7;letrozole;10.01.2024\n"
    one = of_one(tmp_path, toml, "", drug_exposures=None, therapy_lines=given)
    assert one.decision.is_open
    assert lines(one) == [("1", "letrozole", "2024-01-10", "None")]


def test_where_lines_are_delivered_none_is_derived(tmp_path: Path) -> None:
    given = "patient_id,line_number,regimen,start_date\nA,1,as delivered,2024-01-01\n"
    one = of_one(tmp_path, DERIVE, "A,letrozole,2024-02-01,\n", therapy_lines=given)
    assert lines(one) == [("1", "as delivered", "2024-01-01", "None")]
    assert told(one) == [("[therapy_lines]", "line_number", "line_derived", 0)]


def test_lines_without_a_row_are_derived(tmp_path: Path) -> None:
    empty = "patient_id,line_number,regimen,start_date\n"
    one = of_one(tmp_path, DERIVE, "A,letrozole,2024-02-01,\n", therapy_lines=empty)
    assert [line[1] for line in lines(one)] == ["letrozole"]


def test_every_drug_is_counted_by_what_it_is_to_the_lines(tmp_path: Path) -> None:
    drugs = (
        "A,tamoxifen,2020-01-01,2024-06-01\nA,letrozole,2023-12-01,\nA,Denosumab ,2024-01-01,\n"
        "A,capecitabine,2024-03,\nA,,2024-03-01,\nA,capecitabine,2025-03-01,\nA,taxol,2024-05-02,2024-05-01\n"
        "Z,letrozole,2024-01-01,\n"
    )
    one = of_one(tmp_path, f"{DERIVE}ignore = ['denosumab']\n", drugs)
    assert one.decision.drugs == {
        "a drug from before the metastatic diagnosis": 1,
        "a drug of a line": 1,
        "a drug of no admitted patient": 1,
        "a drug that cannot be read": 4,
        "a drug that is not counted": 1,
    }
    assert lines(one) == [("1", "letrozole", "2023-12-01", "None")]


def test_without_a_day_of_diagnosis_no_drug_counts_unless_all_do(tmp_path: Path) -> None:
    drug = "A,letrozole,2024-01-01,\n"
    one = of_one(tmp_path / "a", DERIVE, drug, diagnosis="")
    assert one.decision.drugs == {"a drug without a day of metastatic diagnosis": 1}
    assert lines(of_one(tmp_path / "b", FROM_FIRST, drug, diagnosis=""))


def test_an_end_after_the_delivery_is_open(tmp_path: Path) -> None:
    one = of_one(tmp_path, DERIVE, "A,letrozole,2024-01-01,2025-01-01\nA,taxol,2024-05-01,2024-12-31\n")
    assert lines(one) == [
        ("1", "letrozole", "2024-01-01", "None"),
        ("2", "letrozole + taxol", "2024-05-01", "None"),
    ]


def test_derived_lines_are_judged_as_delivered_ones_are(tmp_path: Path) -> None:
    dead = "patient_id,sex,last_contact_date,death_date\nA,female,2024-03-01,2024-03-01\n"
    one = of_one(tmp_path, FROM_FIRST, "A,letrozole,2024-03-02,\n", patients=dead)
    assert one.refused == {("therapy_lines", 1): ["line_after_death"]}


def test_drugs_may_be_written_as_their_registry_writes(tmp_path: Path) -> None:
    toml = f"""{FROM_FIRST}[rename.drug_exposures]
substanz = "agent"
von = "start_date"
[recode.drug_exposures.agent]
LET = "letrozole"
[read.drug_exposures]
date_format = "%d.%m.%Y"
"""
    one = of_one(tmp_path, toml, "", drug_exposures="patient_id,substanz,von\nA,LET,01.02.2024\n")
    assert lines(one) == [("1", "letrozole", "2024-02-01", "None")]


def test_drugs_that_are_counted_from_a_day_zero_make_lines_on_its_days(tmp_path: Path) -> None:
    toml = (
        f"{DERIVE}[dates]\nrelative_to = 'metastatic_diagnosis_date'\nunit = 'days'\nday_zero = 2000-01-01\n"
    )
    one = of_one(
        tmp_path,
        toml,
        "A,tamoxifen,-900,-1\nA,letrozole,10,100\n",
        patients=f"{PATIENTS}A,female,400,\n",
        imaging_assessments=SCANS.replace("2024-02-12", "52"),
    )
    assert lines(one) == [("1", "letrozole", "2000-01-11", "2000-04-10")]
    ((found,),) = rows(one, "therapy_lines", "flags")
    assert found == ["date_relative", "day_zero_declared", "line_derived"]


def test_the_last_contact_may_follow_from_drugs(tmp_path: Path) -> None:
    toml = f"{FROM_FIRST}[last_contact]\nfrom = 'any_record'\n"
    one = of_one(tmp_path, toml, "A,letrozole,2024-04-01,\n", patients="patient_id,sex\nA,female\n")
    assert rows(one, "patients", "last_contact_date")[0][0].isoformat() == "2024-04-01"


def test_another_standard_may_bring_its_lines_by_a_side_table_of_drugs(tmp_path: Path) -> None:
    exposures = "USUBJID,EXTRT,EXSTDTC,EXENDTC\n"
    one = trial(tmp_path, FROM_FIRST, ex=exposures, drug_exposures=f"{DRUGS}S1,letrozole,2024-01-01,\n")
    assert lines(one) == [("1", "letrozole", "2024-01-01", "None")]


def test_events_of_derived_lines_bear_the_flag_and_every_drug_has_a_row_of_quality(tmp_path: Path) -> None:
    drugs = DRUGS + "".join(
        f"{line.split(',')[0]},made up,{line.split(',')[3]},{line.split(',')[4]}\n"
        for line in TINY["therapy_lines"].splitlines()[1:]
    )
    texts = {f"{name}.csv": text for name, text in {**TINY, "drug_exposures": drugs}.items()}
    del texts["therapy_lines.csv"]
    landing, warehouse = tmp_path / "landing", tmp_path / "warehouse"
    write_texts(landing, texts, toml=OPEN + FROM_FIRST)
    assert admit(landing, warehouse, "made").is_open
    with opened_read_only(WorkingFiles.of(warehouse, "made").admitted) as con:
        states = con.execute(
            "select patient_id, state, flags from event.pseudoprogression order by 1"
        ).fetchall()
        counted = con.execute('select source, meaning, "table", rows from quality.source_row').fetchall()
        declared = con.execute("select section, rows from quality.declaration").fetchall()
    assert [row[:2] for row in states] == [("A", "pseudoprogression"), ("B", "true_progression")]
    assert all("line_derived" in row[2] for row in states)
    assert counted == [("drug_exposures", "a drug of a line", "therapy_lines", 3)]
    assert declared == [("[therapy_lines]", 3)]


WITH_DRUGS = {
    **{table: text for table, text in BETRAYING.items() if table != "therapy_lines"},
    "therapy_lines": None,
    "drug_exposures": DRUGS + "".join(f"{name},letrozole,2024-01-01,\n" for name in NAMES.values()),
}


def test_no_id_of_a_drug_is_in_any_file_where_ids_are_pseudonyms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BPP_PSEUDONYM_KEY", "k" * 40)
    landing, warehouse = tmp_path / "landing", tmp_path / "warehouse"
    folder = write_delivery_of(landing, **WITH_DRUGS)
    (folder.parent / "registry.toml").write_text(OPEN + FROM_FIRST, encoding="utf-8")
    assert admit(landing, warehouse).is_open
    assert files_with(warehouse, NAMES.values()) == {}
    with opened_read_only(WorkingFiles.of(warehouse, "tiny").admitted) as con:
        assert con.execute("select count(*) from core.therapy_lines").fetchall() == [(3,)]


def test_whoever_is_erased_is_gone_from_drugs_and_derived_lines(tmp_path: Path) -> None:
    landing, warehouse = tmp_path / "landing", tmp_path / "warehouse"
    folder = write_delivery_of(landing, **WITH_DRUGS)
    (folder.parent / "registry.toml").write_text(OPEN + FROM_FIRST, encoding="utf-8")
    assert admit(landing, warehouse).is_open
    release(warehouse)
    erase_patient(Places(landing, warehouse), "tiny", NAMES["A"])
    assert files_with(warehouse, [NAMES["A"]]) == {}
    with opened_read_only(WorkingFiles.of(warehouse, "tiny").admitted) as con:
        assert con.execute("select count(*) from raw.drug_exposures").fetchall() == [(2,)]
        assert con.execute("select count(*) from core.therapy_lines").fetchall() == [(2,)]
    assert admit(landing, warehouse).is_open
    with opened_read_only(WorkingFiles.of(warehouse, "tiny").admitted) as con:
        assert con.execute("select count(*) from core.therapy_lines").fetchall() == [(2,)]


@pytest.mark.parametrize("name", ["drug_exposures.xlsx", "delivery.xlsx"])
def test_drugs_may_come_in_a_workbook(tmp_path: Path, name: str) -> None:
    import openpyxl  # noqa: PLC0415

    texts = {f"{table}.csv": text for table, text in TINY.items() if table != "therapy_lines"}
    folder = write_texts(tmp_path, texts, toml=OPEN + FROM_FIRST)
    book = openpyxl.Workbook()
    book.active.title = "drug_exposures"
    for line in (DRUGS + "A,letrozole,2024-01-01,\n").splitlines():
        book.active.append(line.split(","))
    book.save(folder / name)
    assert lines(gated(folder)) == [("1", "letrozole", "2024-01-01", "None")]
