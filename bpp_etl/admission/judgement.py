"""What a working file says of itself: the delivery in it, what became of it, and which code made its rows.

Not here: where working files lie, and what becomes of one that cannot be read (`working.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from bpp_etl.code_version import layer_version
from bpp_etl.errors import DamagedError, OtherVersionError
from bpp_etl.warehouse.connection import Connection
from bpp_etl.warehouse.damage import STRANGE, is_cut_off
from bpp_etl.warehouse.layout import lacking
from schemas.catalog import catalog
from schemas.contract import Contract
from schemas.quality import QUALITY_TABLES


@dataclass(frozen=True)
class Judgement:
    """What a working file says of the delivery in it: the version of the code that judged.

    `derived` names what its events were derived with; None where they were not, and where it was shut.
    `digests` are those of its files and of what its registry states; none where an earlier version judged it.
    """

    delivery: str
    status: str
    input_digest: str
    code_version: str
    derived: tuple[str, ...] | None = None
    digests: Mapping[str, str] = field(default_factory=dict)

    @property
    def derived_by(self) -> str:
        """Return the version of the code that derived; empty where none did."""
        return self.derived[-1] if self.derived else ""


def judgement_in(con: Connection, path: Path, alias: str = "warehouse") -> Judgement:
    """Read what an open working file says of its delivery.

    Errors: DamagedError where it is cut off, or mute; OtherVersionError where it lacks what we read of it.
    """
    strange = DamagedError(f"{path.name} is not a whole working file")
    try:
        rows = con.execute(
            f"select delivery, status, input_digest, code_version from {alias}.quality.delivery"
        ).fetchall()
    except STRANGE:
        raise strange from None
    if len(rows) != 1 or is_cut_off(con, path, alias):
        raise strange
    told = replace(Judgement(*rows[0]), digests=_digests_in(con, alias))
    if told.status == "admitted":
        told = replace(told, derived=_derived_in(con, alias))
    is_of_this_version = told.code_version.startswith(layer_version("core"))
    if not is_of_this_version and lacking(con, _relations_of(told.status), alias) is not None:
        raise OtherVersionError(f"{path.name} was written by another version")
    return told


def _digests_in(con: Connection, alias: str) -> dict[str, str]:
    there = con.execute(
        "select count(*) from duckdb_tables() where database_name = $alias and schema_name = 'quality'"
        " and table_name = 'statement'",
        {"alias": alias},
    ).fetchall()
    if there == [(0,)]:
        return {}
    return dict(con.execute(f"select stated, digest from {alias}.quality.statement").fetchall())


def _derived_in(con: Connection, alias: str) -> tuple[str, ...] | None:
    there = con.execute(
        "select count(*) from duckdb_tables() where database_name = $alias and schema_name = 'event'"
        " and table_name = 'derived_with'",
        {"alias": alias},
    ).fetchall()
    if there == [(0,)]:
        return None
    rows = con.execute(f"select told from {alias}.event.derived_with order by position").fetchall()
    return tuple(str(row[0]) for row in rows)


def _relations_of(status: str) -> Iterator[tuple[str, str, type[Contract]]]:
    """Name the tables that a working file of a status has from the gate."""
    for schema in ("core", "quarantine") if status == "admitted" else ("quarantine",):
        yield from ((schema, table, contract) for table, contract in catalog()[schema].items())
    yield from (("quality", table, contract) for table, contract in QUALITY_TABLES.items())
