"""Reading one delivered file into its raw table, and noting what is wrong with it.

Not here: which files make a delivery (`reading/delivery.py`), and judging rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from bpp_etl.errors import shown
from bpp_etl.landing.deliveries import TABBED, Delivery
from bpp_etl.landing.registry_config import RegistryConfig
from bpp_etl.reading.any_columns import load_cells
from bpp_etl.reading.blame import blamed_on
from bpp_etl.reading.contents import Content, content_of
from bpp_etl.reading.document_files import load_documents
from bpp_etl.reading.files import CHANGED, Opened, Snapshot, prepare, snapshot_of, unchanged
from bpp_etl.reading.header import clean_name, columns_missing
from bpp_etl.reading.inputs import home_of
from bpp_etl.reading.problems import (
    WITHHELD,
    DeliveryProblem,
    UnreadableError,
    is_of_names,
    looks_like_identifier,
    shown_column,
)
from bpp_etl.reading.raw_tables import SOURCE, STAMP, Origin, Part, may_be_typed
from bpp_etl.reading.tables import load
from bpp_etl.reading.terms import PLAIN, Step, Terms
from bpp_etl.reading.wanted import Wanted
from bpp_etl.warehouse.connection import Connection
from schemas.laws import DELIVERY
from schemas.tables import TABLES


@dataclass
class Loaded:
    """What came of one file: its part of the table where it could be loaded, problems, columns left out.

    `digest` is what the file was read as, or the rule that it broke where it is not known what was read.
    """

    table: str
    digest: str = ""
    part: Part | None = None
    problems: list[DeliveryProblem] = field(default_factory=list)
    extra: list[tuple[str, str]] = field(default_factory=list)
    identifiers: list[tuple[str, str]] = field(default_factory=list)
    header: list[str] = field(default_factory=list)

    def refuse(self, error: UnreadableError) -> None:
        """Take nothing of a file that cannot be read, and say so where it is not known what was read."""
        self.part = None
        if not self.digest or error.rule == CHANGED:
            self.digest = error.rule


def load_file(
    con: Connection,
    delivery: Delivery,
    config: RegistryConfig,
    wanted: Wanted,
    scratch: Path,
    terms: Terms = PLAIN,
) -> Loaded:
    """Load a file's columns of ours as text into its table; `scratch` is a folder of its own.

    Errors: ReaderCrash, and what the machine is to blame for; all else is a problem of the file.
    """
    return _FileLoader(con, delivery, config, wanted, terms).load(scratch)


class _FileLoader:
    """Carries what loading one file gathers."""

    def __init__(
        self,
        con: Connection,
        delivery: Delivery,
        config: RegistryConfig,
        wanted: Wanted,
        terms: Terms,
    ) -> None:
        self.con = con
        self.delivery = delivery
        self.config = config
        self.wanted = wanted
        self.terms = terms
        # Of what is none of the six tables all that is told is of the delivery.
        self.at = wanted.table if wanted.table in TABLES else DELIVERY
        self.loaded = Loaded(wanted.table)

    def problem(self, rule: str, message: str, count: int = 1, columns: Iterable[str] = ()) -> None:
        self.loaded.problems.append(DeliveryProblem(self.at, rule, message, count, tuple(columns)))

    def load(self, scratch: Path) -> Loaded:
        wanted, name = self.wanted, shown(self.wanted.file.name)
        try:
            snapshot = snapshot_of(wanted.file, home_of(self.delivery), self.terms.limits)
            self.loaded.digest = snapshot.digest
            step = Step(wanted.relation, self.at, name, snapshot.digest, snapshot.size)
            self.terms.ensure_unknown(step)
            if self.terms.is_hopeless:
                return self.loaded
            with self.terms.doing(step), unchanged(wanted.file, snapshot), blamed_on(name):
                self.read(snapshot, scratch)
        except UnreadableError as error:
            self.loaded.refuse(error)
            self.problem(error.rule, error.message)
        return self.loaded

    def read(self, snapshot: Snapshot, scratch: Path) -> None:
        """Read the file, and note its part of the table. Errors: UnreadableError, and any of a reader."""
        wanted, limits = self.wanted, self.terms.limits
        settings = self.config.reading(wanted.table)
        if wanted.sheet is not None:
            settings = replace(settings, sheet=wanted.sheet)
        if wanted.file.format in TABBED:
            settings = replace(settings, delimiter="\t")
        opened = prepare(wanted.file, snapshot, scratch, settings, limits)
        if wanted.adapter is not None:
            self.loaded.part, withheld = load_documents(
                self.con, wanted.adapter, opened.path, wanted, self.stamp(snapshot), limits
            )
            self.loaded.identifiers += [
                (wanted.table, shown_column(name, place, header_is_sure=True))
                for place, name in enumerate(withheld, start=1)
            ]
            return
        content = content_of(self.con, opened, settings, wanted.table, limits)
        if len(content.header) > limits.columns:
            raise UnreadableError(
                "file_unreadable",
                f"{shown(wanted.file.name)} has more than {limits.columns} columns (limit columns)",
            )
        self.loaded.header = content.header
        if wanted.source is not None:
            self.read_cells(opened, content)
            return
        origins = self.origins(content.header)
        if origins is None:
            return
        loaded = load(
            self.con,
            opened,
            content,
            relation=wanted.relation,
            positions={name: places for name, places in origins.items() if isinstance(places, tuple)},
            ours=wanted.ours,
            limits=limits,
            null_words=self.config.null_words,
            # What a row of another standard is, its adapter knows: one that cannot be read has no table.
            may_set_aside=wanted.schema != SOURCE,
            decimal_of_numbers=settings.decimal if wanted.schema == SOURCE else ".",
        )
        # What registry.toml states is stated in our own words, whatever the export's are.
        typed = {
            name: loaded.typed.get(name, "true")
            for name, column in wanted.ours.items()
            if may_be_typed(column)
        }
        self.loaded.part = Part(
            wanted.relation,
            self.stamp(snapshot),
            origins,
            typed,
            loaded.rows,
            loaded.empty_rows,
            loaded.has_misaligned,
        )

    def read_cells(self, opened: Opened, content: Content) -> None:
        """Load what is read of a source that may have any columns."""
        table, limits = self.wanted.table, self.terms.limits
        rename = {clean_name(theirs): ours for theirs, ours in self.config.rename.get(table, {}).items()}
        told = load_cells(self.con, opened, content, self.wanted, self.stamp(opened.snapshot), limits, rename)
        self.loaded.part = told.part
        self.loaded.extra += [(table, name) for name in told.extra]
        self.loaded.identifiers += [(table, name) for name in told.identifiers]
        if told.problem is not None:
            self.problem(*told.problem)

    def stamp(self, snapshot: Snapshot) -> dict[str, str]:
        delivery, name = self.delivery, shown(self.wanted.file.name)
        return dict(zip(STAMP, (delivery.registry, delivery.name, name, snapshot.digest), strict=True))

    def origins(self, header: list[str]) -> dict[str, Origin] | None:
        """Find each column of ours in the header, or note why the file cannot be used."""
        table, columns = self.wanted.table, self.wanted.columns
        name = shown(self.wanted.file.name)
        rename = {clean_name(theirs): ours for theirs, ours in self.config.rename.get(table, {}).items()}
        found = self.known_columns(header, rename)
        if found is None:
            return None
        positions, hidden = found
        places: dict[str, tuple[int, ...]] = {ours: (place,) for ours, place in positions.items()}
        made = self.composed_of(header, positions, hidden)
        if made is None:
            return None
        places |= made
        # What an adapter's source or a side table lacks may be in the other: of both together it is said.
        is_whole = self.wanted.schema == "raw"
        constants = self.config.constants.get(table, {}) if is_whole else {}
        missing = sorted(self.wanted.required - places.keys() - constants.keys())
        if missing:
            withheld = [header[position] for position in hidden]
            message = f"{name} lacks {columns_missing(table, missing, header, rename, withheld)}"
            self.problem("column_missing", message, len(missing), missing)
        # Names are missed where a column is: it may be there under another one.
        sure = not missing or is_of_names(header, positions.keys(), rename.keys() & {*header})
        used = {place for found in places.values() for place in found} | {*positions.values()}
        for position, theirs in enumerate(header):
            if position in hidden:
                label = shown_column(theirs, position + 1, header_is_sure=sure)
                self.loaded.identifiers.append((table, label))
            elif position not in used:
                self.loaded.extra.append((table, shown_column(theirs, position + 1, header_is_sure=sure)))
        if missing:
            return None
        return {column: places[column] if column in places else constants.get(column) for column in columns}

    def known_columns(
        self, header: list[str], rename: Mapping[str, str]
    ) -> tuple[dict[str, int], list[int]] | None:
        """Find our columns, and those that are not loaded for their names; note one that stands twice."""
        columns = self.wanted.columns
        positions: dict[str, int] = {}
        twice: set[str] = set()
        hidden: list[int] = []
        for position, theirs in enumerate(header):
            ours = rename.get(theirs, theirs)
            if self.config.format != "canonical":
                ours = ours.lower()
            is_ours = ours in columns
            is_safe = is_ours and (theirs == ours or ours in self.wanted.never_a_name)
            if looks_like_identifier(theirs) and not is_safe:
                hidden.append(position)
            elif not is_ours:
                continue
            elif ours in positions:
                twice.add(ours)
            else:
                positions[ours] = position
        if twice:
            self.problem(
                "column_duplicated",
                f"{shown(self.wanted.file.name)} names columns twice: {', '.join(sorted(twice))}",
                len(twice),
                sorted(twice),
            )
            return None
        return positions, hidden

    def composed_of(
        self, header: list[str], positions: Mapping[str, int], hidden: list[int]
    ) -> dict[str, tuple[int, ...]] | None:
        """Find the columns of each key that is made of several, or note which cannot be used."""
        table, name = self.wanted.table, shown(self.wanted.file.name)
        is_folded = self.config.format != "canonical"
        there = dict(positions)
        for position, theirs in enumerate(header):
            there[theirs] = position
            if is_folded:
                there.setdefault(theirs.lower(), position)
        made: dict[str, tuple[int, ...]] = {}
        for ours, parts in self.config.compose.get(table, {}).items():
            called = {part: clean_name(part.lower() if is_folded else part) for part in parts}
            for rule, among, told in (
                ("column_missing", [one for one in called if called[one] not in there], "lacks {parts}"),
                (
                    "column_missing",
                    [one for one in called if there.get(called[one]) in hidden],
                    f"gives no {{parts}}, {WITHHELD}",
                ),
                (
                    "column_duplicated",
                    [one for one in called if header.count(called[one]) > 1],
                    "names columns twice: {parts}",
                ),
            ):
                if among:
                    words = told.format(parts=", ".join(map(shown, among)))
                    self.problem(rule, f"{name} {words}: of it [compose.{table}] makes {ours}", len(among))
                    return None
            made[ours] = tuple(there[known] for known in called.values())
        return made
