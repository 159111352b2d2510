"""What an adapter's folder says: its description, held key by key, and the texts of the SELECTs beside it.

Not here: where the folder lies (`adapters/found.py`), and running the SELECTs (`adapters/run.py`).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Any

from bpp_etl.errors import BppError, shown
from bpp_etl.landing.last_contact import ANY_RECORD
from schemas.contract import columns_of
from schemas.tables import DELIVERABLE, TABLES

DESCRIPTION = "adapter.toml"
STEPS = "steps"
SOURCE_ROWS = "source_rows"
TEXTS = ("title", "version", "citation", "page", "description")
KEYS = (*TEXTS, "steps", "contacts", "sources", "tables")
RELATION = re.compile(r"[a-z][a-z0-9_]{0,62}", re.ASCII)
STAMPED = ("file", "row_number")
"""What a source's relation has beside the delivered columns."""


class AdapterError(BppError):
    """An adapter is unknown, or its folder does not say or do what it must."""


@dataclass(frozen=True)
class Source:
    """One file that the standard delivers: its name, and the columns that the adapter's SQL reads.

    `is_split` says that it may come in several, each named as it with one or two more letters (LB as LBCH).
    """

    name: str
    is_split: bool
    is_required: bool
    required_columns: tuple[str, ...]
    optional_columns: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """Return every column that the SQL reads; it must exist in the source's relation, null or not."""
        return self.required_columns + self.optional_columns


@dataclass(frozen=True)
class Adapter:
    """How one standard becomes canonical tables, each SELECT by the name of what it yields.

    The SELECTs stand over relations named after the sources: each with the source's columns as VARCHAR,
    `row_number` (BIGINT, from 1) and `file`. A step is a SELECT whose rows stand under its name for the steps
    and tables after it. A table yields the canonical columns as VARCHAR, and the `row_number` and `file` that
    a row comes from. These name the row: a source row makes at most one row of a table. `derived_from` and
    `scope` say from which sources, and which of their rows. `source_rows` counts every source row by what
    becomes of it: source, meaning, table_name (null: nothing), source_rows.

    `contacts` are the records that [last_contact] of registry.toml may name, and what each is. The SELECT of
    patients yields the day of each in a column of its name, which is used where it is declared alone.
    """

    name: str
    title: str
    version: str
    citation: str
    page: str
    description: str
    contacts: Mapping[str, str]
    sources: tuple[Source, ...]
    steps: Mapping[str, str]
    tables: Mapping[str, str]
    derived_from: Mapping[str, tuple[str, ...]]
    scope: Mapping[str, str]
    source_rows: str

    @property
    def selects(self) -> dict[str, str]:
        """Return every SELECT by its file's place in the folder, in the order in which they run."""
        steps = {f"{STEPS}/{name}.sql": text for name, text in self.steps.items()}
        tables = {f"{name}.sql": text for name, text in self.tables.items()}
        return {**steps, **tables, f"{SOURCE_ROWS}.sql": self.source_rows}

    def tables_from(self, delivered: Collection[str]) -> tuple[str, ...]:
        """Return the tables of which any source is delivered; a source that is not reads as empty."""
        return tuple(table for table in self.tables if set(self.derived_from[table]) & set(delivered))


def adapter_in(folder: Traversable) -> Adapter:
    """Read the adapter in a folder; AdapterError names the key or the file that is not as it must be."""
    where = f"{folder.name}/{DESCRIPTION}"
    try:
        told = tomllib.loads(text_of(folder, DESCRIPTION))
    except tomllib.TOMLDecodeError:
        raise AdapterError(f"{where} cannot be read as TOML", "check its quotes and brackets") from None
    _exactly({"steps": [], "contacts": {}, **told}, KEYS, where)
    texts = {key: _text(told[key], f"{where}: {key}") for key in TEXTS}
    sources = tuple(_source(name, spec, where) for name, spec in _table(told["sources"], where).items())
    tables = _tables(_table(told["tables"], where), {source.name for source in sources}, where)
    steps = _names(told.get("steps", []), f"{where}: steps")
    _distinct([*(source.name for source in sources), *steps, *DELIVERABLE, SOURCE_ROWS], where)
    _same_names(folder, where, (*tables, SOURCE_ROWS), "give each [tables.<table>] one <table>.sql")
    if steps or folder.joinpath(STEPS).is_dir():
        _same_names(folder.joinpath(STEPS), f"{where}: steps", steps, "give each step one steps/<step>.sql")
    return Adapter(
        name=folder.name,
        **texts,
        contacts=_contacts(told.get("contacts", {}), f"{where} [contacts]"),
        sources=sources,
        steps={step: text_of(folder, f"{STEPS}/{step}.sql") for step in steps},
        tables={table: text_of(folder, f"{table}.sql") for table in tables},
        derived_from={
            table: _names(spec["sources"], f"{where} [tables.{table}]") for table, spec in tables.items()
        },
        scope={table: _text(spec["scope"], f"{where} [tables.{table}]") for table, spec in tables.items()},
        source_rows=text_of(folder, f"{SOURCE_ROWS}.sql"),
    )


