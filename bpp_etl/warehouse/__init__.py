"""Where DuckDB is opened, DDL is written and working files live.

Not here: what goes into the tables.
"""
