"""What a row breaks, bears and knows only in part, as SQL: the lists that go with its typed cells.

Not here: reading a cell (`harmonise/parse.py`), and which law a mark is of (`schemas`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from bpp_etl.adapters.run import APPROXIMATED
from bpp_etl.reading.raw_tables import DECLARED
from bpp_etl.warehouse.connection import literal
from schemas.tables import TABLES, DeliveredTable


def near(table: DeliveredTable, lacking: Collection[str]) -> list[tuple[str, str]]:
    """Write what an adapter knows only in part: a value that is near, or a death without its day."""
    if table.name not in TABLES:
        # No drug is judged; the line that it begins bears it.
        return []
    if table.name != "patients":
        return [(f"{APPROXIMATED} is not null", literal("value_approximated"))]
    undated = f"list_contains({APPROXIMATED}, 'death_date')"
    if "death_date" not in lacking:
        undated += " and t_death_date is null"
    near = f"len({APPROXIMATED}) > case when {undated} then 1 else 0 end"
    return [(near, literal("value_approximated")), (undated, literal("death_without_date"))]


def listed(problems: list[tuple[str, str]]) -> tuple[dict[str, str], str]:
    """Return a level with the rules that a row broke, one name for each, and the list of them, NULL if none.

    A predicate is written once, whatever number of columns a rule has: planning the SELECT costs a small
    delivery more than reading its rows.
    """
    by_rule: dict[str, list[str]] = {}
    for predicate, rule in problems:
        by_rule.setdefault(rule, []).append(predicate)
    level = {
        f"rule_{place}": f"case when {' or '.join(f'({one})' for one in predicates)} then {rule} end"
        for place, (rule, predicates) in enumerate(by_rule.items())
    }
    anything = f"coalesce({', '.join(level)}) is not null"
    rules = f"list_filter([{', '.join(level)}], lambda rule: rule is not null)"
    return level, f"case when {anything} then list_sort(list_distinct({rules})) end"


def declared(marks: Collection[tuple[str, str]]) -> str:
    """Write what registry.toml filled of a row: what was marked before, and the marks that hold."""
    if not marks:
        return DECLARED
    return f"list_concat({DECLARED}, {marks_that_hold(marks)}) as {DECLARED}"


def marks_that_hold(marks: Iterable[tuple[str, str]]) -> str:
    """Write the list of the marks whose predicates hold of a row."""
    told = ", ".join(f"case when {holds} then {literal(mark)} end" for holds, mark in marks)
    return f"list_filter([{told}], lambda mark: mark is not null)"
