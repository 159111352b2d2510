"""Reading a whole delivery into the `raw` schema of a working file, and noting what is wrong with its files.

Not here: judging; a file that cannot be read becomes a problem that the gate decides on.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from bpp_etl.adapters import Adapter, AdapterError
from bpp_etl.adapters.fields import Fields
from bpp_etl.adapters.settings import setting_rows
from bpp_etl.errors import BppError, UsageError, shown
from bpp_etl.landing.deliveries import DeliveredFile, Delivery
from bpp_etl.landing.keys import ConfigurationError
from bpp_etl.landing.last_contact import ensure_contacts_are_known
from bpp_etl.landing.registry_config import RegistryConfig, ensure_names_are_known
from bpp_etl.reading.adapted import show_adapted
from bpp_etl.reading.any_columns import fields_named, view_cells
from bpp_etl.reading.document_files import (
    DOCUMENTS,
    count_others,
    documents_missing,
    view_documents,
)
from bpp_etl.reading.found import Found
from bpp_etl.reading.inputs import ReadAs, adapter_digest, adapter_of, configuration_of, files_in, unread_in
from bpp_etl.reading.likely_format import with_likely_format
from bpp_etl.reading.lines_as_drugs import lines_as_drugs
from bpp_etl.reading.one_file import Loaded, load_file
from bpp_etl.reading.problems import DeliveryProblem, UnreadableError
from bpp_etl.reading.raw_tables import SIDE, Part, adapt, create_schemas, create_source_schemas, view_loaded
from bpp_etl.reading.remembered import ReadDelivery, SideTable
from bpp_etl.reading.renamed import Renamed, note_renamed
from bpp_etl.reading.scratch import SCRATCH
from bpp_etl.reading.terms import PLAIN, Step, Terms
from bpp_etl.reading.wanted import (
    LINES,
    NEITHER,
    WORKBOOK,
    Wanted,
    deliverable,
    follows,
    lacks_lines,
)
from bpp_etl.warehouse.connection import Connection
from bpp_etl.warehouse.side_by_side import side_by_side
from schemas.laws import DELIVERY
from schemas.tables import TABLES


def read_delivery(
    con: Connection,
    delivery: Delivery,
    scratch_root: Path | None = None,
    config: RegistryConfig | None = None,
    terms: Terms = PLAIN,
) -> ReadDelivery:
    """Load every table of a delivery as text into `raw`, in an empty working file, in this process.

    `config` is followed in the place of the registry's own, to try a change to it. Each raw table has the
    stamp (registry, delivery, file, file_digest), row numbers, and the canonical columns.
    Errors: ReaderCrash.
    """
    create_schemas(con)
    reader = _Reader(con, delivery, terms)
    try:
        reader.read_as.files = files = files_in(delivery)
    except UnreadableError as error:
        reader.read_as.files = error.rule
        reader.problem(DELIVERY, error.rule, error.message)
        return reader.result(RegistryConfig(), ())
    if DELIVERY in terms.known:
        reader.problem(DELIVERY, "file_unreadable", f"{delivery.name} {terms.known[DELIVERY].reason}")
    try:
        config = config or configuration_of(delivery)
        adapter = adapter_of(config, delivery)
    except (ConfigurationError, AdapterError, UsageError, UnreadableError) as error:
        reader.cannot_follow(error)
        return reader.result(RegistryConfig(), ())
    scratch = Path(tempfile.mkdtemp(prefix=SCRATCH, dir=scratch_root))
    try:
        if adapter is None:
            config = reader.read_canonical(config, files, scratch)
        else:
            reader.read_adapted(config, adapter, files, scratch)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    sheets = tuple(shown(f"{WORKBOOK}/{sheet}") for sheet in sorted(reader.found.unread_sheets or ()))
    unread = unread_in(delivery, reader.found.used)
    passed_over = tuple(name for name in unread if adapter is not None and adapter.passes_over(name))
    unknown = (name for name in unread if name not in passed_over)
    return reader.result(config, (*unknown, *sheets), passed_over)


class _Reader:
    """Carries what reading one delivery gathers."""

    def __init__(self, con: Connection, delivery: Delivery, terms: Terms) -> None:
        self.con = con
        self.delivery = delivery
        self.terms = terms
        self.read_as = ReadAs(delivery, terms.limits)
        self.adapter_digest = adapter_digest(delivery)
        self.rows: dict[str, int] = {}
        self.empty_rows: dict[str, int] = {}
        self.problems: list[DeliveryProblem] = []
        self.extra: list[tuple[str, str]] = []
        self.headers: dict[str, tuple[str, ...]] = {}
        self.renamed: Renamed = {}
        self.identifiers: list[tuple[str, str]] = []
        self.side_tables: tuple[SideTable, ...] = ()
        self.others = 0
        self.places: set[str] = set()
        self.found = Found(delivery, terms, self.read_as, self.problems)

    def problem(self, table: str, rule: str, message: str, count: int = 1) -> None:
        self.problems.append(DeliveryProblem(table, rule, message, count))

    def result(
        self, config: RegistryConfig, unknown: tuple[str, ...], passed_over: tuple[str, ...] = ()
    ) -> ReadDelivery:
        return ReadDelivery(
            config=config,
            rows=self.rows,
            empty_rows={table: rows for table, rows in self.empty_rows.items() if rows},
            problems=tuple(self.problems),
            extra_columns=tuple(self.extra),
            identifier_columns=tuple(dict.fromkeys(self.identifiers)),
            unknown_files=unknown,
            passed_over=passed_over,
            input_digest=self.read_as.digest(),
            files_digest=self.read_as.files_digest(),
            adapter_digest=self.adapter_digest,
            headers=self.headers,
            files=len(self.places),
            side_tables=self.side_tables,
            renamed=self.renamed,
        )

    def cannot_follow(self, error: BppError) -> None:
        """Note that what the registry states cannot be followed, be it by the fault of its adapter."""
        is_outside = isinstance(error, UnreadableError) and error.rule == "file_outside_landing"
        rule = "file_outside_landing" if is_outside else "configuration_invalid"
        message = f"{error.message}; {error.hint}" if error.hint else error.message
        self.problem(DELIVERY, rule, message)

    def read_canonical(
        self, config: RegistryConfig, files: tuple[DeliveredFile, ...], scratch: Path
    ) -> RegistryConfig:
        """Load our own tables; return what was followed of what the registry states."""
        config, wanted = lines_as_drugs(config, self.found.canonical(config, files, deliverable(config)))
        self._load(config, wanted, scratch)
        if lacks_lines(config, self.rows) and all(one.table != LINES.name for one in self.problems):
            self.problem(LINES.name, "table_missing", NEITHER)
        self.problems[:] = with_likely_format(self.delivery, files, self.problems)
        return config

    def read_adapted(
        self,
        config: RegistryConfig,
        adapter: Adapter,
        files: tuple[DeliveredFile, ...],
        scratch: Path,
    ) -> None:
        """Load the sources of an adapter, and what it makes of them."""
        sources = {source.name: tuple(source.columns) for source in adapter.sources}
        try:
            ensure_names_are_known(config, sources, tuple(adapter.tables))
            setting_rows(adapter, config.own)
            ensure_contacts_are_known(config.last_contact, adapter.contacts)
        except ConfigurationError as error:
            self.cannot_follow(error)
            return
        create_source_schemas(self.con)
        wanted = self.found.sources(config, files, adapter)
        self._load(config, [one for one in wanted if one.source is None], scratch)
        if not self.problems and not self._load_named(config, adapter, wanted, scratch):
            return
        lacking = documents_missing(adapter, self.rows)
        if lacking and not self.problems:
            self.problem(DELIVERY, "table_missing", lacking)
        if self.problems:
            return
        beside = self._beside(config, files, adapter, scratch)  # once adapted, nothing reaches a file
        if not self._adapt(config, adapter):
            return
        self.rows, self.side_tables = show_adapted(self.con, config, self.rows, beside)
        for table in TABLES.values():
            if table.is_required and table.name not in self.rows and not follows(config, table, self.rows):
                message = (
                    f"{table.name} is not in what was delivered as {shown(adapter.title)}; a side table"
                    f" {table.name}.csv beside it brings it"
                )
                self.problem(table.name, "table_missing", message)

    def _load_named(
        self, config: RegistryConfig, adapter: Adapter, wanted: list[Wanted], scratch: Path
    ) -> bool:
        """Load of the sources that may have any columns those that the adapter names; say whether it does."""
        wanted = [one for one in wanted if one.source is not None]
        if not wanted:
            return True
        named: dict[str, Fields] = {}

        def name() -> None:
            named.update(fields_named(self.con, adapter, self.rows, setting_rows(adapter, config.own)))

        if not self._run(adapter, "fields", name):
            return False
        place = scratch / "named"
        place.mkdir()
        self._load(config, [replace(one, fields=named[one.table]) for one in wanted], place)
        return True

    def _adapt(self, config: RegistryConfig, adapter: Adapter) -> bool:
        """Make the canonical tables of the sources; say whether that could be done."""

        def make() -> None:
            adapt(self.con, self.delivery, adapter, self.rows, config)
            if self.others and self.rows:
                count_others(self.con, self.others)

        return self._run(adapter, "adapter", make)

    def _run(self, adapter: Adapter, key: str, work: Callable[[], None]) -> bool:
        """Run the adapter's SQL; say whether that could be done."""
        title, size = shown(adapter.title), self.read_as.size
        step = Step(key, DELIVERY, title, size=size, rule="configuration_invalid")
        try:
            self.terms.ensure_unknown(step)
            with self.terms.doing(step):
                work()
        except (AdapterError, UnreadableError) as error:
            self.cannot_follow(error)
            self.rows.clear()
            return False
        return True

    def _beside(
        self, config: RegistryConfig, files: tuple[DeliveredFile, ...], adapter: Adapter, scratch: Path
    ) -> dict[str, int]:
        """Load the side tables: the canonical files beside an adapter's; count their rows."""
        sources, self.rows = self.rows, {}
        made = adapter.tables_from(tuple(sources))
        named = {source.name for source in adapter.sources}
        for schema, tables in (
            ("raw", [one for one in deliverable(config) if one.name not in made]),
            (SIDE, [one for one in deliverable(config) if one.name in made]),
        ):
            optional = [replace(one, is_required=False) for one in tables if one.name not in named]
            place = scratch / schema
            place.mkdir()
            self._load(config, self.found.canonical(config, files, optional, schema), place)
        beside, self.rows = self.rows, sources
        return beside

    def _load(self, config: RegistryConfig, wanted: list[Wanted], scratch: Path) -> None:
        """Load the files side by side; what came of them is told in the order of the tables."""

        def loading(one: Wanted, folder: Path) -> Callable[[Connection], Loaded]:
            folder.mkdir()
            return lambda con: load_file(con, self.delivery, config, one, folder, self.terms)

        work = [loading(one, scratch / f"{number}") for number, one in enumerate(wanted)]
        parts: dict[tuple[str, str], list[Part | None]] = {}
        turns = [[piece] for piece in work] if self.terms.is_one_by_one else [work]
        done = [loaded for turn in turns for loaded in side_by_side(self.con, turn)]
        for one, loaded in zip(wanted, done, strict=True):
            self.read_as.note(one.file, loaded.digest)
            # A sheet of a workbook counts, and a folder as one.
            self.places.add(one.file.name if one.file.path.name == WORKBOOK else one.file.name.split("/")[0])
            self.problems += loaded.problems
            self.extra += loaded.extra
            self.headers[loaded.table] = tuple(loaded.header)
            note_renamed(self.renamed, loaded, config)
            self.identifiers += loaded.identifiers
            if loaded.table == DOCUMENTS and loaded.part and not loaded.part.rows:
                self.found.used.discard(one.file.path)  # of another kind, though it ends like one of these
            parts.setdefault((one.schema, one.table), []).append(loaded.part)
        for (schema, table), found in parts.items():
            whole = [part for part in found if part is not None]
            if len(whole) < len(found):
                continue
            if table == DOCUMENTS:
                shown_rows = view_documents(self.con, wanted[-1].adapter, whole)
                self.others = sum(part.rows for part in whole) - sum(shown_rows.values())
                self.rows |= shown_rows
            else:
                source = next(one.source for one in wanted if one.table == table)
                self.rows[table] = (
                    view_loaded(self.con, schema, table, whole)
                    if source is None
                    else view_cells(self.con, source, whole)
                )
                self.empty_rows[table] = sum(part.empty_rows for part in whole)
