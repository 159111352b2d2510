"""A release as the oldest promised client sees it: DuckDB 1.2 reads every table, comment and list of it.

Not here: what the tables hold. The client is fetched once and kept in pytest's cache, so this is a soak test.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bpp_etl.demo import write_benchmark_landing
from bpp_etl.landing.deliveries import survey
from bpp_etl.release.shelf import Shelf
from schemas.catalog import relations
from tests.real.pipeline import admit, release

pytestmark = pytest.mark.soak

OLDEST = "1.2.2"
PATIENTS = 60

READ = """
import json, sys
sys.path.insert(0, sys.argv[1])
import duckdb
con = duckdb.connect(sys.argv[2], read_only=True)
con.execute("set file_search_path = $place", {"place": sys.argv[3]})
told = lambda sql: [list(row) for row in con.execute(sql).fetchall()]
tables = told(
    "select schema_name, table_name, comment from duckdb_tables() union all"
    " select schema_name, view_name, comment from duckdb_views() where not internal order by all"
)
print(json.dumps({
    "version": duckdb.__version__,
    "tables": tables,
    "columns": told(
        "select schema_name, table_name, column_name, data_type, comment from duckdb_columns()"
        " where not internal order by all"
    ),
    "rows": {
        f"{schema}.{table}": told(f'select * from "{schema}"."{table}" order by all')
        for schema, table, _ in tables
    },
    "sites": told(
        "select site, count(*) from (select unnest(sites) as site from event.pseudoprogression)"
        " group by site order by all"
    ),
}, default=str))
"""
"""What either client is asked, in its own process: two versions of DuckDB do not fit in one."""


@pytest.fixture(scope="module")
def oldest_client(pytestconfig: pytest.Config) -> Path:
    assert pytestconfig.cache is not None
    kept = pytestconfig.cache.mkdir("clients") / f"duckdb-{OLDEST}-{sys.implementation.cache_tag}"
    if not kept.exists():
        fetched = kept.with_name(f"{kept.name}.{os.getpid()}")
        pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--only-binary", ":all:"]
        pip += ["--retries", "1", "--timeout", "15", "--target", str(fetched), f"duckdb=={OLDEST}"]
        done = subprocess.run(pip, capture_output=True, timeout=300, check=False)
        if done.returncode:
            pytest.skip(f"duckdb {OLDEST} cannot be had: no index within reach, or no wheel for this Python")
        fetched.rename(kept)
    return kept


@pytest.fixture(scope="module", params=["200000000", "5"], ids=["in one file", "with rows beside"])
def released(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    root = tmp_path_factory.mktemp("released")
    write_benchmark_landing(root / "landing", PATIENTS, seed=7)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BPP_INLINE_ROWS", request.param)
        for registry, delivery in survey(root / "landing").newest.items():
            assert admit(root, delivery).is_open
            release(root, registry)
    return Shelf.of(root).current


@pytest.fixture(scope="module")
def seen_by_oldest(oldest_client: Path, released: Path) -> dict[str, Any]:
    return ask(oldest_client, released)


@pytest.fixture(scope="module")
def seen_by_ours(released: Path) -> dict[str, Any]:
    import duckdb  # noqa: PLC0415

    return ask(Path(duckdb.__file__).parents[1], released)


def ask(packages: Path, released: Path) -> dict[str, Any]:
    words = [sys.executable, "-I", "-S", "-c", READ, str(packages)]
    words += [str(released), str(released.with_name("releases"))]
    done = subprocess.run(words, capture_output=True, timeout=120, check=False, text=True)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_every_table_is_there_with_all_its_rows(
    seen_by_oldest: dict[str, Any], seen_by_ours: dict[str, Any]
) -> None:
    assert (seen_by_oldest["version"], seen_by_ours["version"].split(".")[0]) == (OLDEST, "2")
    names = {f"{schema}.{table}" for schema, table, _ in relations()}
    assert set(seen_by_oldest["rows"]) == set(seen_by_ours["rows"]) == names
    assert len(seen_by_oldest["rows"]["core.patients"]) == PATIENTS
    differing = [name for name in names if seen_by_oldest["rows"][name] != seen_by_ours["rows"][name]]
    assert differing == []


def test_every_table_and_column_bears_its_comment(
    seen_by_oldest: dict[str, Any], seen_by_ours: dict[str, Any]
) -> None:
    assert seen_by_oldest["tables"] == seen_by_ours["tables"]
    assert seen_by_oldest["columns"] == seen_by_ours["columns"]
    bare = [row[:-1] for row in (*seen_by_oldest["tables"], *seen_by_oldest["columns"]) if not row[-1]]
    assert bare == []


def test_lists_are_read_and_unnested(seen_by_oldest: dict[str, Any], seen_by_ours: dict[str, Any]) -> None:
    lists = {(row[1], row[2]) for row in seen_by_oldest["columns"] if row[3] == "VARCHAR[]"}
    assert ("pseudoprogression", "sites") in lists
    events = seen_by_oldest["rows"]["event.pseudoprogression"]
    assert any(isinstance(cell, list) and cell for row in events for cell in row)
    assert seen_by_oldest["sites"] == seen_by_ours["sites"] != []
