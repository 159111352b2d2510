"""Small REDCap projects that the tests vary, and the adapter run over their exports, in memory.

Not here: assertions, and exports of the kit's own project (`tests/support/redcap.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bpp_etl.adapters import load_adapter
from bpp_etl.adapters.run import COUNTED
from bpp_etl.adapters.settings import SettingRow
from tests.support.adapted import Tables

ADAPTER = load_adapter("redcap")
Cells = Mapping[str, str]


def variable(
    name: str,
    form: str = "base",
    kind: str = "text",
    choices: str = "",
    validation: str = "",
    annotation: str = "",
    **more: str,
) -> dict[str, str | None]:
    """Write a row of a data dictionary as REDCap's page has it."""
    told = {
        "variable / field name": name,
        "form name": form,
        "field type": kind,
        "choices, calculations, or slider labels": choices,
        "text validation type or show slider number": validation,
        "field annotation": annotation,
        **more,
    }
    return {column: text or None for column, text in told.items()}


RECORD = variable("record_id")


def made(
    table: str,
    data: Sequence[Cells],
    *variables: Mapping[str, str | None],
    settings: Sequence[SettingRow] = (),
) -> list[dict[str, object]]:
    """Return the rows of a table that an export makes, in the order of the rows they come from."""
    rows = {
        "data": [{name: text or None for name, text in row.items()} for row in data],
        "data_dictionary": [RECORD, *variables] if variables else [],
    }
    return Tables(ADAPTER, rows, settings)[table]


def meanings(
    data: Sequence[Cells],
    *variables: Mapping[str, str | None],
    settings: Sequence[SettingRow] = (),
) -> dict[str, tuple[object, object]]:
    """Return how many rows of the export have each meaning, and the table they come into."""
    told = made("source_rows", data, *variables, settings=settings)
    assert tuple(told[0]) == COUNTED
    return {
        str(row["meaning"]): (row["source_rows"], row["table_name"])
        for row in told
        if row["source"] == "data"
    }


def values(column: str, rows: Sequence[Mapping[str, object]]) -> list[object]:
    """Return one column of some rows."""
    return [row[column] for row in rows]
