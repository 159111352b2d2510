"""What an adapter made, as the gate reads it: completed by side tables, then by constants of `registry.toml`.

Not here: completing a table (`reading/side_tables.py`), and constants of our own files, whose header says
what they lack (`reading/one_file.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bpp_etl.landing.declared import mark
from bpp_etl.landing.registry_config import RegistryConfig
from bpp_etl.reading.raw_tables import DECLARED, MADE, marks, may_be_typed, typedness
from bpp_etl.reading.remembered import SideTable
from bpp_etl.reading.side_tables import account, complete
from bpp_etl.warehouse.connection import Connection, count_of, literal, one_row, quoted
from schemas.contract import delivered_columns
from schemas.declared_laws import CONSTANT
from schemas.tables import DELIVERABLE, DeliveredTable


def show_adapted(
    con: Connection, config: RegistryConfig, made: Mapping[str, int], beside: Mapping[str, int]
) -> tuple[dict[str, int], tuple[SideTable, ...]]:
    """Show in `raw` each table that was made, completed; return the rows of all tables, and side tables.

    `made` and `beside` have the rows of those that the adapter made, and of those delivered beside it.
    """
    rows = {**beside, **made}
    sides = {name: SideTable(name, number, added=number) for name, number in beside.items()}
    for name in made:
        relation = f"{MADE}.{quoted(name)}"
        if name in beside:
            relation = complete(con, DELIVERABLE[name])
            sides[name] = account(con, DELIVERABLE[name], beside[name], made[name])
            rows[name] = count_of(con, f"select count(*) from {relation}")
        _show(con, DELIVERABLE[name], relation, config.constants.get(name, {}))
    return rows, tuple(sides[name] for name in DELIVERABLE if name in sides)


def _show(con: Connection, table: DeliveredTable, relation: str, constants: Mapping[str, str]) -> None:
    """Show a relation as `raw.<table>`, with the constants of columns that are empty in every row of it."""
    lacking = _empty_columns(con, relation, constants)
    told = [f"{literal(constants[name])}::varchar as {quoted(name)}" for name in lacking]
    # What registry.toml states is stated in our own words, whatever the export's are.
    told += [
        f"true as {typedness(one.name)}"
        for one in delivered_columns(table.contract)
        if may_be_typed(one) and one.name in lacking
    ]
    if lacking:
        filled = marks(mark(CONSTANT, name) for name in lacking)
        told.append(f"list_concat({DECLARED}, {filled}) as {DECLARED}")
    replaced = f" replace ({', '.join(told)})" if told else ""
    con.execute(f"create view raw.{quoted(table.name)} as select *{replaced} from {relation}")


def _empty_columns(con: Connection, relation: str, names: Iterable[str]) -> tuple[str, ...]:
    """Find which of these columns are empty in every row: what the export lacks."""
    counted = {name: f"count(nullif(trim({quoted(name)}), ''))" for name in names}
    if not counted:
        return ()
    filled = one_row(con, f"select {', '.join(counted.values())} from {relation}")
    return tuple(name for name, rows in zip(counted, filled, strict=True) if not rows)
