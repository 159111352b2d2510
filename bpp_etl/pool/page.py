"""Draws the report of a pool: what `pool.duckdb` holds, in the report's own tables and pictures.

Not here: what a part shows (`sections.py`), and how it looks (`templates/`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bpp_etl.pool.sections import page_parts
from bpp_etl.report.tables import ReleaseTables, Table
from bpp_etl.warehouse.connection import opened_read_only, quoted
from schemas.catalog import catalog
from schemas.contract import columns_of, key_of
from schemas.pool import pool_catalog

TEMPLATE = "pool.html.j2"
PACKAGE = "bpp_etl.pool"
NOT_IN_IT = ("course_group", "alp_group", "paper_comparison")
"""Tables of `metric` that parts of a release's report look into, and a pool has not."""


def write_pool_page(pool: Path, target: Path) -> None:
    """Draw the report of a pool as one html file that loads nothing."""
    from bpp_etl.report.draw import environment  # noqa: PLC0415 - only where a report is drawn

    tables = read_pool(pool)
    page = {"pool": tables["meta.pool"].rows[0], "parts": page_parts(tables)}
    html = environment(PACKAGE).get_template(TEMPLATE).render(page=page)
    target.write_text(html, encoding="utf-8", newline="\n")


def read_pool(path: Path) -> ReleaseTables:
    """Read a pool's file, as the report reads a release."""
    tables: dict[str, Table] = {}
    with opened_read_only(path) as con:
        for schema, contracts in pool_catalog().items():
            for table, contract in contracts.items():
                names = [column.name for column in columns_of(contract)]
                found = con.table(f"{quoted(schema)}.{quoted(table)}").select(*map(quoted, names)).fetchall()
                rows: list[Mapping[str, object]] = [dict(zip(names, values, strict=True)) for values in found]
                tables[f"{schema}.{table}"] = Table(f"{schema}.{table}", key_of(contract), tuple(rows))
    for table in NOT_IN_IT:
        tables[f"metric.{table}"] = Table(f"metric.{table}", key_of(catalog()["metric"][table]), ())
    return ReleaseTables(tables, {}, {}, is_controlled=tables["meta.pool"].rows[0]["threshold"] > 0)
