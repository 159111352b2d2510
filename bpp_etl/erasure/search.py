"""Looks for patients in one file of ours after another: which ids are theirs, and the cells that say them.

Ids are read and matched in the database, in tables that spill. Python looks at so many at once, at each
once for all files, and keeps those that are found. Not here: what is written without them.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from bpp_etl.admission.ids import KEYS, ids_of
from bpp_etl.admission.told_ids import READ, in_batches, make_read_ids, put_ids, read_ids
from bpp_etl.erasure.find import DELIVERED, SOURCE, Found, is_attached
from bpp_etl.identity.erased import ASSESSMENT, PATIENT
from bpp_etl.identity.pseudonyms import Pseudonyms
from bpp_etl.landing.registry_config import RegistryConfig
from bpp_etl.landing.registry_config import recalled as recalled_config
from bpp_etl.warehouse.connection import (
    Connection,
    attach_read_only,
    in_memory_beside,
    literal,
    one_value,
    quoted,
    room_for,
)
from schemas.tables import DELIVERABLE

REMEMBERED = "read_delivery"
MEMORY = "400MB"
"""Bound of the buffers that ids are looked up in: meanwhile files are written, which take as much again."""


class Who(Protocol):
    """Knows whose ids are looked for."""

    @property
    def columns(self) -> Sequence[str]:
        """Name the columns of ids by which they are known."""

    def among(self, column: str, ids: Iterable[str]) -> list[str]:
        """Return those of the ids that are theirs."""


@dataclass(frozen=True)
class Named:
    """One patient of a registry, by the id as told; where the key is at hand, by its pseudonym and of it."""

    registry: str
    told: str
    pseudonyms: Pseudonyms | None = None

    @property
    def columns(self) -> Sequence[str]:
        """Name the columns of ids by which the patient is known."""
        return (PATIENT,)

    def among(self, column: str, ids: Iterable[str]) -> list[str]:
        """Return those of the ids that are of the patient."""
        if self.pseudonyms is None:
            return [one for one in ids if one == self.told]
        named = {self.told, self.pseudonyms.of(self.registry, column, self.told)}
        return [one for one in ids if one in named or self.pseudonyms.of(self.registry, column, one) in named]


@contextmanager
def searching(folder: Path, registry: str, who: Who) -> Iterator[Search]:
    """Look for patients of a registry; what does not fit into memory lies in a folder meanwhile."""
    search = Search(folder, registry, who)
    try:
        yield search
    finally:
        search.let_go()


class Search:
    """Finds patients of a registry in files, and remembers what it found in each until the file changes."""

    def __init__(self, folder: Path, registry: str, who: Who) -> None:
        """Take who is looked for, and where to spill."""
        self.registry = registry
        self._folder, self._who = folder, who
        self._known: dict[Path, tuple[tuple[int, ...], RegistryConfig | None, Found]] = {}
        self._opened: tuple[Connection, ExitStack] | None = None

    def found_in(self, path: Path, config: RegistryConfig | None = None) -> Found:
        """Look for them in a file that is there.

        With a patient go the patient's assessments, and what else bears their ids. `config` is how the
        registry's ids were read, where the file does not say it itself. Of one who is known by their own id
        alone the cells of assessments are not all told. Errors: as `attach_read_only` and `room_for`, and
        whatever a damaged file makes of its rows.
        """
        stat = path.stat()
        identity = (stat.st_ino, stat.st_size, stat.st_mtime_ns)
        known = self._known.get(path)
        if known is not None and known[:2] == (identity, config):
            return known[2]
        con = self._connection()
        try:
            with room_for(path):  # what this machine lacks is no damage of the file, which would be removed
                attach_read_only(con, path, SOURCE)
                found = self._look(con, config_in(con) if config is None else config)
                con.execute(f"detach {SOURCE}")
        except BaseException:
            self.let_go()  # a database that met a damaged file is not asked again
            raise
        self._known[path] = (identity, config, found)
        return found

    def let_go(self) -> None:
        """Close the database, and forget which ids were looked at."""
        if self._opened is not None:
            _, stack = self._opened
            self._opened = None
            stack.close()

    def _connection(self) -> Connection:
        if self._opened is None:
            stack = ExitStack()
            con = stack.enter_context(in_memory_beside(self._folder))
            con.execute(f"set memory_limit = {literal(MEMORY)}")
            for table in ("asked", "theirs"):
                con.execute(f"create temp table {table} (id_column varchar, told varchar)")
            self._opened = (con, stack)
        return self._opened[0]

    def _look(self, con: Connection, config: RegistryConfig) -> Found:
        places = list(_places(con, self.registry))
        make_read_ids(con)
        _read(con, PATIENT, places, config)
        patients = self._theirs(con, PATIENT, places)
        cells = {(True, PATIENT): _cells(con, PATIENT, patients), (False, PATIENT): patients}
        if ASSESSMENT not in self._who.columns:
            # They are known by their patient alone: all others need not be read.
            places = [place.of(cells[place.is_delivered, PATIENT]) for place in places if place.keys == KEYS]
        _read(con, ASSESSMENT, places, config)
        assessments = self._theirs(con, ASSESSMENT, places)
        for place in places:
            if place.keys == KEYS:
                assessments |= _assessments(con, place, cells[place.is_delivered, PATIENT])
        # Of a shut delivery there is no core, and yet what was worked out of it.
        cells[False, ASSESSMENT] = assessments
        cells[True, ASSESSMENT] = _cells(con, ASSESSMENT, assessments)
        con.execute(f"drop table temp.{READ}")
        return Found(patients, assessments, cells)

    def _theirs(self, con: Connection, column: str, places: Iterable[_Place]) -> set[str]:
        """List the ids of a file that are theirs; each is looked at when it is first met."""
        every = " union all ".join(place.ids(column) for place in places if column in place.keys)
        if not every or column not in self._who.columns:
            return set()
        named = f"id_column = {literal(column)}"
        con.execute(
            f"create or replace temp table different as from (select distinct told from ({every}))"
            f" anti join (select told from temp.asked where {named}) using (told)"
        )
        for ids in in_batches(con, "different"):
            put_ids(con, "theirs", column, self._who.among(column, ids))
        con.execute(f"insert into temp.asked select {literal(column)}, told from temp.different")
        con.execute("drop table temp.different")
        return _texts(
            con,
            f"select distinct told from ({every})"
            f" semi join (select told from temp.theirs where {named}) using (told)",
        )


def config_in(con: Connection) -> RegistryConfig:
    """Recall how the ids of the attached working file were read; as canonical ones if that cannot be told."""
    if not is_attached(con, SOURCE, "raw", REMEMBERED):
        return RegistryConfig()
    told = json.loads(str(one_value(con, f"select told from {SOURCE}.raw.{REMEMBERED}")))
    try:
        return recalled_config(told["read"]["config"])
    except (KeyError, TypeError, ValueError):
        return RegistryConfig()


@dataclass(frozen=True)
class _Place:
    """One table that has ids: its rows, and which kinds of ids."""

    name: str
    relation: str
    table: str
    keys: tuple[str, ...]
    is_delivered: bool

    def of(self, patients: Collection[str]) -> _Place:
        """Narrow it to the rows of patients, by their cells."""
        listed = ", ".join(map(literal, sorted(patients))) or "null"
        return replace(self, relation=f"(from {self.relation} where {PATIENT} in ({listed}))")

    def ids(self, column: str) -> str:
        """Write the SELECT of the ids, as they are read."""
        if self.is_delivered:
            return (
                f"select told from temp.{READ} where place = {literal(self.name)}"
                f" and id_column = {literal(column)}"
            )
        return f"select {column} as told from {self.relation} where {column} is not null"


def _places(con: Connection, registry: str) -> Iterator[_Place]:
    for schema in (*DELIVERED, "core"):
        for table in DELIVERABLE:
            if is_attached(con, SOURCE, schema, table):
                keys = tuple(one for one in KEYS if one in ids_of(table))
                relation = f"(from {SOURCE}.{schema}.{quoted(table)} where registry = {literal(registry)})"
                yield _Place(f"{schema}.{table}", relation, table, keys, schema in DELIVERED)


def _read(con: Connection, column: str, places: Iterable[_Place], config: RegistryConfig) -> None:
    """Read what the delivered cells of a column of ids say."""
    for place in places:
        if place.is_delivered and column in place.keys:
            read_ids(con, place.name, place.relation, place.table, column, config)


def _cells(con: Connection, column: str, ids: set[str]) -> set[str]:
    """List the cells as delivered that say one of the ids."""
    return _texts(
        con,
        f"select distinct cell from temp.{READ} where id_column = {literal(column)}"
        " and told in (select unnest($ids))",
        ids,
    )


def _assessments(con: Connection, place: _Place, patients: set[str]) -> set[str]:
    """List the assessments of the patients who were found, by their cells, as one table has them."""
    rows = f"{place.relation} as rows"
    told = f"rows.{ASSESSMENT}"
    if place.is_delivered:
        rows += (
            f" join temp.{READ} as read on read.place = {literal(place.name)}"
            f" and read.id_column = {literal(ASSESSMENT)} and read.cell = rows.{ASSESSMENT}"
        )
        told = "read.told"
    return _texts(
        con,
        f"select distinct {told} from {rows} where rows.{PATIENT} in (select unnest($ids))"
        f" and {told} is not null",
        patients,
    )


def _texts(con: Connection, sql: str, ids: set[str] | None = None) -> set[str]:
    """Run a query of one column of texts; with `ids` as its parameter none are found where there are none."""
    if ids is None:
        rows = con.execute(sql)
    elif ids:
        rows = con.execute(sql, {"ids": sorted(ids)})
    else:
        return set()
    return {str(one) for (one,) in rows.fetchall()}
