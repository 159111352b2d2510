"""What is asked of a delivered file: its name, which table it is to become, and the columns it has to have.

Not here: which are used (`reading/delivery.py`), and loading one (`reading/one_file.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from bpp_etl.adapters import Adapter, Source
from bpp_etl.adapters.fields import Fields
from bpp_etl.landing.deliveries import TABBED, DeliveredFile
from bpp_etl.landing.deliveries import TABLES as TABLE_FORMATS
from bpp_etl.landing.registry_config import RegistryConfig
from bpp_etl.reading.raw_tables import CONTACT, DATA, SIDE, SOURCE, SOURCE_DATA
from bpp_etl.warehouse.connection import quoted
from schemas.contract import Column, delivered_columns
from schemas.tables import DELIVERABLE, DRUGS, TABLES, DeliveredTable

LINES = TABLES["therapy_lines"]
NEITHER = f"neither {LINES.name} nor {DRUGS.name} is delivered"
WORKBOOK = "delivery.xlsx"
"""The one workbook that may hold every table, each on a sheet of its name."""


NO_FIELDS = Fields()


@dataclass(frozen=True)
class Wanted:
    """One file that is to become one table, or the part of one, and the columns it has to have.

    `sheet` is that of a workbook with a sheet for each table. `part` counts the files of a table from 0. Of
    a file of documents, `adapter` says how it is laid flat. Of a source that may have any columns, `source`
    says how it tells its fields, and `fields` which of them are read.
    """

    file: DeliveredFile
    table: str
    columns: tuple[str, ...]
    required: frozenset[str]
    schema: str = "raw"
    sheet: str | None = None
    part: int = 0
    adapter: Adapter | None = None
    source: Source | None = None
    fields: Fields = NO_FIELDS

    @property
    def ours(self) -> Mapping[str, Column]:
        """Return the columns of ours, by their names; an adapter's source has none."""
        if self.table not in DELIVERABLE:
            return {}
        return {column.name: column for column in delivered_columns(DELIVERABLE[self.table].contract)}

    @property
    def never_a_name(self) -> frozenset[str]:
        """Name the columns whose kind of cell is no person's name and no number that stands for one."""
        return frozenset(
            name for name, column in self.ours.items() if column.kind in {"code", "date", "boolean"}
        )

    @property
    def relation(self) -> str:
        """Name the table that the file is loaded into."""
        data = SOURCE_DATA if self.schema == SOURCE else DATA
        stem = f"{self.table} beside" if self.schema == SIDE else self.table
        name = stem if self.part == 0 else f"{stem}/{self.part + 1}"
        return f"{data}.{quoted(name)}"


def deliverable(config: RegistryConfig) -> list[DeliveredTable]:
    """List the tables that a delivery may hold; with drugs where lines of therapy may follow from them."""
    if config.therapy_lines is None:
        return list(TABLES.values())
    lines = replace(LINES, is_required=False)
    return [*(lines if one is LINES else one for one in TABLES.values()), DRUGS]


def follows(config: RegistryConfig, table: DeliveredTable, rows: Collection[str]) -> bool:
    """Say whether a table that is not there is derived from one that is."""
    return table is LINES and config.therapy_lines is not None and DRUGS.name in rows


def lacks_lines(config: RegistryConfig, rows: Collection[str]) -> bool:
    """Say whether lines of therapy were to be derived, and there is nothing that they could follow from."""
    return config.therapy_lines is not None and not {LINES.name, DRUGS.name} & set(rows)


def files_called(
    stem: str, files: Iterable[DeliveredFile], *, has_sheet: bool, source: Source | None = None
) -> tuple[list[DeliveredFile], list[DeliveredFile]]:
    """Find the files of a name, a sheet of the one workbook among them; and those that are parts of a source.

    The names of an adapter's files count in small letters: some standards write them in capitals.
    """
    formats = TABLE_FORMATS | TABBED if source is not None and source.is_tabbed else TABLE_FORMATS
    called = str if source is None else str.lower
    files = [file for file in files if file.format in formats]
    parts = [file for file in files if source is not None and source.is_part(file.stem)]
    found = [file for file in files if called(file.stem) == stem or file in parts]
    if has_sheet:
        book = next(file for file in files if file.name == WORKBOOK)
        found.append(replace(book, stem=stem, name=f"{WORKBOOK}/{stem}"))
    return found, parts


def of_table(
    table: DeliveredTable,
    files: Iterable[DeliveredFile],
    config: RegistryConfig,
    sheet: str | None,
    schema: str = "raw",
) -> list[Wanted]:
    """Ask a table of ours of its files; of a side table, no column but those of its key has to be there."""
    columns = delivered_columns(table.contract)
    # What an empty cell means is said of a column that is there: one that is lost is no cell.
    recoded = config.recode.get(table.name, {})
    required = (
        frozenset(table.delivered_key)
        if schema == SIDE
        else frozenset(
            column.name
            for column in columns
            if (column.required and not (column.name == CONTACT and config.last_contact))
            or "" in recoded.get(column.name, ())
        )
    )
    names = tuple(column.name for column in columns)
    return [Wanted(file, table.name, names, required, schema, sheet, part) for part, file in enumerate(files)]


def of_source(source: Source, files: Iterable[DeliveredFile], sheet: str | None) -> list[Wanted]:
    """Ask what an adapter reads of the files of one of its sources."""
    names, required = tuple(source.columns), frozenset(source.required_columns)
    any_columns = source if source.fields else None
    return [
        Wanted(file, source.name, names, required, SOURCE, sheet, part, source=any_columns)
        for part, file in enumerate(files)
    ]
