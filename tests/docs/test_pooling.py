"""The example of `docs/pooling.md`: three houses of these sizes are pooled, and come to the printed numbers.

Not here: whether a pool is right (`tests/unit/pool`).
"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import duckdb
import pytest

from bpp_etl.events import load_protocol
from bpp_etl.pool.make import make_pool
from tests.support.pages import fenced, page, sections
from tests.unit.measure.patients import Candidate
from tests.unit.pool.sites import write_share

PAGE = page("pooling.md")
EXAMPLE = sections(PAGE)["An example"]
NOW = dt.datetime(2026, 2, 1, tzinfo=dt.UTC)


def printed(text: str) -> list[list[str]]:
    """Read the rows of the first table of a text, without its head."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return rows[2:]


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("example")
    houses = printed(EXAMPLE.partition("```sql")[0])
    assert len(houses) == 3
    folders = []
    for place, (name, *numbers) in enumerate(houses):
        decided, pseudo, progressed = map(int, numbers)
        candidates = [
            Candidate(
                registry=name,
                progressed=100 + 7 * number + place if number < progressed else None,
                followed=120 + 7 * number,
            )
            for number in range(pseudo)
        ]
        candidates += [
            Candidate("true_progression", name, "pd_at_detection", progressed=0)
            for _ in range(decided - pseudo)
        ]
        folders.append(write_share(home / name, (candidates, []), [load_protocol("xu2025")], threshold=5))
    make_pool(folders, home / "pool", now=NOW)
    return home / "pool" / "pool.duckdb"


def test_each_query_gives_the_table_below_it(pool: Path) -> None:
    queries = fenced(EXAMPLE, "sql")
    below = re.split(r"^```sql\n.*?^```$", EXAMPLE, flags=re.DOTALL | re.MULTILINE)[1:]
    assert len(queries) == len(below) == 3
    with duckdb.connect(str(pool), read_only=True) as con:
        for query, text in zip(queries, below, strict=True):
            found = [[told(cell) for cell in row] for row in con.execute(query).fetchall()]
            assert found == printed(text)


def told(cell: object) -> str:
    return f"{cell:g}" if isinstance(cell, float) else str(cell)


def test_the_median_that_needs_what_south_keeps_is_empty_and_says_so(pool: Path) -> None:
    with duckdb.connect(str(pool), read_only=True) as con:
        (found,) = con.execute(
            "select estimate, is_suppressed, list_contains(warnings, 'suppressed') from metric.estimate"
            " where metric = 'pseudoprogression_to_progression' and stratum = 'all'"
        ).fetchall()
    assert found == (None, True, True)


def test_the_worked_q_is_the_printed_one() -> None:
    log_odds, variances = [1.099, -0.251, 1.099], [0.267, 0.254, 0.222]
    text = " ".join(EXAMPLE.split())
    assert all(f"{value:.3f}" in text for value in (*log_odds, *variances))
    weights = [1 / variance for variance in variances]
    mean = sum(w * y for w, y in zip(weights, log_odds, strict=True)) / sum(weights)
    q = sum(w * (y - mean) ** 2 for w, y in zip(weights, log_odds, strict=True))
    assert f"mean is {mean:.3f}" in text
    assert f"is {q:.2f}." in text


def test_every_table_that_the_page_names_is_in_a_pool(pool: Path) -> None:
    with duckdb.connect(str(pool), read_only=True) as con:
        tables = {
            f"{schema}.{table}"
            for schema, table in con.execute("select schema_name, table_name from duckdb_tables()").fetchall()
        }
    named = set(re.findall(r"`((?:metric|meta|quality)\.[a-z_]+)`", PAGE))
    assert named
    assert named <= tables
