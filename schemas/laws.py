"""What a law of the gate is: one declaration of everything there is to say of it, in the kinds there are.

Laid on a table, a law is a rule (`schemas/rules.py`). Not here: any law. Those of one table stand in its
contract, those of many in `schemas/general_laws.py`, those of deliveries in `schemas/delivery_laws.py`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import polars as pl

from schemas.bounds import Bounds
from schemas.codes import Category, Severity
from schemas.examples import Cell, Example

if TYPE_CHECKING:
    import pandera.polars as pa

    from schemas.contract import Column
    from schemas.tables import DeliveredTable

DELIVERY = "delivery"
"""Stands for the table in a rule that judges a whole delivery."""

Tables = Callable[[Mapping[str, Any]], tuple[str, ...]]
"""Chooses, of all delivered tables (`schemas/tables.py`, which stand on the laws), those a law holds for."""


@dataclass(frozen=True, eq=False)
class Law:
    """A rule before it is laid on the tables it holds for.

    `sentence` says what holds, `exactly` what counts as a breach where the sentence is rounder than the rule,
    `mend` what to do. `on` chooses the tables of a law that stands in no contract. `cells` are examples for
    every column of a kind, `examples` those of whole rows. One that
    `is_of_calendar` says nothing of a row whose days are counted from a day that only stands for its
    patient's day zero (`day_zero_declared`). `ordinary` says why many rows of a sound delivery may break it,
    where that is so: no share of them up to the `widest` is then too wide (`flag_widespread`).
    """

    id: str
    _: KW_ONLY
    sentence: str
    severity: Severity
    category: Category
    mend: str
    exactly: str = ""
    is_of_calendar: bool = False
    ordinary: str = ""
    widest: float = 1.0
    on: Tables | None = None
    cells: Mapping[str, Sequence[Cell]] = field(default_factory=dict)
    examples: Sequence[Example] = ()


@dataclass(frozen=True, eq=False, kw_only=True)
class TextLaw(Law):
    """Broken by text that cannot be read: the cell is NULL from then on, and `problems` names the law.

    `columns` are those it is about; without them it is about whichever cell cannot be read.
    """

    columns: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class SideLaw(Law):
    """Holds for a row that a side table completes; `problems` names the law where the two disagree."""


@dataclass(frozen=True, eq=False, kw_only=True)
class DeclaredLaw(Law):
    """Holds for a row that says itself what there is; `declared` names the law where registry.toml said it.

    The row then bears the flag, and what filled how many rows is told of the delivery. One that refuses holds
    for a row that a declaration could not fill; `problems` names it.
    """

    ordinary: str = "A declaration fills every row that does not say it."


@dataclass(frozen=True, eq=False, kw_only=True)
class NearLaw(Law):
    """Holds for a row of which an adapter does not say that what is asked for is known only in part.

    A cell holds what is near it, or is empty although there is something to tell. `problems` names the law.
    `columns` are those it is about; without them it is about whichever the adapter names.
    """

    ordinary: str = "A format without a column has what is near it in every row."
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class LineLaw(Law):
    """Holds for a line of csv before any cell of it is read; a row that breaks it is judged by no other."""


@dataclass(frozen=True, eq=False, kw_only=True)
class CellLaw(Law):
    """Holds for each cell of some columns by itself.

    `holds` says of a column, for a delivery of a day, what holds for its cells; None where the law says
    nothing of the column. With `seen_in_text` a breach may be seen before there is a value, as in a TextLaw.
    """

    holds: Callable[[Column, dt.date], pl.Expr | None]
    seen_in_text: bool = False


@dataclass(frozen=True, eq=False, kw_only=True)
class SetLaw(Law):
    """Holds for a row among the others: no copy, one row for each key, a parent (`bpp_etl/gate`).

    `columns` chooses the columns of a table that it is about; none where it is about whole rows.
    """

    columns: Callable[[DeliveredTable], tuple[str, ...]] = lambda _: ()


@dataclass(frozen=True, eq=False, kw_only=True)
class RowLaw(Law):
    """Holds for a row by itself; what is not known is no breach."""

    holds: pl.Expr | Bounds

    @property
    def columns(self) -> tuple[str, ...]:
        """Name the columns that the law reads."""
        return tuple(dict.fromkeys(self._expression.meta.root_names()))

    def judge(self, data: pa.PolarsData) -> pl.LazyFrame:
        """Return one boolean per row: whether the law holds."""
        return data.lazyframe.select(self._expression.fill_null(value=True))

    @property
    def _expression(self) -> pl.Expr:
        return self.holds.expression if isinstance(self.holds, Bounds) else self.holds


@dataclass(frozen=True, eq=False, kw_only=True)
class TimeLaw(Law):
    """Holds a date of a row against a date that another table has of the same patient; unknown is no breach.

    The row's `column` lies `order` the column of `other_table`, or at most `slack_days` beyond it; a negative
    slack asks for a distance. `line` chooses one line where the other table is `therapy_lines`. One that
    refuses looks at a table that is judged before.
    """

    column: str
    order: Literal["at_or_before", "at_or_after"]
    other_table: str
    other_column: str
    slack_days: int = 0
    line: int | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class SelectLaw(Law):
    """Holds for a row among others, of whatever table.

    `bpp_etl/gate/sql/<id>.sql` selects the `row_number` of each row that breaks it, with `parameters`,
    `$registry` and `$delivery_date`. `among` is the SQL condition of the rows that are judged. One that
    refuses sees its own table without the rows that break another rule, and the tables that it descends from;
    one that flags sees all admitted rows. `stands_on` names other SELECT files of that folder whose rows the
    law reads under their names, and each of them those before it; they are worked out once for all laws of a
    table that stand on them. `columns` are those of the row that it is about. `needs` are other tables: one
    that flags is not judged where one of them has no admitted row, for it would find what is not so. One that
    holds patients to each other is `across_patients`: it is judged where all of them are.
    """

    columns: tuple[str, ...] = ()
    among: str = "true"
    stands_on: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    across_patients: bool = False
    parameters: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, eq=False, kw_only=True)
class DeliveryLaw(Law):
    """Holds for files, tables or the delivery as a whole; a function of its name judges it (`bpp_etl/gate`).

    `limit` is the highest share that may break it, which a registry sets in [limits] under `limit_name`, if
    that is not empty; `{table}` in it is the table's name. `parameters` are other numbers that it goes by,
    which nobody sets. `columns` are those of the table that it is about; none where it is about whichever
    differ, or more than one table. A law that warns shuts the gate where its share is over `shuts_over`. One
    that `is_binding` has no waiver: nothing can be admitted against it. `is_told_by_table`: the graph shows a
    check for each table, not one over all of them. `is_in_our_words`: what is said of a breach holds no name
    of a file, folder, column or code of theirs, so that logs may say it too.
    """

    limit: float = 0.0
    limit_name: str = ""
    parameters: Mapping[str, float] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    shuts_over: float | None = None
    is_binding: bool = False
    is_told_by_table: bool = False
    is_in_our_words: bool = False
