"""Canonical files beside an adapter's: they complete its rows, bring tables of their own, or disagree.

Not here: the adapter (`tests/unit/adapters`).
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from bpp_etl.check.run import delivery_in
from bpp_etl.check.run import gated as checked
from bpp_etl.check.show import as_json, as_text
from schemas.contract import columns_of
from schemas.tables import TABLES
from tests.support.deliveries import write_texts
from tests.support.gating import NOT_COMPARED, Gated, gated

LIMITS = "[limits]\n" + "".join(f"{name} = 1\n" for name in ("cadence", *TABLES))
SDTM = f'format = "sdtm"\n{LIMITS}'
DOMAINS = {
    "dm.csv": "USUBJID,SEX,RFSTDTC,RFPENDTC\nS1,F,2024-01-01,2024-12-01\nS2,F,2024-01-01,2024-12-01\n",
    "ex.csv": "USUBJID,EXTRT,EXSTDTC,EXENDTC\nS1,made up,2024-01-01,\nS2,made up,2024-01-01,\n",
    "tu.csv": """\
USUBJID,TUTESTCD,TUDTC,TUMETHOD,TUSTRESC,TULOC,TULNKID,VISITNUM
S1,TUMIDENT,2024-02-12,CT SCAN,NEW,BONE,N1,2
S2,TUMIDENT,2024-02-12,CT SCAN,NEW,BONE,N1,2
""",
    "rs.csv": """\
USUBJID,RSTESTCD,RSDTC,RSSTRESC,RSMETHOD,VISITNUM
S1,OVRLRESP,2024-02-12,SD,CT SCAN,2
S2,OVRLRESP,2024-02-12,SD,CT SCAN,2
""",
}
LESIONS = "assessment_id,lesion_id,site,morphology,status,lysis_change\n"


def completed(tmp_path: Path, **beside: str) -> Gated:
    texts = {**DOMAINS, **{f"{name}.csv": text for name, text in beside.items()}}
    return gated(write_texts(tmp_path, texts, toml=SDTM))


def rows(one: Gated, table: str, *names: str) -> list[tuple[Any, ...]]:
    known = [column.name for column in columns_of(TABLES[table].contract) if column.name not in NOT_COMPARED]
    return [tuple(row[known.index(name)] for name in names) for row in one.core[table]]


def scan_of(tmp_path: Path, patient: str) -> str:
    """Learn how the adapter calls the patient's scan."""
    return next(
        scan
        for scan, of in rows(completed(tmp_path), "imaging_assessments", "assessment_id", "patient_id")
        if of == patient
    )


def test_a_table_that_the_adapter_yields_none_of_is_read_beside_it(tmp_path: Path) -> None:
    one = completed(
        tmp_path, her2_tests="patient_id,test_date,specimen_site,ihc_score\nS1,2023-12-01,primary,3+\n"
    )
    assert rows(one, "her2_tests", "patient_id", "her2_status") == [("S1", "positive")]
    assert one.read.unknown_files == ()


def test_supplements_and_domains_that_are_not_read_are_told(tmp_path: Path) -> None:
    others = {f"{name}.csv": "USUBJID,QNAM,QVAL\nS1,A,B\n" for name in ("suppex", "supptr", "ae")}
    one = gated(write_texts(tmp_path, {**DOMAINS, **others}, toml=SDTM))
    assert one.read.unknown_files == tuple(sorted(others))
    told = one.result("delivery", "file_not_read")
    assert (told.broken, told.status) == (3, "failed")


def test_a_table_that_nothing_makes_a_row_of_is_told_from_one_whose_rows_are_refused(tmp_path: Path) -> None:
    def message(home: str, drugs: str) -> str:
        texts = {**DOMAINS, "ex.csv": f"USUBJID,EXTRT,EXSTDTC,EXENDTC\n{drugs}"}
        return gated(write_texts(tmp_path / home, texts, toml=SDTM)).message("required_table_empty")

    assert message("a", "") == "nothing in this sdtm export makes a row of therapy_lines"
    assert message("b", "S1,made up,2099-01-01,\n") == "no row of therapy_lines survives"


