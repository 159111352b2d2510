"""What every document says of a table, whatever its standard: fields, key, references and rules.

Not here: how a standard puts it (`odcs.py`, `data_package.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from bpp_etl.errors import UsageError, shown
from bpp_etl.warehouse.ddl import sql_type
from schemas.bounds import Bounds
from schemas.catalog import catalog
from schemas.codes import NULL_WORDS
from schemas.contract import Column, columns_of, delivered_columns, grain_of, key_of, laws_of
from schemas.laws import Law, RowLaw
from schemas.references import Reference, references_of
from schemas.rules import rules_of
from schemas.tables import TABLES, DeliveredTable

LANDING = "landing"
"""The part that a registry delivers; the others are the schemas of a release."""
CODE_UNKNOWN = "code_unknown"
"""The rule that refuses a row for a code in no list; where it does not hold, other codes may stand."""

PURPOSE = {
    LANDING: "What a registry delivers: one complete export, a file for each table.",
    "core": "What was admitted of the deliveries in service, harmonised: days, numbers, codes and units.",
    "quarantine": "Every refused row as it was delivered, with each rule that it broke.",
    "event": "Bone pseudoprogression by patient and protocol: calls, their evidence, and open questions.",
    "metric": "What was measured over all registries, exactly, by protocol and stratum.",
    "quality": "How each delivery stood against the gate, and what came before this release.",
    "meta": "What the release is, which protocols were applied, and its dictionary.",
}
"""Part -> what it holds, in a sentence."""

Kind = Literal["text", "integer", "number", "boolean", "date", "moment", "list"]

_KINDS: dict[str, Kind] = {
    "VARCHAR": "text",
    "BIGINT": "integer",
    "INTEGER": "integer",
    "DOUBLE": "number",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "moment",
}
_DELIVERED_KINDS: dict[str, Kind] = {
    "text": "text",
    "code": "text",
    "date": "date",
    "number": "number",
    "integer": "integer",
    "boolean": "boolean",
}


@dataclass(frozen=True)
class Field:
    """One column; `codes` are all that it may hold, where there are any.

    `item` is the kind of what a list holds, `sql_type` is None where the column is text in a file.
    """

    column: Column
    kind: Kind
    description: str
    is_required: bool
    codes: tuple[str, ...] = ()
    item: Kind | None = None
    sql_type: str | None = None
    bounds: Bounds | None = None

    @property
    def name(self) -> str:
        """Return the column's name."""
        return self.column.name


@dataclass(frozen=True)
class Described:
    """One table of a part: what one row is, what names it, and what holds for it."""

    part: str
    name: str
    grain: str
    key: tuple[str, ...]
    fields: tuple[Field, ...]
    references: tuple[Reference, ...]
    laws: tuple[Law, ...]


def parts() -> tuple[str, ...]:
    """List what there are documents of: what is delivered, and each schema of a release."""
    return tuple(PURPOSE)


def ensure_parts(names: Iterable[str]) -> None:
    """Refuse what is no part; errors: UsageError that lists them."""
    for name in names:
        if name not in parts():
            raise UsageError(f"there is no contract of {shown(name)}", f"there are: {', '.join(parts())}")


def tables_of(part: str) -> tuple[Described, ...]:
    """Describe each table of a part, in the order in which the data flows."""
    return tuple(_delivered() if part == LANDING else _published(part))


def null_words(codes: Sequence[str] = ()) -> tuple[str, ...]:
    """List the texts that mean empty in a delivered column that may hold these codes: a code means itself."""
    folded = {code.casefold() for code in codes}
    return ("", *spellings_of(word for word in NULL_WORDS if word not in folded))


def spellings_of(words: Iterable[str]) -> tuple[str, ...]:
    """List words whose case does not matter as they mostly are written: in lower, upper and title case."""
    forms = (form for word in words for form in (word, word.upper(), word.title()))
    return tuple(dict.fromkeys(forms))


def _published(schema: str) -> Iterator[Described]:
    for table, contract in catalog()[schema].items():
        laws = tuple(law for law in laws_of(contract) if isinstance(law, RowLaw) and law.severity == "refuse")
        bounds = _bounds_in(laws)
        yield Described(
            schema,
            table,
            grain_of(contract),
            key_of(contract),
            tuple(_published_field(column, bounds.get(column.name)) for column in columns_of(contract)),
            tuple(references_of(schema, table, contract)),
            laws,
        )


def _published_field(column: Column, bounds: Bounds | None) -> Field:
    written = sql_type(column)
    item, is_list = written.removesuffix("[]"), written.endswith("[]")
    return Field(
        column,
        "list" if is_list else _KINDS[item],
        column.description,
        is_required=not column.nullable,
        codes=column.codes,
        item=_KINDS[item] if is_list else None,
        sql_type=written,
        bounds=bounds,
    )


def _delivered() -> Iterator[Described]:
    for name, table in TABLES.items():
        laws = tuple(rule.law for rule in rules_of(name))
        bounds, is_closed = _bounds_in(laws), CODE_UNKNOWN in {law.id for law in laws}
        yield Described(
            LANDING,
            name,
            grain_of(table.contract),
            table.delivered_key,
            tuple(
                _delivered_field(column, bounds.get(column.name), is_closed=is_closed)
                for column in delivered_columns(table.contract)
            ),
            _parent_of(table),
            laws,
        )


def _delivered_field(column: Column, bounds: Bounds | None, *, is_closed: bool) -> Field:
    description = column.asked or column.description
    if column.codes and not is_closed:
        description += f" Codes: {', '.join(column.codes)}; rows with another are left aside."
    return Field(
        column,
        _DELIVERED_KINDS[column.kind],
        description,
        is_required=column.required,
        codes=column.codes if is_closed else (),
        # From so high on a number is a code, and empty: it breaks no bound.
        bounds=bounds if column.codes_from is None else None,
    )


def _parent_of(table: DeliveredTable) -> tuple[Reference, ...]:
    parent = table.parent
    return (Reference((parent.column,), LANDING, parent.table),) if parent is not None else ()


def _bounds_in(laws: tuple[Law, ...]) -> dict[str, Bounds]:
    """Find the bounds beyond which a row is refused, by column."""
    return {
        law.holds.column: law.holds
        for law in laws
        if isinstance(law, RowLaw) and law.severity == "refuse" and isinstance(law.holds, Bounds)
    }
