"""Reads back from the record of an admitted delivery what its registry states of its rows.

Not here: reading `registry.toml` (`landing/registry_config.py`), and the record (`admission/record.py`).
"""

from __future__ import annotations

from bpp_etl.warehouse.connection import Connection
from schemas.cadence import StatedCadence
from schemas.stated import NOTHING_STATED, Stated

COLUMNS = ("stated_interval_days", "has_stable_lesion_ids")


def stated_by(con: Connection, registry: str, relation: str = "quality.delivery") -> Stated:
    """Return what a registry states with its admitted delivery; nothing, where the record is of before.

    `relation` names the table of deliveries: that of a working file, or of a release.
    """
    described = {str(name) for name, *_ in con.execute(f"describe {relation}").fetchall()}
    kept = ", ".join(name if name in described else f"null as {name}" for name in COLUMNS)
    rows = con.execute(
        f"select {kept} from {relation} where registry = $registry and status = 'admitted'",  # noqa: S608 our names
        {"registry": registry},
    ).fetchall()
    if not rows:
        return NOTHING_STATED
    interval_days, has_stable_lesion_ids = rows[0]
    return Stated(StatedCadence(tuple(interval_days or ())), bool(has_stable_lesion_ids))
