"""How one column's text is read, level by level: what the SQL of every kind of cell is made of.

Not here: any kind (`harmonise/dates.py`, `harmonise/numbers.py`, `harmonise/words.py`), and the SELECT that
all columns of a table make (`harmonise/parse.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

WIDE = "０１２３４５６７８９．，－＋／："
PLAIN = "0123456789.,-+/:"


@dataclass(frozen=True)
class Reading:
    """The SQL that reads one column: expressions by name, each level standing on the names of those before.

    `t_<column>` is the text to read, NULL where the cell is empty; the last level makes `v_<column>`. A
    problem is a predicate, and in SQL the rule that a row breaks where it holds. What is `declared` of the
    column is a predicate, and the mark of a row where it holds.
    """

    levels: Sequence[Mapping[str, str]]
    problems: Sequence[tuple[str, str]] = field(default_factory=tuple)
    declared: Sequence[tuple[str, str]] = field(default_factory=tuple)


def narrowed(text: str) -> str:
    """Write full-width digits, and the marks between them, as plain ones."""
    return f"translate({text}, '{WIDE}', '{PLAIN}')"


def of_few(name: str, sql: str) -> str:
    """Work something out for the few cells that are looked at again, `f_<column>`; NULL for the others."""
    return f"case when f_{name} is not null then {sql} end"


def looked_at_again(name: str) -> str:
    """Return the text of a cell that the first reading, `q_<column>`, could not make out; else NULL."""
    return f"case when q_{name} is null and t_{name} is not null then {narrowed(f't_{name}')} end"
