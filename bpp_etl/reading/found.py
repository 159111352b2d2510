"""Finding which files, and which sheets of the one workbook, are which table of a delivery.

Not here: reading them (`reading/one_file.py`), and what is asked of each (`reading/wanted.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from bpp_etl.adapters import Adapter, Source
from bpp_etl.errors import shown
from bpp_etl.landing.deliveries import BESIDE_DATA, DeliveredFile, Delivery
from bpp_etl.landing.registry_config import RegistryConfig
from bpp_etl.reading.book import look_into
from bpp_etl.reading.document_files import of_documents
from bpp_etl.reading.inputs import ReadAs
from bpp_etl.reading.problems import DeliveryProblem
from bpp_etl.reading.terms import Terms
from bpp_etl.reading.wanted import WORKBOOK, Wanted, files_called, of_source, of_table
from bpp_etl.reading.workbook import folded
from schemas.laws import DELIVERY
from schemas.tables import DeliveredTable


class Found:
    """Finds the files of a delivery, and keeps which of them, and of the workbook's sheets, were asked for.

    What is wrong with them is added to `problems`.
    """

    def __init__(
        self, delivery: Delivery, terms: Terms, read_as: ReadAs, problems: list[DeliveryProblem]
    ) -> None:
        """Begin with no file asked for."""
        self.delivery = delivery
        self.terms = terms
        self.read_as = read_as
        self.problems = problems
        self.used: set[Path] = set()
        self.unread_sheets: set[str] | None = None

    def canonical(
        self,
        config: RegistryConfig,
        files: tuple[DeliveredFile, ...],
        tables: Collection[DeliveredTable],
        schema: str = "raw",
    ) -> list[Wanted]:
        """Ask for tables of ours, each in the files of its name."""
        wanted: list[Wanted] = []
        sheets = self.sheets(files, {table.name: config.reading(table.name).sheet for table in tables})
        for table in tables:
            found = self.files_of(table.name, table.name, files, sheets, is_required=table.is_required)
            wanted += of_table(table, found, config, sheets.get(table.name), schema)
        return wanted

    def sources(
        self, config: RegistryConfig, files: tuple[DeliveredFile, ...], adapter: Adapter
    ) -> list[Wanted]:
        """Ask for the sources of an adapter: files of their names, and documents of any name."""
        wanted: list[Wanted] = []
        sheets = self.sheets(files, {one.name: config.reading(one.name).sheet for one in adapter.sources})
        documents = of_documents(adapter, files)
        self.used.update(one.file.path for one in documents)
        for source in adapter.sources:
            if source.kind is not None:
                continue
            found = self.files_of(
                DELIVERY,
                source.name,
                files,
                sheets,
                is_required=source.is_required,
                source=source,
                hint=f"; what is read of this format: {shown(adapter.page)}",
            )
            wanted += of_source(source, found, sheets.get(source.name))
        return wanted + documents

    def files_of(
        self,
        table: str,
        stem: str,
        files: Iterable[DeliveredFile],
        sheets: Mapping[str, str],
        *,
        is_required: bool,
        source: Source | None = None,
        hint: str = "",
    ) -> list[DeliveredFile]:
        """Find the files of a table: one, or the parts in its folder, or the parts of a source."""
        found, parts = files_called(stem, files, has_sheet=stem in sheets, source=source)
        self.used.update(file.path for file in found)
        ways = {file.path if file.path.parent == self.delivery.path else file.path.parent for file in found}
        if len(ways) > 1 and len(parts) < len(found):
            message = f"{stem} is delivered in {len(ways)} files, folders or sheets"
            self.problems.append(DeliveryProblem(table, "file_ambiguous", message, len(ways)))
            return []
        if not found and is_required:
            self.problems.append(DeliveryProblem(table, "table_missing", f"{stem} is not delivered{hint}"))
        return found

    def sheets(self, files: Iterable[DeliveredFile], stated: Mapping[str, str | None]) -> Mapping[str, str]:
        """Find the sheet of each table in the one workbook that may hold them all."""
        book = next((file for file in files if file.name == WORKBOOK), None)
        if book is None:
            return {}
        self.used.add(book.path)
        names = {table: folded(sheet or table) for table, sheet in stated.items()}
        loaded, there = look_into(self.delivery, book, self.terms, {*names.values()})
        self.read_as.note(book, loaded.digest)
        self.problems += loaded.problems
        if loaded.problems:
            return {}
        found = {table: there[name] for table, name in names.items() if name in there}
        there = {name: sheet for name, sheet in there.items() if not sheet.startswith(BESIDE_DATA)}
        # A sheet that is none of an adapter's sources may be a side table.
        self.unread_sheets = (
            set(there.values()) if self.unread_sheets is None else self.unread_sheets
        ) - set(found.values())
        return found
