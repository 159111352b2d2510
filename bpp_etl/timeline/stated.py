"""Reads back from the record of an admitted delivery the CT schedule that its registry states.

Not here: reading `registry.toml` (`landing/registry_config.py`), and the record (`admission/record.py`).
"""

from __future__ import annotations

from bpp_etl.warehouse.connection import Connection
from schemas.cadence import NOT_STATED, StatedCadence

COLUMN = "stated_interval_days"


def stated_cadence(con: Connection, registry: str, relation: str = "quality.delivery") -> StatedCadence:
    """Return what the registry states with its admitted delivery; a record of before this was kept has none.

    `relation` names the table of deliveries: that of a working file, or of a release.
    """
    described = con.execute(f"describe {relation}").fetchall()
    if COLUMN not in {str(name) for name, *_ in described}:
        return NOT_STATED
    rows = con.execute(
        f"select {COLUMN} from {relation} where registry = $registry and status = 'admitted'",  # noqa: S608 our names
        {"registry": registry},
    ).fetchall()
    return StatedCadence(tuple(rows[0][0] or ())) if rows else NOT_STATED
