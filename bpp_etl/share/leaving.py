"""The file that leaves: which tables of a release are in a share, in a file that never held a patient.

Not here: what they may tell (`make.py`).
"""

from __future__ import annotations

from pathlib import Path

from bpp_etl.disclosure.quality import TOLD
from bpp_etl.release.digest import table_digest
from bpp_etl.warehouse.connection import attach_read_only, opened, quoted, transaction
from bpp_etl.warehouse.ddl import comment_table
from schemas.catalog import catalog

SHARED = {
    "metric": tuple(catalog()["metric"]),
    "quality": (*TOLD, "event_rule"),
    "meta": tuple(catalog()["meta"]),
}
"""The tables of a share, by schema."""
LISTS = (("meta", "table"), ("meta", "column"))
"""What lists the tables of a release: of those of a share alone in it."""


def write_file(work: Path, target: Path) -> None:
    """Copy what may leave into a file of its own: one that held patients keeps what was deleted from it."""
    with opened(target) as con:
        attach_read_only(con, work, "work")
        with transaction(con):
            names = [f"{schema}.{table}" for schema, tables in SHARED.items() for table in tables]
            for schema, tables in SHARED.items():
                con.execute(f"create schema {quoted(schema)}")
                for table in tables:
                    name = f"{quoted(schema)}.{quoted(table)}"
                    # Never deleted afterwards: what a file forgets, its bytes remember.
                    is_list = (schema, table) in LISTS
                    kept = f"where list_contains({names}, schema || '.' || \"table\")" if is_list else ""
                    con.execute(f"create table {name} as from work.{name} {kept}")
                    comment_table(con, schema, table, catalog()[schema][table])
            for schema in ("metric", "quality"):
                for table in SHARED[schema]:
                    rows, digest = table_digest(con, schema, table, catalog()[schema][table])
                    con.execute(
                        'update meta."table" set rows = $rows, digest = $digest'
                        ' where schema = $schema and "table" = $table',
                        {"rows": rows, "digest": digest, "schema": schema, "table": table},
                    )
        con.execute("detach work")
