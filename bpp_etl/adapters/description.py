"""What an adapter's folder says: its description, held key by key, and the texts of the SELECTs beside it.

Not here: where the folder lies (`adapters/found.py`), and running the SELECTs (`adapters/run.py`).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib.resources.abc import Traversable
from typing import Any

from bpp_etl.adapters.documents import Documents, documents_of
from bpp_etl.adapters.sources import STAMPED, Source, source_of_documents, source_of_files
from bpp_etl.adapters.told import AdapterError, exactly, listed, names_in, table_in, text_in
from bpp_etl.errors import shown
from bpp_etl.landing.last_contact import ANY_RECORD
from bpp_etl.landing.registry_keys import TOP_LEVEL
from schemas.contract import columns_of
from schemas.tables import DELIVERABLE, TABLES

DESCRIPTION = "adapter.toml"
STEPS = "steps"
SOURCE_ROWS = "source_rows"
TEXTS = ("title", "version", "citation", "page", "description")
KEYS = (*TEXTS, "steps", "not_read", "documents", "settings", "contacts", "sources", "tables")
RELATION = re.compile(r"[a-z][a-z0-9_]{0,62}", re.ASCII)
SETTING = "setting"
"""The relation that a registry's settings are, beside the sources."""
OUR_COLUMN = "our_column"
"""The relation of our own columns: each with its kind, and a row for each word that it may hold."""
ANY = "*"
"""The end of a setting's path that stands for any name."""
PATH = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*(\.\*)?", re.ASCII)


