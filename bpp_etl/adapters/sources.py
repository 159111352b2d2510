"""What an adapter's description says of its sources: the files, or the documents, that its SQL reads.

Not here: the rest of a description (`adapters/description.py`), and reading what is delivered.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from bpp_etl.adapters.documents import path_of
from bpp_etl.adapters.told import AdapterError, exactly, listed, names_in, table_in, text_in
from bpp_etl.errors import shown

STAMPED = ("file", "row_number")
"""What a source's relation has beside the delivered columns."""


@dataclass(frozen=True)
class Source:
    """One file that the standard delivers: its name, and the columns that the adapter's SQL reads.

    `is_split` says that it may come in several, each named as it with one or two more letters (LB as LBCH).
    `files` are patterns of further names, in small letters: each file of such a name is a part. `is_tabbed`
    says that it may be text with tabs between its columns, below lines that begin with #.
    Where the standard delivers documents, a source has those of a `kind`, whatever their files are called:
    each column is what lies at the first of its paths where there is something, and a `nested` one is JSON.
    """

    name: str
    is_split: bool
    is_required: bool
    required_columns: tuple[str, ...]
    optional_columns: tuple[str, ...]
    kind: str | None = None
    paths: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    nested: frozenset[str] = frozenset()
    files: tuple[str, ...] = ()
    is_tabbed: bool = False

    def is_part(self, stem: str) -> bool:
        """Say whether the file of a name is a part of it, as its own name says, or a pattern."""
        name = stem.lower()
        is_split = self.is_split and re.fullmatch(f"{re.escape(self.name)}[a-z0-9]{{1,2}}", name)
        return bool(is_split) or any(fnmatchcase(name, pattern) for pattern in self.files)

    @property
    def columns(self) -> tuple[str, ...]:
        """Return every column that the SQL reads; it must exist in the source's relation, null or not."""
        return self.required_columns + self.optional_columns


def source_of_files(name: str, told: Any, where: str) -> Source:
    at = f"{where} [sources.{shown(name)}]"
    told = {"split": False, "tabbed": False, "files": [], **table_in(told, at)}
    exactly(told, ("required", "split", "tabbed", "files", "columns"), at)
    columns = table_in(told["columns"], at)
    answers = (told["required"], told["split"], told["tabbed"], *columns.values())
    if any(not isinstance(one, bool) for one in answers):
        raise AdapterError(
            f"{at}: required, split, tabbed and every column must be true or false", "mend the description"
        )
    _ensure_columns(columns, at)
    return Source(
        name=name,
        is_split=told["split"],
        is_required=told["required"],
        required_columns=tuple(column for column, required in columns.items() if required),
        optional_columns=tuple(column for column, required in columns.items() if not required),
        files=names_in(told["files"], f"{at}: files"),
        is_tabbed=told["tabbed"],
    )


def source_of_documents(name: str, told: Any, where: str) -> Source:
    at = f"{where} [sources.{shown(name)}]"
    told = {"columns": {}, "nested": {}, **table_in(told, at)}
    exactly(told, ("required", "kind", "columns", "nested"), at)
    if not isinstance(told["required"], bool):
        raise AdapterError(f"{at}: required must be true or false", "mend the description")
    columns, nested = table_in(told["columns"], at), table_in(told["nested"], at)
    if columns.keys() & nested.keys():
        raise AdapterError(f"{at} names a column twice", "in [columns] its cells are text, in [nested] JSON")
    paths = {column: _paths(told, at) for column, told in {**columns, **nested}.items()}
    _ensure_columns(paths, at)
    return Source(
        name=name,
        is_split=False,
        is_required=told["required"],
        required_columns=(),
        optional_columns=tuple(paths),
        kind=text_in(told["kind"], f"{at}: kind"),
        paths=paths,
        nested=frozenset(nested),
    )


def _paths(told: Any, at: str) -> tuple[str, ...]:
    return tuple(path_of(path, at) for path in (told if isinstance(told, list) and told else [told]))


def _ensure_columns(columns: Collection[str], at: str) -> None:
    odd = [column for column in columns if column != column.lower() or column in STAMPED]
    if odd or not columns:
        raise AdapterError(
            f"{at} names columns that no header can give: {listed(odd) or 'none at all'}",
            f"headers are read in small letters; {' and '.join(STAMPED)} are there by themselves",
        )
