"""Where DuckDB is opened, DDL is written and SELECT files are run.

Not here: what goes into the tables, and working files (`bpp_etl/admission`).
"""
