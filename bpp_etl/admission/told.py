"""What is said of a registry in a line once its delivery is admitted and its events are derived.

Not here: why a delivery is shut, and warnings (`working.py`).
"""

from __future__ import annotations

from bpp_etl.admission.working import WorkingFiles
from bpp_etl.pages.plain_text import counted
from bpp_etl.warehouse.connection import one_row, opened_read_only, quoted
from schemas.tables import TABLES


def admitted_in_words(files: WorkingFiles) -> str | None:
    """Say which delivery is admitted, and count its rows and events; None where the newest one is not.

    A row is flagged once, however many flags it has; an event is told once, under however many protocols.
    """
    if files.shut.exists() or not files.admitted.exists():
        return None
    flagged = " + ".join(
        f"(select count(*) from core.{quoted(name)} where len(flags) > 0)" for name in TABLES
    )
    with opened_read_only(files.admitted) as con:
        delivery, rows, refused, with_flags, events = one_row(
            con,
            f"select delivery, admitted, refused, {flagged},"
            " (select count(distinct patient_id) from event.pseudoprogression) from quality.delivery",
        )
    return (
        f"{delivery} admitted: {counted(rows, 'row')}, {refused} refused, {with_flags} flagged,"
        f" {counted(events, 'event')}"
    )
