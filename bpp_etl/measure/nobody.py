"""What is measured of nobody: every row of a release of some registries, with the counts that it shows.

Not here: the numbers. They are added up elsewhere, and which count stands in which cell of which row, what a
row is called and in which order rows come is the same for all patients.
"""

from __future__ import annotations

from collections.abc import Sequence

from bpp_etl.events import Protocol
from bpp_etl.measure.run import Measured, measure
from bpp_etl.warehouse.connection import in_memory
from bpp_etl.warehouse.ddl import create_table
from schemas.catalog import relations


def measure_nobody(protocols: Sequence[Protocol], registries: Sequence[str]) -> Measured:
    """Measure registries that have no patients by some protocols, as `measure` does.

    Strata without one flag are not among the rows: they are of flags that somebody carries.
    """
    with in_memory() as con:
        for schema, table, contract in relations():
            create_table(con, schema, table, contract)
        return measure(con, [protocol for protocol in protocols if protocol.is_event], registries)
