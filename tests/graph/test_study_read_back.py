"""The demonstration as a cBioPortal study, delivered with side tables: the same calls come of it.

Not here: the study's own rules (tests/unit/export), and other studies (tests/formats).
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from bpp_etl.admission.admit import derive, gate
from bpp_etl.admission.intake import read
from bpp_etl.admission.working import WorkingFiles
from bpp_etl.events import load_protocol
from bpp_etl.export import export_release
from bpp_etl.landing.deliveries import delivery_of
from bpp_etl.release.shelf import Shelf
from bpp_etl.warehouse.connection import Connection, opened_read_only
from schemas.codes import EXTRAOSSEOUS_RESPONSE

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
DAY = "2026-06-30"
NAME = "patients.registry || '.' || patients.patient_id"
REGISTRY_TOML = """\
format = "cbioportal"
[dates]
relative_to = "start_of_line_1"
unit = "days"
[limits]
cadence = 1.0
patients = 0.1
[cbioportal]
tests.alp_bone = ["Bone ALP"]
[cbioportal.responses]
"""
SIDE_TABLES = {
    "therapy_lines": f"select {NAME} as patient_id, * exclude (registry, patient_id, flags, row_number)"
    " from core.therapy_lines as patients",
    "bone_lesions": "select * exclude (registry, flags, row_number) from core.bone_lesions",
    "imaging_assessments": "select assessment_id, is_bone_window, is_evaluable from core.imaging_assessments",
}
"""What a study cannot carry."""
CALLS = """
    select
        {patient} as patient,
        state,
        reason,
        days_to_event,
        days_event_to_progression,
        censor_date - event_date as days_followed,
        confirming_ct_count,
        new_lesion_count,
        alp_baseline,
        alp_at_event,
        alp_at_progression,
        sites
    from event.pseudoprogression as patients
    order by all
"""


@pytest.fixture(scope="module")
def published(demo) -> Path:
    shelf = Shelf.of(demo[0] / "warehouse")
    return shelf.folder(str(shelf.in_service())) / "bpp.duckdb"


@pytest.fixture(scope="module")
def again(demo, published: Path, tmp_path_factory: pytest.TempPathFactory):
    """Deliver the exported study as that of one registry, and derive its events."""
    root = tmp_path_factory.mktemp("again")
    folder = root / "landing" / "study" / DAY
    export_release(demo[0] / "warehouse", folder, "cbioportal", now=NOW)
    (folder / "export.json").unlink()
    with opened_read_only(published) as con:
        for name, sql in SIDE_TABLES.items():
            con.execute(f"copy ({sql}) to '{folder / name}.csv' (header)")
    responses = "".join(f'{code} = "{code}"\n' for code in EXTRAOSSEOUS_RESPONSE)
    (folder.parent / "registry.toml").write_text(REGISTRY_TOML + responses, encoding="utf-8")
    delivery = delivery_of(folder)
    assert delivery is not None
    files = WorkingFiles.of(root, "study")
    with files.locked():
        read(files, delivery)
        decision = gate(files, delivery)
        assert decision.is_open, decision.causes
        derive(files, "study", [load_protocol("xu2025")])
    with opened_read_only(files.admitted) as con:
        yield con


def rows(con: Connection, sql: str) -> list[tuple[object, ...]]:
    return con.execute(sql).fetchall()


def test_the_same_calls_come_of_it(again: Connection, published: Path) -> None:
    with opened_read_only(published) as con:
        before = rows(con, CALLS.format(patient=NAME))
    assert len(before) > 100
    assert rows(again, CALLS.format(patient="patient_id")) == before


def test_every_row_with_a_day_zero_comes_back(again: Connection, published: Path) -> None:
    with opened_read_only(published) as con:
        for table in ("imaging_assessments", "lab_results", "her2_tests"):
            ((there,),) = rows(
                con,
                f"select count(*) from core.{table} semi join core.therapy_lines as line"
                f" on line.registry = {table}.registry and line.patient_id = {table}.patient_id"
                " and line.line_number = 1",
            )
            assert rows(again, f"select count(*) from core.{table}") == [(there,)], table


def test_who_died_died_on_the_same_day_of_line_1(again: Connection, published: Path) -> None:
    days = (
        "select {patient}, patients.death_date - line.start_date from core.patients"
        " join core.therapy_lines as line on line.patient_id = patients.patient_id and line.line_number = 1"
        " {more} where patients.death_date is not null order by all"
    )
    with opened_read_only(published) as con:
        before = rows(con, days.format(patient=NAME, more="and line.registry = patients.registry"))
    assert before
    assert rows(again, days.format(patient="patients.patient_id", more="")) == before
