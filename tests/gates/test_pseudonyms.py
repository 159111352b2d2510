"""Pseudonyms at ingest: nothing behind the door knows a delivered id, and everything else is as without them.

Not here: the key (`tests/unit/identity/test_key_of_pseudonyms.py`).
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from bpp_etl.admission.due import due_for
from bpp_etl.admission.intake import DIFFERS
from bpp_etl.admission.treatment import FINGERPRINT
from bpp_etl.admission.working import WorkingFiles
from bpp_etl.check import check_delivery
from bpp_etl.erasure import erase_patient
from bpp_etl.errors import NotFoundError, UsageError
from bpp_etl.events import load_protocol
from bpp_etl.explain import explain_patient
from bpp_etl.identity.pseudonyms import Pseudonyms
from bpp_etl.landing.deliveries import survey
from bpp_etl.settings import Places
from bpp_etl.warehouse.connection import opened_read_only, quoted
from schemas.tables import TABLES
from tests.gates.test_side_tables import DOMAINS, SDTM
from tests.support.deliveries import TINY, write_delivery_of, write_texts
from tests.support.patients_by_name import BETRAYING, NAMES, by_name, files_with
from tests.support.warehouses import admit, contents, release

KEY, OTHER = "k" * 40, "o" * 40
IDS = ("patient_id", "assessment_id", "lesion_id")
DIRTY = {
    **BETRAYING,
    "patients": BETRAYING["patients"]
    + "anna 19610203,female,2024-12-01\n"  # looks like A's
    + " BRUNHILD-19550607 ,female,2024-12-01\n"  # B's row once more, with blanks around the id
    + "NA,female,2024-12-01\n"
    + ",female,2024-12-01\n",
    "lab_results": BETRAYING["lab_results"]
    + "DORA-19330101,ALP_TOTAL,2024-01-02,80,U/L,104\n"  # no patient
    + "CHLOE-19480911,ALP_TOTAL,2024-01-02,-1,U/L,104\n"
    + f"{NAMES['C']},ALP_TOTAL,2024-01-05,70,U/L,104\n",
}
LIMITS = "[limits]\npatients = 1\nlab_results = 1\n"
BETRAYERS = ("ANNA", "anna", "BRUNHILD", "CHLOE", "DORA")


@pytest.fixture
def keyed(monkeypatch: pytest.MonkeyPatch) -> Pseudonyms:
    monkeypatch.setenv("BPP_PSEUDONYM_KEY", KEY)
    return Pseudonyms.by(KEY)


def write(landing: Path, tables: Mapping[str, str] = DIRTY, toml: str = LIMITS, **more: Any) -> Path:
    folder = write_delivery_of(landing, **tables, **more)
    (folder.parent / "registry.toml").write_text(toml, encoding="utf-8")
    return folder


def patients_in(warehouse: Path, registry: str = "tiny") -> list[str]:
    with opened_read_only(WorkingFiles.of(warehouse, registry).admitted) as con:
        return [
            str(one) for (one,) in con.execute("select patient_id from core.patients order by 1").fetchall()
        ]


def test_no_delivered_id_is_in_any_file_of_the_warehouse(tmp_path: Path, keyed: Pseudonyms) -> None:
    landing, warehouse = tmp_path / "landing", tmp_path / "warehouse"
    write(landing)
    assert admit(landing, warehouse).is_open
    release(warehouse)
    write(landing, DIRTY | {"therapy_lines": DIRTY["therapy_lines"].replace(",21", ",10")}, day="2025-01-31")
    assert not admit(landing, warehouse).is_open
    release(warehouse, 1)
    names = {path.name for path in warehouse.rglob("*")}
    assert {"admitted.duckdb", "shut.duckdb", "bpp.duckdb", "report.html"} <= names
    assert files_with(warehouse, [*BETRAYERS, KEY]) == {}
    assert set(files_with(landing, BETRAYERS)), "the search finds what is there"
    assert all(re.fullmatch("p-[0-9a-f]{32}", one) for one in patients_in(warehouse))


def test_quarantine_holds_the_row_as_delivered_but_for_its_ids(tmp_path: Path, keyed: Pseudonyms) -> None:
    write(tmp_path / "landing")
    admit(tmp_path / "landing", tmp_path / "warehouse")
    with opened_read_only(WorkingFiles.of(tmp_path / "warehouse", "tiny").admitted) as con:
        refused = con.execute(
            "select row_number, patient_id, value, broken_rules from quarantine.lab_results order by 1"
        ).fetchall()
        empty = con.execute("select row_number, patient_id from quarantine.patients order by 1").fetchall()
    dora, chloe = (keyed.of("tiny", "patient_id", one) for one in ("DORA-19330101", NAMES["C"]))
    assert refused == [(4, dora, "80", ["unknown_patient"]), (5, chloe, "-1", ["value_not_positive"])]
    brunhild = keyed.of("tiny", "patient_id", NAMES["B"])
    assert empty == [(5, brunhild), (6, "NA"), (7, None)], "an empty cell is none, and stays as it was"


def test_what_is_judged_derived_and_counted_is_the_same_but_for_ids(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    landing = tmp_path / "landing"
    write(landing)
    found = {}
    for name in ("plain", "keyed"):
        if name == "keyed":
            monkeypatch.setenv("BPP_PSEUDONYM_KEY", KEY)
        decision = admit(landing, tmp_path / name)
        found[name] = (decision, told_without_ids(tmp_path / name))
    assert found["plain"] == found["keyed"]
    flagged = found["keyed"][1]["core.patients"]
    assert sum("look_alike_id" in repr(row) for row in flagged) == 2


def told_without_ids(warehouse: Path) -> dict[str, list[tuple[Any, ...]]]:
    told = {}
    with opened_read_only(WorkingFiles.of(warehouse, "tiny").admitted) as con:
        names = con.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'warehouse'"
            " and schema_name in ('core', 'quarantine', 'event', 'quality', 'timeline')"
        ).fetchall()
        for schema, table in names:
            relation = f"{schema}.{quoted(table)}"
            left = [
                f"* exclude ({name})"
                for name in [
                    ", ".join(
                        column
                        for column, *_ in con.execute(f"describe {relation}").fetchall()
                        if column in IDS or column.endswith("_ids") or column == "code_version"
                    )
                ]
                if name
            ] or ["*"]
            told[f"{schema}.{table}"] = sorted(
                con.execute(f"select {left[0]} from {relation}").fetchall(), key=repr
            )
    return told


def test_one_patient_has_one_pseudonym_in_every_delivery_however_the_id_is_written(
    tmp_path: Path, keyed: Pseudonyms
) -> None:
    landing, warehouse = tmp_path / "landing", tmp_path / "warehouse"
    write(landing, BETRAYING)
    admit(landing, warehouse)
    first = patients_in(warehouse)
    spaced = {table: by_name(text, {"A": "  ANNA-19610203\u00a0"}) for table, text in TINY.items()}
    spaced = {table: by_name(text, {"B": NAMES["B"], "C": "old-3"}) for table, text in spaced.items()}
    recode = "".join(
        f'[recode.{table}.patient_id]\n"old-3" = "{NAMES["C"]}"\n'
        for table in TABLES
        if table != "bone_lesions"
    )
    write(landing, spaced, toml=LIMITS + recode, day="2025-01-31")
    decision = admit(landing, warehouse)
    assert decision.is_open
    assert patients_in(warehouse) == first
    assert first == sorted(keyed.of("tiny", "patient_id", one) for one in NAMES.values())
    assert files_with(warehouse, (*BETRAYERS, "old-3")) == {}, "nor does what registry.toml states lie there"


def test_another_registry_s_patient_of_the_same_id_is_another(tmp_path: Path, keyed: Pseudonyms) -> None:
    for registry in ("tiny", "other"):
        write_texts(
            tmp_path / "landing",
            {f"{table}.csv": text for table, text in BETRAYING.items()},
            registry=registry,
        )
        admit(tmp_path / "landing", tmp_path / "warehouse", registry)
    one, other = (set(patients_in(tmp_path / "warehouse", name)) for name in ("tiny", "other"))
    assert len(one | other) == 6


@pytest.mark.parametrize("then", [OTHER, None])
def test_another_key_or_none_shuts_the_gate_and_makes_no_new_patients(
    tmp_path: Path, keyed: Pseudonyms, monkeypatch: pytest.MonkeyPatch, then: str | None
) -> None:
    landing, warehouse = tmp_path / "landing", tmp_path / "warehouse"
    write(landing, BETRAYING)
    admit(landing, warehouse)
    admitted = contents(WorkingFiles.of(warehouse, "tiny").admitted)
    if then is None:
        monkeypatch.delenv("BPP_PSEUDONYM_KEY")
    else:
        monkeypatch.setenv("BPP_PSEUDONYM_KEY", then)
    folder = write(landing, BETRAYING, day="2025-01-31")
    decision = admit(landing, warehouse)
    assert ("delivery", DIFFERS) in {(cause.table, cause.rule) for cause in decision.causes}
    why = "no key is configured" if then is None else "another key is configured"
    (message,) = (cause.message for cause in decision.causes if cause.rule == "pseudonym_key_differs")
    assert message == f"the patients of tiny have pseudonyms, and {why}: all would be new"
    assert contents(WorkingFiles.of(warehouse, "tiny").admitted) == admitted
    assert files_with(warehouse, BETRAYERS) == {}
    text, is_open = check_delivery(folder, "json", warehouse=warehouse)
    assert (is_open, message in text) == (False, True)
    monkeypatch.setenv("BPP_PSEUDONYM_KEY", KEY)
    due = due_for(warehouse, survey(landing).newest["tiny"], [load_protocol("xu2025")], full=False)
    assert due.action == "judge", "the right key again is looked at by itself"
    assert admit(landing, warehouse).is_open
    assert not WorkingFiles.of(warehouse, "tiny").shut.exists()


def test_a_key_that_is_configured_later_has_the_delivery_judged_anew_and_misses_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    landing, warehouse = tmp_path / "landing", tmp_path / "warehouse"
    write(landing, BETRAYING)
    admit(landing, warehouse)
    protocols = [load_protocol("xu2025")]
    assert due_for(warehouse, survey(landing).newest["tiny"], protocols, full=False).action == "nothing"
    monkeypatch.setenv("BPP_PSEUDONYM_KEY", KEY)
    assert due_for(warehouse, survey(landing).newest["tiny"], protocols, full=False).action == "judge"
    write(landing, BETRAYING, day="2025-01-31")
    decision = admit(landing, warehouse)
    assert decision.is_open, "the patients before are not missed: nobody could know them again"
    assert files_with(warehouse, BETRAYERS) == {}
    assert (warehouse / "registries" / "tiny" / FINGERPRINT).read_text() == Pseudonyms.by(
        KEY
    ).fingerprint + "\n"
    write(landing, BETRAYING | {"patients": BETRAYING["patients"].rpartition("CHLOE")[0]}, day="2025-02-28")
    gone = admit(landing, warehouse)
    assert "patients_dropped" in {cause.rule for cause in gone.causes}, "under one key they are compared"


def test_check_tells_pseudonyms_alone(tmp_path: Path, keyed: Pseudonyms) -> None:
    folder = write(tmp_path / "landing")
    for output in ("text", "json", "html"):
        text, _ = check_delivery(folder, output)
        assert not [word for word in BETRAYERS if word in text], output
    book = tmp_path / "out" / "mend.xlsx"
    book.parent.mkdir()
    check_delivery(folder, "xlsx", to=book)
    shutil.unpack_archive(book, tmp_path / "out" / "unpacked", "zip")
    assert files_with(tmp_path / "out" / "unpacked", BETRAYERS) == {}
    pseudonym = keyed.of("tiny", "patient_id", NAMES["C"])
    assert files_with(tmp_path / "out" / "unpacked", [pseudonym]), "who holds the key finds the row"


def test_explain_finds_a_patient_by_either_name_and_tells_the_pseudonym(
    tmp_path: Path, keyed: Pseudonyms, monkeypatch: pytest.MonkeyPatch
) -> None:
    landing, warehouse = tmp_path / "landing", tmp_path / "warehouse"
    write(landing, BETRAYING)
    admit(landing, warehouse)
    release(warehouse)
    pseudonym = keyed.of("tiny", "patient_id", NAMES["A"])
    text = explain_patient(warehouse, "tiny", pseudonym)
    assert pseudonym in text
    assert explain_patient(warehouse, "tiny", NAMES["A"]) == text
    for gone in (None, OTHER):
        if gone is None:
            monkeypatch.delenv("BPP_PSEUDONYM_KEY")
        else:
            monkeypatch.setenv("BPP_PSEUDONYM_KEY", gone)
        assert explain_patient(warehouse, "tiny", pseudonym) == text
        with pytest.raises(NotFoundError) as error:
            explain_patient(warehouse, "tiny", NAMES["A"])
        assert "ANNA" not in f"{error.value.message}{error.value.hint}"


def test_a_key_that_cannot_be_used_stops_reading_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BPP_PSEUDONYM_KEY", "short")
    write(tmp_path / "landing", BETRAYING)
    with pytest.raises(UsageError, match="fewer than 32 characters"):
        admit(tmp_path / "landing", tmp_path / "warehouse")
    assert files_with(tmp_path / "warehouse", BETRAYERS) == {}


def test_a_key_made_of_several_columns_is_no_more_told_than_its_parts(
    tmp_path: Path, keyed: Pseudonyms
) -> None:
    toml = '[compose.imaging_assessments]\nassessment_id = ["patient_id", "assessment_id"]\n'
    toml += '[compose.bone_lesions]\nassessment_id = ["patient", "assessment_id"]\n'
    lesions = BETRAYING["bone_lesions"].replace("assessment_id,", "patient,assessment_id,")
    lesions = re.sub(r"(?m)^(\w+-\d{8})(\d)", r"\1,\g<1>\g<2>", lesions)
    write(tmp_path / "landing", BETRAYING | {"bone_lesions": lesions}, toml=toml)
    assert admit(tmp_path / "landing", tmp_path / "warehouse").is_open
    assert files_with(tmp_path / "warehouse", BETRAYERS) == {}
    with opened_read_only(WorkingFiles.of(tmp_path / "warehouse", "tiny").admitted) as con:
        joined = con.execute(
            "select count(*) from core.bone_lesions join core.imaging_assessments using (assessment_id)"
        ).fetchall()
    assert joined == [(2,)]


def adapted(folder: Path) -> Path:
    """Write a delivery of another standard with ids that betray a person, and a side table beside it."""
    names = {"S1": NAMES["A"], "S2": NAMES["B"]}
    beside = {"her2_tests.csv": "patient_id,test_date,specimen_site,ihc_score\nS1,2023-12-01,primary,3+\n"}
    texts = {**DOMAINS, **beside}
    for theirs, name in names.items():
        texts = {file: text.replace(f"{theirs},", f"{name},") for file, text in texts.items()}
    return write_texts(folder, texts, registry="tiny", toml=SDTM)


def test_an_adapted_delivery_is_judged_the_same_and_its_sources_are_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapted(tmp_path / "landing")
    assert admit(tmp_path / "landing", tmp_path / "plain").is_open
    monkeypatch.setenv("BPP_PSEUDONYM_KEY", KEY)
    assert admit(tmp_path / "landing", tmp_path / "keyed").is_open
    assert told_without_ids(tmp_path / "plain") == told_without_ids(tmp_path / "keyed")
    assert files_with(tmp_path / "keyed", BETRAYERS) == {}
    assert files_with(tmp_path / "plain", BETRAYERS)


def test_who_was_erased_is_left_out_of_an_adapted_delivery_with_its_sources(tmp_path: Path) -> None:
    landing, warehouse = tmp_path / "landing", tmp_path / "warehouse"
    adapted(landing)
    admit(landing, warehouse)
    erase_patient(Places(landing, warehouse), "tiny", NAMES["A"])
    for is_again in (False, True):
        if is_again:
            assert "erased_patient_delivered" in {one.rule for one in admit(landing, warehouse).warnings}
        assert set(files_with(warehouse, BETRAYERS)) == {"registries/tiny/admitted.duckdb"}
        assert files_with(warehouse, ["ANNA"]) == {}
        assert patients_in(warehouse) == [NAMES["B"]]
