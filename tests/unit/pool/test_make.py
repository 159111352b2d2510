"""The folder of a pool: its tables by their contracts, its description, its report, and the command.

Not here: its numbers (`test_exact.py`, `test_own_rows.py`, `test_controlled.py`).
"""

from __future__ import annotations

import datetime as dt
import html
import json
import re
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from bpp_etl.pool.make import make_pool, pool_told
from bpp_etl.release.seal import sha256_of
from schemas.contract import columns_of, key_of
from schemas.metrics.not_pooled import NOT_POOLED
from schemas.pool import pool_catalog

LATER = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
TABLES = [(schema, table) for schema, tables in pool_catalog().items() for table in tables]


def frame(pool: Path, relation: str) -> pl.DataFrame:
    with duckdb.connect(str(pool / "pool.duckdb"), read_only=True) as con:
        return con.sql(f"from {relation}").pl()


@pytest.mark.parametrize(("schema", "table"), TABLES)
def test_every_table_keeps_its_contract_and_its_key(pooled: Path, schema: str, table: str) -> None:
    contract, found = pool_catalog()[schema][table], frame(pooled, f'{schema}."{table}"')
    assert found.columns == [column.name for column in columns_of(contract)]
    contract.validate(found)
    assert not found.select(key_of(contract)).is_duplicated().any()


def test_it_has_these_tables_alone_and_says_what_they_hold(pooled: Path) -> None:
    with duckdb.connect(str(pooled / "pool.duckdb"), read_only=True) as con:
        found = con.execute(
            "select schema_name, table_name, comment from duckdb_tables() where not internal"
        ).fetchall()
    assert sorted((schema, table) for schema, table, _ in found) == sorted(TABLES)
    assert all(comment for *_, comment in found)
    listed = frame(pooled, 'meta."table"').select("schema", "table", "rows").rows()
    assert {(schema, table) for schema, table, _ in listed} == {one for one in TABLES if one[0] != "meta"}
    assert all(frame(pooled, f'{schema}."{table}"').height == rows for schema, table, rows in listed)


def test_quality_has_the_deliveries_of_all_sites(pooled: Path) -> None:
    sites = frame(pooled, "meta.site")
    registries = [name for row in sites["registries"].to_list() for name in row]
    assert sorted(frame(pooled, "quality.delivery")["registry"].to_list()) == sorted(registries)
    assert len(registries) == 6


def test_its_description_has_the_digest_of_all_that_went_in_and_came_out(
    pooled: Path, controlled: list[Path]
) -> None:
    told = json.loads((pooled / "pool.json").read_text(encoding="utf-8"))
    assert told["files"] == {name: sha256_of(pooled / name) for name in ("pool.duckdb", "report.html")}
    assert {path.name for path in pooled.iterdir()} == {*told["files"], "pool.json"}
    for site, folder in zip(told["sites"], controlled, strict=True):
        assert site["share.json"] == sha256_of(folder / "share.json")
        assert site["files"]["sums.parquet"] == sha256_of(folder / "sums.parquet")
    assert told["threshold"] == 5
    about = frame(pooled, "meta.pool").row(0, named=True)
    assert (about["pool_id"], about["content_digest"]) == (told["pool_id"], told["content_digest"])


def test_the_same_shares_in_another_order_come_to_the_same(
    pooled: Path, controlled: list[Path], tmp_path: Path
) -> None:
    make_pool(controlled[::-1], tmp_path / "again", now=LATER)
    was, now = (
        json.loads((folder / "pool.json").read_text(encoding="utf-8"))
        for folder in (pooled, tmp_path / "again")
    )
    assert now["content_digest"] == was["content_digest"]
    assert now["sites"] == was["sites"]
    assert now["pool_id"] != was["pool_id"]


def words(pool: Path) -> str:
    text = (pool / "report.html").read_text(encoding="utf-8")
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text.partition("<body>")[2])))


def test_its_report_loads_nothing_and_says_what_is_missing(pooled: Path) -> None:
    text = (pooled / "report.html").read_text(encoding="utf-8")
    assert "default-src 'none'" in text
    assert not re.search(r"<(script|img|link|iframe)\b", text)
    told = words(pooled)
    assert "Constructed data: every patient in this report is made up" in told
    assert "A patient who went from a registry of one site to one of another counts at both" in told
    assert all(reason in told for reason in NOT_POOLED.values())
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert {one[1:] for one in re.findall(r'href="(#[^"]+)"', text)} <= {f"#{one}"[1:] for one in ids}


def test_its_forest_has_a_row_for_each_site_and_one_for_all(pooled: Path) -> None:
    text = (pooled / "report.html").read_text(encoding="utf-8")
    (plot,) = re.findall(r'<svg[^>]*id="plot-share".*?</svg>', text, re.DOTALL)
    assert [name for name in ("Site 1", "Site 2", "Site 3", "Together") if f">{name}<" not in plot] == []


def test_every_number_of_its_report_is_the_cell_that_it_names(pooled: Path) -> None:
    text = (pooled / "report.html").read_text(encoding="utf-8")
    cells = re.findall(r'<data value="([^"]+)" data-relation="([^"]+)"([^>]*)>', text)
    assert len(cells) > 200
    tables: dict[str, list[dict[str, Any]]] = {}
    for value, relation, rest in cells[::7]:
        names = dict(re.findall(r'data-([a-z-]+)="([^"]*)"', html.unescape(rest)))
        field = names.pop("field")
        rows = tables.setdefault(relation, frame(pooled, relation).to_dicts())
        found = [
            row
            for row in rows
            if all(str(row[name.replace("-", "_")]) == text for name, text in names.items())
        ]
        assert [float(row[field]) for row in found] == [float(value)], (relation, names, field)


def test_what_is_told_of_it_says_what_is_kept(controlled: list[Path], tmp_path: Path) -> None:
    told = pool_told(controlled, tmp_path / "pool")
    assert re.search(r"^pool \S+ of 3 sites: ", told)
    number = frame(tmp_path / "pool", "metric.kept").height
    assert told.endswith(
        f"\n{number} sums are kept at some site and empty in the pool: metric.kept has their bounds"
    )