def test_results_that_only_their_number_names_are_added_to_those_of_the_adapter(tmp_path: Path) -> None:
    header = "patient_id,analyte,specimen_date,value,unit\n"
    folder = write_texts(
        tmp_path,
        {
            **DOMAINS,
            "lb.csv": "USUBJID,LBTESTCD,LBDTC,LBORRES,LBORRESU\nS1,ALP,2024-01-01,90,U/L\n",
            "lab_results.csv": f"{header}S1,ALP_TOTAL,2024-01-01,90,U/L\nS2,ALP_TOTAL,2024-02-01,x,U/L\n",
        },
        toml=SDTM,
    )
    one = gated(folder)
    assert rows(one, "lab_results", "patient_id", "value", "row_number") == [("S1", 90.0, 1)]
    # By their place in their own file.
    assert one.refused == {("lab_results", 1): ["duplicate_row"], ("lab_results", 2): ["number_invalid"]}
    assert one.read.unknown_files == ()


def test_what_the_adapter_leaves_empty_is_filled_from_the_row_of_the_same_key(tmp_path: Path) -> None:
    scan = scan_of(tmp_path / "a", "S1")
    one = completed(tmp_path / "b", bone_lesions=f"{LESIONS}{scan},N1,rib,osteoblastic,new,none\n")
    assert one.refused == {}
    lesions = rows(one, "bone_lesions", "lesion_id", "site", "morphology", "lysis_change")
    assert lesions == [("N1", "rib", "osteoblastic", "none"), ("N1", "unknown", "unknown", None)]
    assert one.decision.tables[list(TABLES).index("bone_lesions")].delivered == 2


def test_a_row_of_which_both_say_something_else_is_refused(tmp_path: Path) -> None:
    scan = scan_of(tmp_path / "a", "S1")
    one = completed(tmp_path / "b", bone_lesions=f"{LESIONS}{scan},N1,,osteoblastic,stable,\n")
    assert one.refused == {("bone_lesions", 1): ["side_table_disagrees"]}
    assert one.about == {("bone_lesions", 1): ["status"]}


def test_two_rows_of_one_key_in_a_side_table_settle_nothing(tmp_path: Path) -> None:
    scan = scan_of(tmp_path / "a", "S1")
    twice = f"{scan},N1,rib,osteoblastic,new,\n" + f"{scan},N1,spine,osteolytic,new,\n"
    one = completed(tmp_path / "b", bone_lesions=LESIONS + twice)
    assert one.refused == {("bone_lesions", 1): ["side_table_disagrees"]}
    assert one.about == {("bone_lesions", 1): ["assessment_id", "lesion_id"]}


def test_a_row_of_another_key_is_added_and_judged(tmp_path: Path) -> None:
    scan = scan_of(tmp_path / "a", "S1")
    more = f"{scan},N2,rib,mixed,new,\nnowhere,N3,rib,mixed,new,\n"
    one = completed(tmp_path / "b", bone_lesions=LESIONS + more)
    assert sorted(rows(one, "bone_lesions", "lesion_id")) == [("N1",), ("N1",), ("N2",)]
    assert set(map(tuple, one.refused.values())) == {("unknown_assessment",)}
    (count,) = [count for count in one.decision.tables if count.table == "bone_lesions"]
    assert (count.delivered, count.admitted, count.refused, count.is_conserved) == (4, 3, 1, True)


def test_no_row_that_is_added_has_the_number_of_another_and_each_is_named_by_its_file(tmp_path: Path) -> None:
    """Evidence and `bpp raw` know a row by its number."""
    header = "patient_id,analyte,specimen_date,value,unit\n"
    labs = "USUBJID,LBTESTCD,LBDTC,LBORRES,LBORRESU\n" + "".join(
        f"S{number},ALP,2024-01-0{number},90,U/L\n" for number in (1, 2)
    )
    folder = write_texts(
        tmp_path,
        {
            **DOMAINS,
            "lb.csv": labs,
            "lab_results.csv": f"{header}S2,ALP_TOTAL,2024-02-01,90,U/L\n",
            "patients.csv": "patient_id,sex,last_contact_date\ns1,female,2024-12-01\n",
        },
        toml=SDTM,
    )
    one = gated(folder)
    for table in ("patients", "lab_results"):
        assert rows(one, table, "row_number") == [(1,), (2,), (3,)]
    (alike,) = [found for found in checked(delivery_in(folder)).broken if found.rule == "look_alike_id"]
    assert (alike.file, alike.row_numbers, alike.files, alike.broken) == ("dm.csv", (1,), 2, 2)


