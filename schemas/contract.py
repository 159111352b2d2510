"""The base of every table contract, and the plain description of it that DDL, docs and UI derive from.

Not here: any particular table, and anything that touches a database.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

import pandera.polars as pa
import polars as pl
from pandera.polars import DataFrameModel, dataframe_check

from schemas.laws import Law, RowLaw


class Contract(DataFrameModel):
    """A table's contract: its docstring states the grain, `key` names a row, each field describes a column.

    `class Patients(Contract, key=("registry", "patient_id"))`: no two rows hold the same in all columns of
    the key, and none of these columns is empty. There is no contract without a key.

    `_laws` judge its rows. One that looks at a row alone and refuses it is a check of the contract; a row
    that is only flagged breaks its law and stays.
    """

    _key: ClassVar[tuple[str, ...]]
    _laws: ClassVar[tuple[Law, ...]] = ()

    def __init_subclass__(cls, *, key: tuple[str, ...], **kwargs: Any) -> None:
        """Keep the key beside the columns, and make the checks."""
        for law in cls._laws:
            if isinstance(law, RowLaw) and law.severity == "refuse":
                setattr(cls, law.id, _check_of(law))
        super().__init_subclass__(**kwargs)  # type: ignore[no-untyped-call]
        cls._key = key

    class Config:
        """Columns are judged by name; what a contract does not name is not judged."""

        strict = False


def _check_of(law: RowLaw) -> Any:
    def judge(_: type[Contract], data: pa.PolarsData) -> pl.LazyFrame:
        return law.judge(data)

    return dataframe_check(judge, name=law.id)


@dataclass(frozen=True)
class Column:
    """One column of a contract, free of pandera: what DDL, comments, dictionary and UI need."""

    name: str
    dtype: str
    nullable: bool
    description: str
    codes: tuple[str, ...] = ()
    unit: str | None = None
    delivered: bool = False
    required: bool = False
    kind: str = "text"
    default: str | None = None
    unreadable: str | None = None
    from_range: str | None = None
    codes_from: float | None = None


KINDS = ("text", "code", "date", "number", "integer", "boolean")


def delivered(
    description: str,
    *,
    kind: str = "text",
    required: bool = False,
    codes: Iterable[str] = (),
    unit: str | None = None,
    default: str | None = None,
    unreadable: str | None = None,
    from_range: str | None = None,
    codes_from: float | None = None,
) -> Any:
    """Declare a column that a registry delivers.

    `kind` says how its text is read (one of KINDS); `required` that every row fills it; `default` the value
    read into an empty cell. Of an optional number: `unreadable` is the rule that flags what cannot be read,
    `from_range` the one that flags a range, whose upper end is read; from `codes_from` on it is a code for
    something else (`number_is_a_code`), and no number.
    """
    if kind not in KINDS:
        raise ValueError(f"a delivered column is of kind {kind!r}; known: {', '.join(KINDS)}")
    listed = tuple(codes)
    return pa.Field(
        nullable=not required,
        isin=list(listed) if listed else None,
        description=description,
        metadata={
            "delivered": True,
            "required": required,
            "kind": kind,
            "codes": listed,
            "unit": unit,
            "default": default,
            "unreadable": unreadable,
            "from_range": from_range,
            "codes_from": codes_from,
        },
    )


def derived(
    description: str, *, nullable: bool = True, unit: str | None = None, codes: Iterable[str] = ()
) -> Any:
    """Declare a column that this project works out."""
    listed = tuple(codes)
    return pa.Field(
        nullable=nullable,
        isin=list(listed) if listed else None,
        description=description,
        metadata={"codes": listed, "unit": unit},
    )


@cache
def columns_of(contract: type[Contract]) -> tuple[Column, ...]:
    """Describe a contract's columns in their order."""
    described = []
    for name, column in contract.to_schema().columns.items():
        about: dict[str, Any] = column.metadata or {}
        described.append(
            Column(
                name=name,
                dtype=str(column.dtype),
                nullable=bool(column.nullable),
                description=column.description or "",
                codes=tuple(about.get("codes", ())),
                unit=about.get("unit"),
                delivered=bool(about.get("delivered", False)),
                required=bool(about.get("required", False)),
                kind=str(about.get("kind", "text")),
                default=about.get("default"),
                unreadable=about.get("unreadable"),
                from_range=about.get("from_range"),
                codes_from=about.get("codes_from"),
            )
        )
    return tuple(described)


def delivered_columns(contract: type[Contract]) -> tuple[Column, ...]:
    """List the columns that a registry sends, in the contract's order."""
    return tuple(column for column in columns_of(contract) if column.delivered)


def key_of(contract: type[Contract]) -> tuple[str, ...]:
    """Return the columns that together name one row of the table."""
    return contract._key


def laws_of(contract: type[Contract]) -> tuple[Law, ...]:
    """List the laws that stand in a table's contract."""
    return contract._laws


def grain_of(contract: type[Contract]) -> str:
    """Return the first sentence of the contract's docstring: what one row is."""
    text = (contract.__doc__ or "").strip().split("\n\n", 1)[0]
    return " ".join(text.split())
