"""Keeps the rows of a step in the working file, so that who needs them next need not work them out again.

Admitted tables never change once they are in place: a step of the same words and values gives the same rows.
Not here: which steps are worth keeping.
"""

from __future__ import annotations

import hashlib
import json

from bpp_etl.warehouse.connection import Connection, quoted
from bpp_etl.warehouse.parsed import parsed
from bpp_etl.warehouse.select import Parameters, Select, has_table, read_select, used_parameters


def keep_step(con: Connection, step: Select, parameters: Parameters) -> None:
    """Put the rows of a SELECT file into a table of the working file, shown under the step's name."""
    text = read_select(step)
    used = used_parameters(text, parameters)
    _expect(con)
    con.execute(parsed(con, f"create or replace table timeline.{quoted(step.name)} as {text}"), used)
    _note(con, step.name, _told(text, used))
    _show(con, step)


def kept_rows(con: Connection) -> dict[str, str]:
    """Return what is kept: by the name of each step, what tells the words and values that made its rows."""
    told = con.execute("select step, told from timeline.made_by order by step").fetchall()
    return {str(step): str(made_by) for step, made_by in told}


def keep_rows(con: Connection, step: str, relation: str, made_by: str) -> None:
    """Keep the rows of a relation as those of a step, which were made elsewhere, part by part."""
    _expect(con)
    con.execute(f"create or replace table timeline.{quoted(step)} as from {relation}")
    _note(con, step, made_by)


def show_kept(con: Connection, step: Select, parameters: Parameters) -> bool:
    """Show kept rows under the step's name if the same words and values made them; say whether they did."""
    if not has_table(con, "timeline", "made_by"):
        return False
    text = read_select(step)
    told = con.execute("select told from timeline.made_by where step = $step", {"step": step.name}).fetchall()
    if told != [(_told(text, used_parameters(text, parameters)),)]:
        return False
    _show(con, step)
    return True


def _expect(con: Connection) -> None:
    con.execute("create schema if not exists timeline")
    con.execute("create table if not exists timeline.made_by (step varchar, told varchar)")


def _note(con: Connection, step: str, made_by: str) -> None:
    con.execute("delete from timeline.made_by where step = $step", {"step": step})
    con.execute("insert into timeline.made_by values ($step, $told)", {"step": step, "told": made_by})


def _show(con: Connection, step: Select) -> None:
    con.execute(f"create or replace temp view {quoted(step.name)} as from timeline.{quoted(step.name)}")


def _told(text: str, used: dict[str, object]) -> str:
    values = json.dumps(used, sort_keys=True, default=str)
    return hashlib.sha256(f"{text}\n{values}".encode()).hexdigest()