def test_a_side_table_with_part_of_the_columns_completes_those(tmp_path: Path) -> None:
    scan = scan_of(tmp_path / "a", "S2")
    one = completed(tmp_path / "b", imaging_assessments=f"assessment_id,is_bone_window\n{scan},true\n")
    found = rows(one, "imaging_assessments", "patient_id", "is_bone_window", "extraosseous_response")
    assert found == [("S1", None, "SD"), ("S2", True, "SD")]


def test_a_side_table_without_its_key_is_told(tmp_path: Path) -> None:
    one = completed(tmp_path, bone_lesions="assessment_id,site\nA,rib\n")
    assert ("bone_lesions", "column_missing") in one.causes()


def test_a_mistyped_key_is_told_and_named_by_its_row(tmp_path: Path) -> None:
    one = completed(
        tmp_path, patients="patient_id,sex,last_contact_date\nS1,female,\ns-2,female,2024-12-01\n"
    )
    result = one.result("patients", "side_table_key_unknown")
    assert (result.judged, result.broken, result.status) == (2, 1, "failed")
    assert one.decision.is_open
    (told,) = one.read.side_tables
    assert (told.rows, told.source_rows, told.completed, told.added, told.strangers) == (2, 2, 0, 1, 1)
    assert (told.file, told.row_numbers, told.files) == ("patients.csv", (2,), 1)


@pytest.mark.parametrize(
    ("ids", "limit", "status"),
    [
        ("S1", "", "passed"),
        ("S1 S7", "", "failed"),
        ("S1 S7", "side_table_key_unknown = 0.5\n", "passed"),
        ("S1 S7 S8", "side_table_key_unknown = 0.5\n", "failed"),
        ("S7 S8", "side_table_key_unknown = 1\n", "passed"),
    ],
)
def test_the_share_of_keys_that_the_source_lacks_is_held_to_its_limit(
    tmp_path: Path, ids: str, limit: str, status: str
) -> None:
    told = "".join(f"{one},female,2024-12-01\n" for one in ids.split())
    folder = write_texts(
        tmp_path, {**DOMAINS, "patients.csv": f"patient_id,sex,last_contact_date\n{told}"}, toml=SDTM + limit
    )
    assert gated(folder).result("patients", "side_table_key_unknown").status == status


def test_a_row_that_completes_one_of_the_source_is_no_stranger(tmp_path: Path) -> None:
    one = completed(tmp_path, patients="patient_id,er_status\n S1 ,positive\n")
    result = one.result("patients", "side_table_key_unknown")
    assert (result.judged, result.broken, result.status) == (1, 0, "passed")
    assert one.read.side_tables[0].in_words() == "patients: of 1, 1 completed a row of the source, 0 added"


def test_strangers_are_told_of_no_table_that_the_source_has_no_row_of_or_that_has_no_key(
    tmp_path: Path,
) -> None:
    one = completed(
        tmp_path,
        her2_tests="patient_id,test_date,specimen_site,ihc_score\nS1,2023-12-01,primary,3+\n",
        therapy_lines="patient_id,line_number,regimen,start_date\nS1,2,made up,2024-06-01\n",
    )
    assert one.result("patients", "side_table_key_unknown").status == "not_applicable"
    lines, tests = one.read.side_tables
    assert (lines.added, lines.strangers, tests.added, tests.strangers) == (1, 1, 1, 0)
    assert tests.in_words() == "her2_tests: 1 added, the source has none"


