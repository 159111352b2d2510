"""Writes `pool.duckdb`: the tables of a pool, each by its contract, described as those of a release.

Not here: what is in the metric tables (`rows.py`, `own_rows.py`, `kept.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from bpp_etl.errors import DamagedError
from bpp_etl.measure.write import insert_values
from bpp_etl.pool.kept import kept_rows
from bpp_etl.pool.own_rows import (
    between_sites_rows,
    comparisons,
    exact_share_rows,
    mean_change_rows,
    site_estimate_rows,
    stratified_test_rows,
)
from bpp_etl.pool.rows import pooled_rows
from bpp_etl.pool.site import AGAIN, Site
from bpp_etl.pool.together import Together
from bpp_etl.release.build import describe_tables, digests_of
from bpp_etl.share.before import FILE as SHARE_FILE
from bpp_etl.warehouse.connection import (
    Connection,
    attach_read_only,
    is_of_the_machine,
    opened,
    quoted,
    shut_off,
    transaction,
)
from bpp_etl.warehouse.ddl import create_table
from schemas.contract import Contract
from schemas.metrics.not_pooled import NOT_POOLED
from schemas.pool import BESIDE, pool_catalog

OF_ALL_ALIKE = ("protocol", "protocol_parameter")
"""Tables of `meta` that every share has with the same rows."""


def write_pool(together: Together, target: Path, about: Mapping[str, Any]) -> str:
    """Write all tables of a pool; `about` is the row of `meta.pool` without its digest, which is returned."""
    contents = metric_tables(together)
    with opened(target) as con:
        for schema, table, contract in _tables():
            create_table(con, schema, table, contract)
        aliases = [f"share_{number}" for number, _ in enumerate(together.sites, start=1)]
        for alias, site in zip(aliases, together.sites, strict=True):
            attach_read_only(con, site.folder / SHARE_FILE, alias)
        # What others wrote may be a view, which must read no file of ours.
        shut_off(con)
        with transaction(con):
            for table in BESIDE:
                # A count may be empty in a share, as it is in no contract.
                name = f"quality.{quoted(table)}"
                con.execute(f"create or replace table {name} as from {name} limit 0")
                for alias, site in zip(aliases, together.sites, strict=True):
                    _copy(con, alias, site, "quality", table)
            for table in OF_ALL_ALIKE:
                _copy(con, aliases[0], together.sites[0], "meta", table)
            for table, rows in contents.items():
                insert_values(con, "metric", table, pool_catalog()["metric"][table], rows)
            rows_of, digest = digests_of(con, _tables())
            _insert(con, "pool", [{**about, "content_digest": digest}])
            _insert(con, "site", list(_sites(together)))
            reasons = [{"metric": metric, "reason": reason} for metric, reason in NOT_POOLED.items()]
            _insert(con, "not_pooled", reasons)
            describe_tables(con, rows_of, _tables())
    return digest


def metric_tables(together: Together) -> dict[str, Sequence[Mapping[str, Any]]]:
    """Build the rows of every table of `metric`."""
    compared = list(comparisons(together))
    rows = pooled_rows(together)
    own: dict[str, Sequence[Mapping[str, Any]]] = {
        "exact_share": list(exact_share_rows(together)),
        "stratified_test": list(stratified_test_rows(together)),
        "mean_change": list(mean_change_rows(together)),
        "site_estimate": list(site_estimate_rows(compared)),
        "between_sites": list(between_sites_rows(compared)),
        "kept": list(kept_rows(together)),
    }
    return {
        table: own[table] if table in own else [row.values for row in rows if row.table == table]
        for table in pool_catalog()["metric"]
    }


def _tables() -> Iterator[tuple[str, str, type[Contract]]]:
    for schema, tables in pool_catalog().items():
        for table, contract in tables.items():
            yield schema, table, contract


def _copy(con: Connection, alias: str, site: Site, schema: str, table: str) -> None:
    name = f"{quoted(schema)}.{quoted(table)}"
    try:
        con.execute(f"insert into {name} by name from {alias}.{name}")
    except duckdb.Error as error:
        if is_of_the_machine(error):
            raise
        raise DamagedError(f"{SHARE_FILE} of share {site.name} cannot be read", AGAIN) from None


def _insert(con: Connection, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    insert_values(con, "meta", table, pool_catalog()["meta"][table], rows)


def _sites(together: Together) -> Iterator[Mapping[str, Any]]:
    for number, site in enumerate(together.sites, start=1):
        made = dt.datetime.fromisoformat(site.told["created_at"])
        yield {
            "site": number,
            "registries": list(site.registries),
            "share_id": site.told["share_id"],
            "release_id": site.told["release_id"],
            "created_at": made.astimezone(dt.UTC).replace(tzinfo=None),
            "newest_delivery": site.newest,
            "threshold": site.told["threshold"],
            "is_synthetic": site.is_synthetic,
            "digest": site.digest,
        }
