"""The contracts: tables, columns, code lists, units and rules, as data.

No Dagster, no DuckDB, no file, no network: everything here can be read without running anything.
"""
