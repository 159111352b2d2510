"""Parses SQL once in a process: one registry after another asks in the same words.

To parse a long SELECT takes longer than to run it over a small delivery. Not here: opening DuckDB
(`connection.py`), and any SQL.
"""

from __future__ import annotations

import duckdb

MOST = 2000
"""Texts that are kept. There are some hundreds, unless a text names what is different each time."""

_PARSED: dict[str, duckdb.Statement] = {}


def parsed(con: duckdb.DuckDBPyConnection, sql: str) -> duckdb.Statement:
    """Return one statement in the form in which any connection runs it; nothing is bound to a table yet."""
    statement = _PARSED.get(sql)
    if statement is None:
        (statement,) = con.extract_statements(sql)
        if len(_PARSED) >= MOST:
            _PARSED.clear()
        _PARSED[sql] = statement
    return statement
