"""A calendar window that was asked for, in the release, the report and the explanation.

Not here: who lies in a window (`tests/spec/test_calendar_window.py`) and what is measured of them
(`tests/property/test_calendar_window.py`).
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from assets.resources import Warehouse
from bpp_etl.admission.admit import derive, gate
from bpp_etl.admission.intake import read
from bpp_etl.admission.working import WorkingFiles
from bpp_etl.explain import explain_patient
from bpp_etl.landing.deliveries import survey
from bpp_etl.release.build import assemble, publish
from bpp_etl.release.shelf import REPORT, Shelf
from bpp_etl.warehouse.connection import opened_read_only
from tests.support.deliveries import TINY, write_delivery_of
from tests.support.report_page import read_page


def test_a_window_that_was_asked_for_is_told_wherever_the_cohort_is(
    tmp_path: Path,
) -> None:
    lines = TINY["therapy_lines"].replace("B,1,made up,2024-01-01", "B,1,made up,2023-12-31")
    write_delivery_of(tmp_path / "landing", therapy_lines=lines)
    warehouse, day = tmp_path / "warehouse", dt.date(2024, 1, 1)
    asked = Warehouse(first_day=day.isoformat(), last_day=day.isoformat())
    files = WorkingFiles.of(warehouse, "tiny")
    with files.locked():
        read(files, survey(tmp_path / "landing").newest["tiny"])
        assert gate(files, survey(tmp_path / "landing").newest["tiny"]).is_open
        derive(files, "tiny", asked.loaded_protocols())
    assemble(warehouse, asked.loaded_protocols())
    publish(warehouse, created_at=dt.datetime(2024, 7, 1, tzinfo=dt.UTC))
    shelf = Shelf.of(warehouse)
    with opened_read_only(shelf.current) as con:
        told = con.execute("select first_line_from, first_line_to from meta.release").fetchall()
        left = con.execute("select left_at from event.patient_flow order by patient_id").fetchall()
    assert told == [(day, day)]
    assert left == [("candidate",), ("outside_window",), ("no_new_osteoblastic_lesion",)]

    head = read_page(shelf.folder(str(shelf.in_service())) / REPORT).by_id("summary").words
    assert "Only patients whose first line started from 1 January 2024 to 1 January 2024" in head
    explained = " ".join(explain_patient(warehouse, "tiny", "B").split())
    assert "no candidate (outside_window)" in explained
    assert "calendar window, from 2024-01-01 to 2024-01-01." in explained
    assert "The release says otherwise" not in explained
