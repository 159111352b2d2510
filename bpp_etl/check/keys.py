"""What rows that share a key are: ids that count within a patient, drugs of a line; and what a key would be.

Not here: the lines that a person is offered (`proposals.py`).
"""

from __future__ import annotations

from collections.abc import Sequence

from bpp_etl.check.guess import guess_column
from bpp_etl.landing.registry_config import RegistryConfig
from bpp_etl.reading.problems import looks_like_identifier
from bpp_etl.warehouse.connection import Connection, one_row, quoted
from schemas.contract import delivered_columns
from schemas.tables import TABLES

LINES = "therapy_lines"
KEYED = "imaging_assessments"
ID, PATIENT = "assessment_id", "patient_id"
WITH_THE_ID = (KEYED, "bone_lesions")
"""Tables with the id: whoever makes it of several columns makes it in all of them."""


def count_within_patients(con: Connection) -> bool:
    """Say whether ids of assessments are shared by patients, and are unique once the patient goes with them.

    Rows that are copies of others count once.
    """
    names = [quoted(column.name) for column in delivered_columns(TABLES[KEYED].contract)]
    shared, rows, pairs = one_row(
        con,
        f"""
        with told as (
            select distinct {", ".join(names)} from raw.{KEYED}
            where trim({ID}) <> '' and trim({PATIENT}) <> ''
        )
        select
            (select count(*) from (
                select 1 from told group by trim({ID}) having count(distinct trim({PATIENT})) > 1
            )),
            count(*),
            count(distinct (trim({PATIENT}), trim({ID})))
        from told
        """,
    )
    return bool(shared) and rows == pairs


def has_drugs_of_a_line(con: Connection) -> bool:
    """Say whether lines of therapy that share a key differ in their regimen alone, as drugs of a line do."""
    (shared,) = one_row(
        con,
        f"""
        select count(*)
        from (
            select 1
            from raw.{LINES}
            group by trim(patient_id), trim(line_number)
            having count(distinct trim(regimen)) > 1 and count(distinct trim(start_date)) = 1
        )
        """,
    )
    return bool(shared)


def parts_in(header: Sequence[str], table: str, config: RegistryConfig) -> tuple[str | None, str | None]:
    """Find what the export calls the patient and the id in a table; None where no column is that for sure."""
    renamed = config.rename.get(table, {})
    called = {renamed.get(theirs, theirs): theirs for theirs in header}
    patients = [theirs for theirs in header if guess_column(theirs, [PATIENT]) == PATIENT]
    patient = called.get(PATIENT) or (patients[0] if len(patients) == 1 else None)
    is_safe = patient is not None and not looks_like_identifier(patient)
    return patient if is_safe else None, called.get(ID)
