"""What does not fit into the memory that DuckDB may take is said in a line.

Not here: a file that takes too much to be read (`tests/faults`).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bpp_etl.errors import BppError
from bpp_etl.warehouse.connection import MEMORY_LIMIT, opened


def need_too_much(path: Path) -> None:
    with opened(path) as con:
        con.execute("set memory_limit = '20MB'")
        con.execute("select list(range) from range(20_000_000)")


def test_a_statement_that_needs_more_memory_than_there_may_be_is_told_in_a_line(tmp_path: Path) -> None:
    with pytest.raises(BppError) as told:
        need_too_much(tmp_path / "any.duckdb")
    assert f"more than the {MEMORY_LIMIT} of memory" in told.value.message
    assert "report" in told.value.hint
