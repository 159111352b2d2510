"""From a delivery in the landing to the registry's admitted working file: read, judge, settle, derive.

Not here: how any of these is done, nor which registries to do it for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bpp_etl.admission.before import known_already
from bpp_etl.admission.due import derivation, judged_with
from bpp_etl.admission.record import record
from bpp_etl.admission.working import WorkingFiles
from bpp_etl.errors import BppError
from bpp_etl.gate.decision import GateDecision
from bpp_etl.gate.judge import judge
from bpp_etl.gate.rules_across_registries import write_digests
from bpp_etl.landing.deliveries import Delivery
from bpp_etl.reading.apart import read_apart
from bpp_etl.reading.delivery import ReadDelivery
from bpp_etl.reading.remembered import recall
from bpp_etl.timeline.stated import stated_by
from bpp_etl.warehouse.connection import one_row, opened, transaction

if TYPE_CHECKING:
    from bpp_etl.events import EventSummary, Protocol


def read(files: WorkingFiles, delivery: Delivery) -> ReadDelivery:
    """Load a delivery as text into a new working file, and leave it there for the gate."""
    return read_apart(files.start_building(), delivery, scratch_root=files.folder)


def gate(files: WorkingFiles, delivery: Delivery) -> GateDecision:
    """Judge the delivery that was read, and put its working file in place: admitted, or shut.

    Where nothing was read before (the step is run by itself), the delivery is read first.
    """
    if not files.building.exists():
        read(files, delivery)
    with opened(files.building, is_working_file=True) as con:
        found = recall(con, delivery)
        if found is None:
            raise BppError(
                f"the working file of {delivery.registry} holds another delivery",
                "materialize raw and core together",
            )
        with known_already(files, delivery, found.input_digest) as known:
            decision = judge(con, delivery, found, known)
        if decision.is_open:
            # Before the delivery takes its place: where that fails, it is judged and they are written again.
            write_digests(con, files.patient_digests)
        record(
            con,
            decision,
            input_digest=found.input_digest,
            code_version=judged_with(found.adapter_digest),
            extra_columns=found.extra_columns,
            identifier_columns=found.identifier_columns,
            about=found.config.about,
            stated=found.config.stated,
            empty_rows=found.empty_rows,
        )
    files.settle(decision.status)
    return decision


def derive(files: WorkingFiles, registry: str, protocols: Sequence[Protocol]) -> EventSummary:
    """Derive the registry's event tables from its admitted tables, all of them or none."""
    from bpp_etl.events import derive_events  # noqa: PLC0415

    if not files.admitted.exists():
        raise BppError(f"{registry} has no admitted delivery", "mend the delivery and refresh again")
    with opened(files.admitted, is_working_file=True) as con, transaction(con):
        name, day = one_row(con, "select delivery, delivery_date from quality.delivery")
        stated = stated_by(con, registry)
        summary = derive_events(con, registry, day, protocols, delivery=name, stated=stated)
        con.execute("create or replace table event.derived_with (position integer, told varchar)")
        con.executemany(
            "insert into event.derived_with values (?, ?)", list(enumerate(derivation(protocols)))
        )
    return summary
