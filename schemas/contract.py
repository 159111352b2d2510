"""The base of every table contract, and the plain description of it that DDL, docs and UI derive from.

Not here: any particular table, and anything that touches a database.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from inspect import get_annotations
from typing import TYPE_CHECKING, Any, ClassVar, get_args, get_origin

import polars as pl

from schemas.laws import Law

if TYPE_CHECKING:
    import pandera.polars as pa


@dataclass(frozen=True)
class Column:
    """One column of a contract: what the schema, DDL, comments, dictionary and UI need.

    `dtype` is a type of polars by its name, as in `List(String)`. `asked` is what a form asks for, where the
    description tells what comes of it.
    """

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
    asked: str | None = None


class Contract:
    """A table's contract: its docstring states the grain, `key` names a row, each field describes a column.

    `class Patients(Contract, key=("registry", "patient_id"))`: no two rows hold the same in all columns of
    the key, and none of these columns is empty. There is no contract without a key.

    `_laws` judge its rows. One that looks at a row alone and refuses it is a check of the contract; a row
    that is only flagged breaks its law and stays. Columns are judged by name; what a contract does not name
    is not judged.
    """

    _key: ClassVar[tuple[str, ...]]
    _laws: ClassVar[tuple[Law, ...]] = ()
    _columns: ClassVar[tuple[Column, ...]]
    _types: ClassVar[tuple[pl.DataType | type[pl.DataType], ...]]
    _schema: ClassVar[pa.DataFrameSchema | None]

    def __init_subclass__(cls, *, key: tuple[str, ...], **kwargs: Any) -> None:
        """Keep the key, and the columns with the types that they are declared with."""
        super().__init_subclass__(**kwargs)
        cls._key, cls._schema = key, None
        types = {name: _polars_type(stated) for name, stated in get_annotations(cls).items()}
        cls._columns = tuple(
            replace(vars(cls)[name], name=name, dtype=str(kind)) for name, kind in types.items()
        )
        cls._types = tuple(types.values())

    @classmethod
    def to_schema(cls) -> pa.DataFrameSchema:
        """Give the contract as pandera's schema."""
        # pandera takes a second to load, and most who ask what a column is never judge one.
        from schemas.checks import schema_of  # noqa: PLC0415

        if cls._schema is None:
            cls._schema = schema_of(cls)
        return cls._schema

    @classmethod
    def validate(cls, frame: pl.DataFrame) -> pl.DataFrame:
        """Judge an eager frame; pandera's errors name every check that fails."""
        return cls.to_schema().validate(frame, lazy=True)


def _polars_type(stated: Any) -> pl.DataType | type[pl.DataType]:
    """Read the type of a field: a type of polars, or `Annotated` with what makes one."""
    made: Any = get_origin(stated)
    return stated if made is None else stated.__origin__(*get_args(stated)[1:])  # type: ignore[no-any-return]


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
    asked: str | None = None,
) -> Any:
    """Declare a column that a registry delivers.

    `kind` says how its text is read (one of KINDS); `required` that every row fills it; `default` the value
    read into an empty cell. Of an optional number: `unreadable` is the rule that flags what cannot be read,
    `from_range` the one that flags a range, whose upper end is read; from `codes_from` on it is a code for
    something else (`number_is_a_code`), and no number. `asked` is what a form asks for, where the description
    tells what comes of it.
    """
    if kind not in KINDS:
        raise ValueError(f"a delivered column is of kind {kind!r}; known: {', '.join(KINDS)}")
    return Column(
        name="",
        dtype="",
        nullable=not required,
        description=description,
        codes=tuple(codes),
        unit=unit,
        delivered=True,
        required=required,
        kind=kind,
        default=default,
        unreadable=unreadable,
        from_range=from_range,
        codes_from=codes_from,
        asked=asked,
    )


def derived(
    description: str, *, nullable: bool = True, unit: str | None = None, codes: Iterable[str] = ()
) -> Any:
    """Declare a column that this project works out."""
    return Column("", "", nullable, description, tuple(codes), unit)


def columns_of(contract: type[Contract]) -> tuple[Column, ...]:
    """Describe a contract's columns in their order."""
    return contract._columns


def types_of(contract: type[Contract]) -> tuple[pl.DataType | type[pl.DataType], ...]:
    """Give the polars type of each column of a contract, in their order."""
    return contract._types


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