def parts_of(folder: Traversable) -> dict[str, Traversable]:
    """List the files that make an adapter, each by its place: the description and every SELECT."""
    found = {DESCRIPTION: folder.joinpath(DESCRIPTION)}
    for place, prefix in ((folder, ""), (folder.joinpath(STEPS), f"{STEPS}/")):
        if place.is_dir():
            found |= {f"{prefix}{entry.name}": entry for entry in _entries(place) if _is_select(entry.name)}
    return found


def text_of(folder: Traversable, place: str) -> str:
    """Read one file of an adapter's folder."""
    try:
        return folder.joinpath(place).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise AdapterError(f"{folder.name}/{place} is not text in UTF-8", "save it as UTF-8") from None
    except OSError as error:
        raise AdapterError(
            f"{folder.name}/{place} cannot be read: {error.strerror or type(error).__name__}",
            "check that it is there, and its permissions",
        ) from None


def _entries(folder: Traversable) -> list[Traversable]:
    try:
        return sorted(folder.iterdir(), key=lambda entry: entry.name)
    except OSError as error:
        raise AdapterError(
            f"the adapter's folder {folder.name} cannot be opened: {error.strerror}", "check its permissions"
        ) from None


def _is_select(name: str) -> bool:
    return name.endswith(".sql")


def _source(name: str, told: Any, where: str) -> Source:
    at = f"{where} [sources.{shown(name)}]"
    told = {"split": False, **_table(told, at)}
    _exactly(told, ("required", "split", "columns"), at)
    columns = _table(told["columns"], at)
    if any(not isinstance(one, bool) for one in (told["required"], told["split"], *columns.values())):
        raise AdapterError(
            f"{at}: required, split and every column must be true or false", "mend the description"
        )
    odd = [column for column in columns if column != column.lower() or column in STAMPED]
    if odd:
        raise AdapterError(
            f"{at} names columns that no header can give: {_listed(odd)}",
            f"headers are read in small letters; {' and '.join(STAMPED)} are there by themselves",
        )
    return Source(
        name=name,
        is_split=told["split"],
        is_required=told["required"],
        required_columns=tuple(column for column, required in columns.items() if required),
        optional_columns=tuple(column for column, required in columns.items() if not required),
    )


def _contacts(told: Any, where: str) -> dict[str, str]:
    """Return what each record is from which a last contact may follow."""
    found = {name: _text(words, f"{where}: {shown(name)}") for name, words in _table(told, where).items()}
    ours = (ANY_RECORD, *DELIVERABLE, *(column.name for column in columns_of(TABLES["patients"].contract)))
    odd = [name for name in found if not RELATION.fullmatch(name) or name in ours or name in STAMPED]
    if odd:
        raise AdapterError(
            f"{where} gives names that do not fit or are taken: {_listed(odd)}",
            "small letters, digits and _; our tables and columns have names of their own",
        )
    return found


def _tables(told: Mapping[str, Any], sources: Collection[str], where: str) -> dict[str, Mapping[str, Any]]:
    """Return the described tables in the order in which a gate judges them: parents first."""
    for table, spec in told.items():
        at = f"{where} [tables.{shown(table)}]"
        if table not in DELIVERABLE:
            raise AdapterError(f"{at} is no canonical table", f"known: {', '.join(DELIVERABLE)}")
        _exactly(_table(spec, at), ("sources", "scope"), at)
        named = _names(spec["sources"], at)
        unknown = sorted(set(named) - set(sources))
        if unknown or not named:
            raise AdapterError(
                f"{at} names sources without a description: {_listed(unknown) or 'none at all'}",
                "describe each under [sources.<name>]",
            )
    return {table: told[table] for table in DELIVERABLE if table in told}


def _same_names(folder: Traversable, where: str, named: Iterable[str], hint: str) -> None:
    entries = _entries(folder) if folder.is_dir() else []
    files = {entry.name.removesuffix(".sql") for entry in entries if _is_select(entry.name)}
    odd = sorted(files ^ set(named))
    if odd:
        raise AdapterError(f"{where} and the SQL files do not name the same: {_listed(odd)}", hint)


def _distinct(relations: list[str], where: str) -> None:
    """Hold the names of relations apart: SQL would find one of them in the place of the other."""
    odd = sorted({name for name in relations if relations.count(name) > 1 or not RELATION.fullmatch(name)})
    if odd:
        raise AdapterError(
            f"{where} gives names that do not fit or are taken: {_listed(odd)}",
            "small letters, digits and _; sources, steps and canonical tables have names of their own",
        )


def _exactly(told: Mapping[str, Any], keys: Collection[str], where: str) -> None:
    odd = sorted(set(told) ^ set(keys))
    if odd:
        raise AdapterError(
            f"{where}: keys are missing or unknown: {_listed(odd)}", f"it has exactly: {', '.join(keys)}"
        )


def _table(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise AdapterError(f"{where} must be a table", "write it as [table] with keys below")
    return value


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise AdapterError(f"{where} must be text, and not empty", "put it in quotes")
    return value.strip()


def _names(value: Any, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise AdapterError(f"{where} must list names", 'for example ["dm", "ex"]')
    return tuple(value)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(shown, names))
