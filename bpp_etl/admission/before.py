"""Opens what a warehouse knows already: the delivery that a registry's new one is compared with, and others'.

Not here: what is compared (`gate/rules_against_before.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import duckdb

from bpp_etl.admission.working import WorkingFiles
from bpp_etl.errors import BppError, BusyError
from bpp_etl.gate.delivery_rule import Known
from bpp_etl.landing.deliveries import Delivery, delivery_of
from bpp_etl.reading.remembered import ReadDelivery, pseudonym_key_in
from bpp_etl.warehouse.connection import Connection, one_row, opened_read_only
from bpp_etl.warehouse.select import has_table
from schemas.contract import delivered_columns
from schemas.tables import TABLES


@contextmanager
def known_already(files: WorkingFiles, delivery: Delivery, read: ReadDelivery) -> Iterator[Known]:
    """Open the registry's last admitted delivery, read-only, and name other registries' digests of patients.

    There is no delivery before where the admitted one is this very delivery, unchanged, which is judged
    again; where it is a newer one, which was taken away from the landing; and where its file is broken or of
    an earlier version, which judging anew is to mend; nor where its ids were not yet pseudonyms, or are of
    another key: nobody would be known again.
    """
    with ExitStack() as stack:
        found: Connection | None = None
        if "admitted" in files.in_place().judged:
            try:
                con = stack.enter_context(opened_read_only(files.admitted))
                found = con if _is_before(con, delivery, read) else None
            except BusyError:
                raise
            except (BppError, duckdb.Error):
                found = None
        yield Known(found, files.digests_elsewhere)


def _is_before(con: Connection, delivery: Delivery, read: ReadDelivery) -> bool:
    name, digest = one_row(con, "select delivery, input_digest from quality.delivery")
    admitted = delivery_of(delivery.path.with_name(str(name)))
    if admitted is None or admitted.order > delivery.order:
        return False
    if (admitted.order, digest) == (delivery.order, read.input_digest):
        return False
    if pseudonym_key_in(con) != read.pseudonym_key:
        return False
    return all(
        has_table(con, "core", name, [column.name for column in delivered_columns(table.contract)])
        for name, table in TABLES.items()
    )
