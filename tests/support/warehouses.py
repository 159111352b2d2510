"""Driving the engine as the graph does: admit, derive, release; and digests of what is in place.

Not here: the graph and the command line.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from bpp_etl.admission.admit import derive, gate
from bpp_etl.admission.intake import read
from bpp_etl.admission.working import WorkingFiles
from bpp_etl.events import load_protocol
from bpp_etl.gate.decision import GateDecision
from bpp_etl.landing.deliveries import survey
from bpp_etl.release.build import Release, assemble, publish
from bpp_etl.shards.rounds import Say
from bpp_etl.shards.runners import OF_THIS_MACHINE, Runners
from bpp_etl.warehouse.connection import opened_read_only
from tests.support.deliveries import write_delivery_of

PROTOCOLS = ("xu2025",)
IN_SERVICE = {".lock", "admitted.duckdb", "patient_digests.parquet"}
"""What the folder of a registry holds whose last delivery was admitted."""


def admit(
    landing: Path, warehouse: Path, registry: str = "tiny", *, with_events: bool = True
) -> GateDecision:
    """Read and judge a registry's newest delivery, and derive its events where it is admitted."""
    delivery = survey(landing).newest[registry]
    files = WorkingFiles.of(warehouse, registry)
    with files.locked():
        read(files, delivery)
        decision = gate(files, delivery)
        if decision.is_open and with_events:
            derive(files, registry, [load_protocol(name) for name in PROTOCOLS])
    return decision


def begin_with(
    home: Path, tables: Mapping[str, str | None], day: str, registry: str = "tiny", toml: str = ""
) -> None:
    """Fill a folder with a landing and a warehouse in which a delivery of the tiny tables is admitted.

    It is admitted once for all tests of a process that begin with it: each goes on with a copy.
    """
    made = _admitted(home.parent, tuple(tables.items()), day, registry, toml)
    shutil.copytree(made, home, dirs_exist_ok=True)


@cache
def _admitted(
    room: Path, tables: tuple[tuple[str, str | None], ...], day: str, registry: str, toml: str
) -> Path:
    home = Path(tempfile.mkdtemp(prefix="admitted-", dir=room))
    folder = write_delivery_of(home / "landing", registry, day, **dict(tables))
    if toml:
        (folder.parent / "registry.toml").write_text(toml, encoding="utf-8")
    assert admit(home / "landing", home / "warehouse", registry, with_events=False).is_open
    return home


def release(
    warehouse: Path, second: int = 0, say: Say = lambda _: None, runners: Runners = OF_THIS_MACHINE
) -> Release:
    """Put a release of all admitted registries in service; its id tells the second."""
    assemble(warehouse, [load_protocol(name) for name in PROTOCOLS], say=say, runners=runners)
    return publish(warehouse, created_at=dt.datetime(2025, 1, 1, 0, 0, second, tzinfo=dt.UTC))


def contents(path: Path) -> Mapping[str, str]:
    """Digest every table of a DuckDB file, rows in their order."""
    with opened_read_only(path) as con:
        names = con.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'warehouse'"
            " union all select schema_name, view_name from duckdb_views() where database_name = 'warehouse'"
            " and schema_name in ('core', 'quarantine') order by schema_name, table_name"
        ).fetchall()
        return {
            f"{schema}.{table}": hashlib.sha256(
                repr(con.execute(f'select * from "{schema}"."{table}" order by all').fetchall()).encode()
            ).hexdigest()
            for schema, table in names
        }


def files_in(folder: Path) -> set[str]:
    """List the files below a folder by their paths in it."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