@dataclass(frozen=True)
class Adapter:
    """How one standard becomes canonical tables, each SELECT by the name of what it yields.

    The SELECTs stand over relations named after the sources: each with the source's columns as VARCHAR,
    `row_number` (BIGINT, from 1) and `file`. A step is a SELECT whose rows stand under its name for the steps
    and tables after it. A table yields the canonical columns as VARCHAR, and the `row_number` and `file` that
    a row comes from. These name the row: a source row makes at most one row of a table. `derived_from` and
    `scope` say from which sources, and which of their rows. `source_rows` counts every source row by what
    becomes of it: source, meaning, table_name (null: nothing), source_rows. `not_read` are patterns, in small
    letters, of names that the standard has for files and folders of which nothing is read.

    `contacts` are the records that [last_contact] of registry.toml may name, and what each is. The SELECT of
    patients yields the day of each in a column of its name, which is used where it is declared alone.
    """

    name: str
    title: str
    version: str
    citation: str
    page: str
    description: str
    settings: Mapping[str, str]
    contacts: Mapping[str, str]
    sources: tuple[Source, ...]
    steps: Mapping[str, str]
    tables: Mapping[str, str]
    derived_from: Mapping[str, tuple[str, ...]]
    scope: Mapping[str, str]
    source_rows: str
    documents: Documents | None = None
    not_read: tuple[str, ...] = ()

    @property
    def selects(self) -> dict[str, str]:
        """Return every SELECT by its file's place in the folder, in the order in which they run."""
        steps = {f"{STEPS}/{name}.sql": text for name, text in self.steps.items()}
        tables = {f"{name}.sql": text for name, text in self.tables.items()}
        return {**steps, **tables, f"{SOURCE_ROWS}.sql": self.source_rows}

    def passes_over(self, name: str) -> bool:
        """Say whether a file or folder is one of the standard's of which nothing is read."""
        return any(fnmatchcase(name.lower(), pattern) for pattern in self.not_read)

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
    absent: dict[str, Any] = {"steps": [], "not_read": [], "documents": None, "settings": {}, "contacts": {}}
    exactly({**absent, **told}, KEYS, where)
    texts = {key: text_in(told[key], f"{where}: {key}") for key in TEXTS}
    documents = documents_of(told.get("documents"), where)
    make = source_of_files if documents is None else source_of_documents
    sources = tuple(make(name, spec, where) for name, spec in table_in(told["sources"], where).items())
    tables = _tables(table_in(told["tables"], where), {source.name for source in sources}, where)
    steps = names_in(told.get("steps", []), f"{where}: steps")
    _distinct(
        [*(source.name for source in sources), *steps, *DELIVERABLE, SOURCE_ROWS, SETTING, OUR_COLUMN], where
    )
    unknown = sorted({source.fields for source in sources if source.fields} - {*steps})
    if unknown:
        raise AdapterError(f"{where} has no step {listed(unknown)}", "it names the fields that are read")
    _same_names(folder, where, (*tables, SOURCE_ROWS), "give each [tables.<table>] one <table>.sql")
    if steps or folder.joinpath(STEPS).is_dir():
        _same_names(folder.joinpath(STEPS), f"{where}: steps", steps, "give each step one steps/<step>.sql")
    return Adapter(
        name=folder.name,
        **texts,
        settings=_settings(told.get("settings", {}), folder.name, f"{where} [settings]"),
        contacts=_contacts(told.get("contacts", {}), f"{where} [contacts]"),
        sources=sources,
        steps={step: text_of(folder, f"{STEPS}/{step}.sql") for step in steps},
        tables={table: text_of(folder, f"{table}.sql") for table in tables},
        derived_from={
            table: names_in(spec["sources"], f"{where} [tables.{table}]") for table, spec in tables.items()
        },
        scope={table: text_in(spec["scope"], f"{where} [tables.{table}]") for table, spec in tables.items()},
        source_rows=text_of(folder, f"{SOURCE_ROWS}.sql"),
        documents=documents,
        not_read=names_in(told.get("not_read", []), f"{where}: not_read"),
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


def _settings(told: Any, name: str, where: str) -> dict[str, str]:
    """Return what each path states; a format whose section would be a key of ours can have none."""
    paths = {
        path: text_in(states, f"{where}: {shown(path)}") for path, states in table_in(told, where).items()
    }
    if paths and name in TOP_LEVEL:
        raise AdapterError(
            f"{where}: {name} is a key of registry.toml already", "give the adapter's folder another name"
        )
    odd = [path for path in paths if not PATH.fullmatch(path)]
    if odd:
        raise AdapterError(
            f"{where} has paths that do not fit: {listed(odd)}",
            "small letters, digits and _, with dots between; the last part may be *",
        )
    return paths


def _contacts(told: Any, where: str) -> dict[str, str]:
    """Return what each record is from which a last contact may follow."""
    found = {name: text_in(words, f"{where}: {shown(name)}") for name, words in table_in(told, where).items()}
    ours = (ANY_RECORD, *DELIVERABLE, *(column.name for column in columns_of(TABLES["patients"].contract)))
    odd = [name for name in found if not RELATION.fullmatch(name) or name in (*ours, *STAMPED)]
    if odd:
        raise AdapterError(
            f"{where} gives names that do not fit or are taken: {listed(odd)}",
            "small letters, digits and _; our tables and columns have names of their own",
        )
    return found


def _tables(told: Mapping[str, Any], sources: Collection[str], where: str) -> dict[str, Mapping[str, Any]]:
    """Return the described tables in the order in which a gate judges them: parents first."""
    for table, spec in told.items():
        at = f"{where} [tables.{shown(table)}]"
        if table not in DELIVERABLE:
            raise AdapterError(f"{at} is no canonical table", f"known: {', '.join(DELIVERABLE)}")
        exactly(table_in(spec, at), ("sources", "scope"), at)
        named = names_in(spec["sources"], at)
        unknown = sorted(set(named) - set(sources))
        if unknown or not named:
            raise AdapterError(
                f"{at} names sources without a description: {listed(unknown) or 'none at all'}",
                "describe each under [sources.<name>]",
            )
    return {table: told[table] for table in DELIVERABLE if table in told}


def _same_names(folder: Traversable, where: str, named: Iterable[str], hint: str) -> None:
    entries = _entries(folder) if folder.is_dir() else []
    files = {entry.name.removesuffix(".sql") for entry in entries if _is_select(entry.name)}
    odd = sorted(files ^ set(named))
    if odd:
        raise AdapterError(f"{where} and the SQL files do not name the same: {listed(odd)}", hint)


def _distinct(relations: list[str], where: str) -> None:
    """Hold the names of relations apart: SQL would find one of them in the place of the other."""
    odd = sorted({name for name in relations if relations.count(name) > 1 or not RELATION.fullmatch(name)})
    if odd:
        raise AdapterError(
            f"{where} gives names that do not fit or are taken: {listed(odd)}",
            "small letters, digits and _; sources, steps and canonical tables have names of their own",
        )