def test_a_lesion_that_a_side_table_follows_to_another_scan_is_no_stranger_to_the_rule(
    tmp_path: Path,
) -> None:
    scan = scan_of(tmp_path / "a", "S1")
    one = completed(tmp_path / "b", bone_lesions=f"{LESIONS}{scan},N2,rib,mixed,new,\n")
    assert ("bone_lesions", "side_table_key_unknown") not in {(r.table, r.rule) for r in one.decision.rules}
    assert [(told.added, told.strangers) for told in one.read.side_tables] == [(1, 1)]


def test_a_registry_whose_side_tables_rightly_add_rows_states_how_many(tmp_path: Path) -> None:
    texts = {
        **DOMAINS,
        "therapy_lines.csv": "patient_id,line_number,regimen,start_date\nS1,2,made up,2024-06-01\n",
    }
    toml = SDTM + "side_table_key_unknown = 1\n"
    assert (
        gated(write_texts(tmp_path, texts, toml=toml))
        .result("therapy_lines", "side_table_key_unknown")
        .status
        == "passed"
    )


def test_a_row_without_its_key_and_a_copy_of_one_complete_nothing(tmp_path: Path) -> None:
    patients = "patient_id,er_status\n,positive\nS1,positive\nS1,positive\n"
    (told,) = completed(tmp_path, patients=patients).read.side_tables
    assert (told.rows, told.completed, told.added, told.strangers) == (3, 1, 1, 0)
    assert told.in_words().endswith("1 said nothing that the source lacks")


def test_a_check_says_what_became_of_the_rows_of_sources_and_of_side_tables(tmp_path: Path) -> None:
    patients = "patient_id,sex,last_contact_date\nS1,female,\ns-2,female,2024-12-01\n"
    folder = write_texts(tmp_path, {**DOMAINS, "patients.csv": patients}, toml=SDTM)
    found = checked(delivery_in(folder))
    text, told = as_text(found), json.loads(as_json(found))
    assert {"source": "dm", "rows": 2, "meaning": "a subject", "table": "patients"} in told["sources"]
    assert sum(one["rows"] for one in told["sources"]) == 8  # every row of the four files
    assert [(one["table"], one["completed"], one["added"]) for one in told["side_tables"]] == [
        ("patients", 0, 1)
    ]
    assert "patients: of 2, 0 completed a row of the source, 1 added" in text
    assert "row 2 of patients.csv" in text
    assert re.search(r"^  dm +2  a subject +patients$", text, re.M)


def test_a_side_table_may_have_columns_and_codes_of_its_own(tmp_path: Path) -> None:
    toml = f"""{SDTM}
[rename.her2_tests]
who = "patient_id"
[recode.her2_tests.specimen_site]
P = "primary"
"""
    texts = {**DOMAINS, "her2_tests.csv": "who,test_date,specimen_site,ihc_score\nS1,2023-12-01,P,3+\n"}
    one = gated(write_texts(tmp_path, texts, toml=toml))
    assert rows(one, "her2_tests", "patient_id", "specimen_site") == [("S1", "primary")]


def test_a_check_names_the_columns_in_which_a_side_table_disagrees(tmp_path: Path) -> None:
    scan = scan_of(tmp_path / "a", "S1")
    lesions = f"{LESIONS}{scan},N1,,osteoblastic,stable,\n"
    found = checked(
        delivery_in(write_texts(tmp_path / "b", {**DOMAINS, "bone_lesions.csv": lesions}, toml=SDTM))
    )
    (told,) = (one for one in found.broken if one.rule == "side_table_disagrees")
    assert told.columns == ("status",)
    assert "bone_lesions.status, 1 row" in as_text(found).replace("\n", " ")


def test_a_check_names_the_key_where_a_side_table_repeats_it(tmp_path: Path) -> None:
    scan = scan_of(tmp_path / "a", "S1")
    twice = f"{LESIONS}{scan},N1,rib,osteoblastic,new,\n{scan},N1,spine,osteolytic,new,\n"
    found = checked(
        delivery_in(write_texts(tmp_path / "b", {**DOMAINS, "bone_lesions.csv": twice}, toml=SDTM))
    )
    (told,) = (one for one in found.broken if one.rule == "side_table_disagrees")
    assert told.columns == ("assessment_id", "lesion_id")
