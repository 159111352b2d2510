"""Reading a whole delivery into the `raw` schema of a working file, and noting what is wrong with its files.

Not here: judging; a file that cannot be read becomes a problem that the gate decides on.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bpp_etl.adapters import Adapter, load_adapter
from bpp_etl.landing import DeliveredFile, Delivery, shown, unknown_files
from bpp_etl.reading.files import SCRATCH, Snapshot, ensure_unchanged, prepare, snapshot_of
from bpp_etl.reading.inputs import configuration_of, files_in, home_of, input_digest
from bpp_etl.reading.problems import (
    WITHHELD,
    DeliveryProblem,
    UnreadableError,
    looks_like_identifier,
    shown_column,
)
from bpp_etl.reading.raw_tables import (
    DATA,
    SOURCE,
    SOURCE_DATA,
    STAMP,
    adapt,
    create_schemas,
    create_source_schemas,
    view_loaded,
)
from bpp_etl.reading.tables import header_in, load
from bpp_etl.registry_config import ConfigurationError, RegistryConfig
from bpp_etl.warehouse.connection import Connection, quoted
from schemas.contract import delivered_columns
from schemas.laws import DELIVERY
from schemas.tables import TABLES


@dataclass(frozen=True)
class ReadDelivery:
    """What was read: configuration, rows of each table, problems, and columns that were left out.

    `input_digest` was taken before anything was read: what changes afterwards shows as a change.
    """

    config: RegistryConfig
    rows: dict[str, int]
    problems: tuple[DeliveryProblem, ...]
    extra_columns: tuple[tuple[str, str], ...]
    identifier_columns: tuple[tuple[str, str], ...]
    unknown_files: tuple[str, ...]
    input_digest: str


def read_delivery(con: Connection, delivery: Delivery, scratch_root: Path | None = None) -> ReadDelivery:
    """Load every table of a delivery as text into `raw`, in an empty working file.

    Each raw table has the stamp (registry, delivery, file, file_digest), row numbers, and the canonical
    columns.
    """
    create_schemas(con)
    reader = _Reader(con, delivery)
    try:
        files = files_in(delivery)
    except UnreadableError as error:
        reader.problem(DELIVERY, error.rule, error.message)
        return reader.result(RegistryConfig(), ())
    try:
        config = configuration_of(delivery)
    except (ConfigurationError, UnreadableError) as error:
        is_outside = isinstance(error, UnreadableError) and error.rule == "file_outside_landing"
        rule = "file_outside_landing" if is_outside else "configuration_invalid"
        message = f"{error.message}; {error.hint}" if error.hint else error.message
        reader.problem(DELIVERY, rule, message)
        return reader.result(RegistryConfig(), ())
    scratch = Path(tempfile.mkdtemp(prefix=SCRATCH, dir=scratch_root))
    try:
        reader.read(config, files, scratch)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return reader.result(config, unknown_files(delivery, reader.used))


class _Reader:
    """Carries what reading one delivery gathers."""

    def __init__(self, con: Connection, delivery: Delivery) -> None:
        self.con = con
        self.delivery = delivery
        self.input_digest = input_digest(delivery)
        self.rows: dict[str, int] = {}
        self.problems: list[DeliveryProblem] = []
        self.extra: list[tuple[str, str]] = []
        self.identifiers: list[tuple[str, str]] = []
        self.used: set[Path] = set()

    def problem(self, table: str, rule: str, message: str, count: int = 1) -> None:
        self.problems.append(DeliveryProblem(table, rule, message, count))

    def result(self, config: RegistryConfig, unknown: tuple[str, ...]) -> ReadDelivery:
        return ReadDelivery(
            config=config,
            rows=self.rows,
            problems=tuple(self.problems),
            extra_columns=tuple(self.extra),
            identifier_columns=tuple(self.identifiers),
            unknown_files=unknown,
            input_digest=self.input_digest,
        )

    def read(self, config: RegistryConfig, files: tuple[DeliveredFile, ...], scratch: Path) -> None:
        if config.format == "canonical":
            for table in TABLES.values():
                columns = delivered_columns(table.contract)
                file = self._one_file(table.name, table.name, files, is_required=table.is_required)
                if file is not None:
                    self._load(
                        config,
                        scratch,
                        file,
                        table=table.name,
                        target=table.name,
                        columns=[column.name for column in columns],
                        required={column.name for column in columns if column.required},
                    )
        else:
            self._read_adapter(config, scratch, files, load_adapter(config.format))

    def _read_adapter(
        self, config: RegistryConfig, scratch: Path, files: tuple[DeliveredFile, ...], adapter: Adapter
    ) -> None:
        create_source_schemas(self.con)
        for source in adapter.sources:
            file = self._one_file(DELIVERY, source.name, files, is_required=source.is_required)
            if file is None:
                continue
            self._load(
                config,
                scratch,
                file,
                table=source.name,
                target=source.name,
                columns=list(source.columns),
                required=set(source.required_columns),
                schema=SOURCE,
            )
        if self.problems:
            return
        adapt(self.con, self.delivery, adapter, self.rows)

    def _one_file(
        self, table: str, stem: str, files: Iterable[DeliveredFile], *, is_required: bool
    ) -> DeliveredFile | None:
        found = [file for file in files if file.stem == stem]
        self.used.update(file.path for file in found)
        if len(found) > 1:
            self.problem(table, "file_ambiguous", f"{stem} is delivered in {len(found)} files", len(found))
            return None
        if not found and is_required:
            self.problem(table, "table_missing", f"{stem} is not delivered")
        return found[0] if found else None

    def _load(
        self,
        config: RegistryConfig,
        scratch: Path,
        file: DeliveredFile,
        *,
        table: str,
        target: str,
        columns: list[str],
        required: set[str],
        schema: str = "raw",
    ) -> None:
        at = table if table in TABLES else DELIVERY
        try:
            snapshot = snapshot_of(file, home_of(self.delivery))
            opened = prepare(file, snapshot, scratch, config.encoding, config.delimiter)
            header = header_in(self.con, opened)
            wanted = self._wanted(config, at, table, file, header, columns, required)
            if wanted is None:
                return
            data = SOURCE_DATA if schema == SOURCE else DATA
            self.rows[target] = load(
                self.con,
                opened,
                header=header,
                delimiter=config.delimiter,
                relation=f"{data}.{quoted(target)}",
                positions={name: place for name, place in wanted.items() if isinstance(place, int)},
            )
            ensure_unchanged(opened)
        except UnreadableError as error:
            self.problem(at, error.rule, error.message)
            self.rows.pop(target, None)
            return
        finally:
            self.con.unregister("delivered_frame")
        view_loaded(self.con, schema, target, _stamp(self.delivery, file, snapshot), wanted)

    def _wanted(
        self,
        config: RegistryConfig,
        at: str,
        table: str,
        file: DeliveredFile,
        header: list[str],
        columns: list[str],
        required: set[str],
    ) -> dict[str, int | str | None] | None:
        """Find each column of ours in the header, or note why the file cannot be used."""
        name = shown(file.path.name)
        rename = config.rename.get(table, {})
        positions: dict[str, int] = {}
        twice: set[str] = set()
        hidden: list[int] = []
        for position, theirs in enumerate(header):
            ours = rename.get(theirs, theirs)
            if config.format != "canonical":
                ours = ours.lower()
            is_ours = ours in columns
            if looks_like_identifier(theirs) and not (theirs == ours and is_ours):
                hidden.append(position)
            elif not is_ours:
                continue
            elif ours in positions:
                twice.add(ours)
            else:
                positions[ours] = position
        if twice:
            self.problem(
                at,
                "column_duplicated",
                f"{name} names columns twice: {', '.join(sorted(twice))}",
                len(twice),
            )
            return None
        constants = config.constants.get(table, {})
        missing = sorted(required - positions.keys() - constants.keys())
        if missing:
            withheld = [header[position] for position in hidden]
            message = f"{name} lacks {_columns_missing(table, missing, header, rename, withheld)}"
            self.problem(at, "column_missing", message, len(missing))
        sure = not missing
        used = set(positions.values())
        for position, theirs in enumerate(header):
            if position in hidden:
                label = shown_column(theirs, position + 1, header_is_sure=sure)
                self.identifiers.append((table, label))
            elif position not in used:
                self.extra.append((table, shown_column(theirs, position + 1, header_is_sure=sure)))
        if missing:
            return None
        return {
            column: positions[column] if column in positions else constants.get(column) for column in columns
        }


def _stamp(delivery: Delivery, file: DeliveredFile, snapshot: Snapshot) -> dict[str, str]:
    return dict(
        zip(STAMP, (delivery.registry, delivery.name, shown(file.path.name), snapshot.digest), strict=True)
    )


def _columns_missing(
    table: str, missing: list[str], header: list[str], rename: Mapping[str, str], withheld: list[str]
) -> str:
    """Name the columns that a file lacks, and what may stand in their place, where that is safe to show."""
    told = ["the column" if len(missing) == 1 else "the columns", " ", ", ".join(missing)]
    if len(header) == 1:
        told.append("; its header is one column: check its delimiter")
    cased = sorted(theirs for theirs in header if theirs.lower() in missing)
    if cased:
        told.append(f"; {', '.join(cased)} is written in other letters: name it in [rename.{table}]")
    # These names stand in registry.toml: they are no patient's values.
    told += [
        f"; {shown(theirs)} is not read as {rename[theirs]}: {WITHHELD}"
        for theirs in withheld
        if rename.get(theirs) in missing
    ]
    return "".join(told)
