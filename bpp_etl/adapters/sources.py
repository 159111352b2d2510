"""What an adapter's description says of its sources: the files, or the documents, that its SQL reads.

Not here: the rest of a description (`adapters/description.py`), and reading what is delivered.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from bpp_etl.adapters.documents import path_of
from bpp_etl.adapters.told import AdapterError, exactly, listed, names_in, table_in, text_in
from bpp_etl.errors import shown

STAMPED = ("file", "row_number")
"""What a source's relation has beside the delivered columns."""
ANY = "any"
"""What a description says of the columns of a source that may have any."""
CELL = ("position", "field", "value")
"""The columns of such a source's relation: a row for each filled cell, and one for each row itself."""
PAIR = 2
OF_FILES = ("required", "split", "tabbed", "files", "columns")


@dataclass(frozen=True)
class Source:
    """One file that the standard delivers: its name, and the columns that the adapter's SQL reads.

    `is_split` says that it may come in several, each named as it with one or two more letters (LB as LBCH).
    `files` are patterns of further names, in small letters: each file of such a name is a part. `is_tabbed`
    says that it may be text with tabs between its columns, below lines that begin with #.
    Where the standard delivers documents, a source has those of a `kind`, whatever their files are called:
    each column is what lies at the first of its paths where there is something, and a `nested` one is JSON.

    Where an export has columns of any name, the step `fields` names those that are read, and the relation is
    long: `position`, `field` and `value` of each filled cell, and a row of position 0 for each row of a file.
    `beside` are columns that stand beside every cell of a row: the step says which field each is. `pair`
    names the two columns by which a file may be long itself: that of the field, and that of the value.
    """

    name: str
    is_split: bool
    is_required: bool
    required_columns: tuple[str, ...]
    optional_columns: tuple[str, ...]
    kind: str | None = None
    paths: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    nested: frozenset[str] = frozenset()
    fields: str | None = None
    beside: tuple[str, ...] = ()
    pair: tuple[str, ...] = ()
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
    if told.get("columns") == ANY:
        return _of_any_columns(name, {"beside": [], "pair": [], **told}, at)
    exactly(told, OF_FILES, at)
    columns = table_in(told["columns"], at)
    _ensure_truths((told["required"], told["split"], told["tabbed"], *columns.values()), at)
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


def _of_any_columns(name: str, told: Mapping[str, Any], at: str) -> Source:
    exactly(told, (*OF_FILES, "fields", "beside", "pair"), at)
    _ensure_truths((told["required"], told["split"], told["tabbed"]), at)
    pair = names_in(told["pair"], f"{at}: pair")
    if pair and len(pair) != PAIR:
        raise AdapterError(
            f"{at}: pair must name two columns", "that of the field's name, and that of its value"
        )
    beside = names_in(told["beside"], f"{at}: beside")
    _ensure_columns((*CELL, *beside), at)
    return Source(
        name=name,
        is_split=told["split"],
        is_required=told["required"],
        required_columns=(),
        optional_columns=(*CELL, *beside),
        fields=text_in(told["fields"], f"{at}: fields"),
        beside=beside,
        pair=pair,
        files=names_in(told["files"], f"{at}: files"),
        is_tabbed=told["tabbed"],
    )


def _ensure_truths(told: Iterable[object], at: str) -> None:
    if any(not isinstance(one, bool) for one in told):
        raise AdapterError(
            f"{at}: required, split, tabbed and every column must be true or false", "mend the description"
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
