"""The dictionary of the release: every table with its grain and key, every column in a sentence.

Not here: the words, which the release file holds (`meta.table`, `meta.column`).
"""

from __future__ import annotations

from collections.abc import Iterator

from bpp_etl.report.figures import Code, Text
from bpp_etl.report.grid import Grid, grid
from bpp_etl.report.section import Section
from bpp_etl.report.tables import ReleaseTables, Row

REPEATED = ("quarantine",)
"""Schemas whose columns say nothing that those of others do not."""


def dictionary(tables: ReleaseTables) -> tuple[Grid, ...]:
    """Lay out each table of the release."""
    return tuple(_tables(tables))


def _tables(tables: ReleaseTables) -> Iterator[Grid]:
    for table in tables["meta.table"].rows:
        if table["schema"] in REPEATED:
            continue
        columns = tables["meta.column"].where(schema=table["schema"], table=table["table"])
        yield grid(
            f"dictionary-{table['schema']}-{table['table']}",
            f"{table['schema']}.{table['table']}: {table['grain'].splitlines()[0]}",
            ("Column", "Type", "Holds"),
            [(_name(table, column), column["type"], column["description"]) for column in columns],
        )


def _name(table: Row, column: Row) -> Code | Text:
    """Name a column; one of the key says so."""
    name = Code(column["column"])
    return Text((name, " (key)")) if column["column"] in table["key_columns"] else name


SECTION = Section("dictionary", "Dictionary", dictionary, is_folded=True)
