"""The digests of patients in the log of shares: the same whatever fits into memory, and by whatever version.

Not here: what they are compared for (`tests/graph/test_share.py`).
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import polars as pl

from bpp_etl.admission.working import WorkingFiles
from bpp_etl.share.patients import write_patient_digests
from bpp_etl.warehouse.connection import Connection, opened_read_only
from schemas.tables import TABLES
from tests.support.deliveries import write_delivery_of
from tests.support.warehouses import admit

KEY = "a key of a test"


def by_hand(con: Connection) -> list[str]:
    """Digest each patient: key, registry, patient, and every row of theirs as text, the texts in order."""
    told: dict[str, list[str]] = {}
    patient_of = dict(
        con.execute("select assessment_id, patient_id from core.imaging_assessments").fetchall()
    )
    for table in TABLES:
        key = "assessment_id" if table == "bone_lesions" else "patient_id"
        rows = con.execute(
            f"select {key}, cast(one as varchar)"
            f" from (select * exclude (row_number) from core.{table}) as one"
        ).fetchall()
        for whose, text in rows:
            patient = patient_of[whose] if table == "bone_lesions" else whose
            told.setdefault(patient, []).append(table[0] + text)
    return sorted(
        hashlib.sha256(f"{KEY}tiny|{patient}|{'|'.join(sorted(words))}".encode()).hexdigest()
        for patient, words in told.items()
    )


def test_a_share_s_digests_are_those_of_each_patient_s_rows_in_any_number_of_parts(tmp_path: Path) -> None:
    write_delivery_of(tmp_path / "landing")
    admit(tmp_path / "landing", tmp_path / "warehouse", with_events=False)
    target = tmp_path / "patients.parquet"
    with opened_read_only(WorkingFiles.of(tmp_path / "warehouse", "tiny").admitted) as con:
        for rows_at_once in (1, 7, 1000):
            write_patient_digests(con, KEY, target, rows_at_once)
            assert pl.read_parquet(target)["told"].to_list() == by_hand(con)
