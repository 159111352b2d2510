"""What a share tells of deliveries: counts of rows under disclosure control, and rules by their ids.

Not here: which small counts are hidden (`row_counts.py`). Words of a delivery's own, such as the
names of its columns and files, whom to ask about it, and the reason of a waiver, may hold a person's name and
stay in the house.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from bpp_etl.disclosure.row_counts import with_small_rows_hidden
from bpp_etl.measure.tally import is_small
from bpp_etl.warehouse.connection import Connection, quoted
from bpp_etl.warehouse.select import named_rows
from schemas.laws import DELIVERY
from schemas.rules import RULES

Row = Mapping[str, Any]

COUNTS = {
    "table_count": ("delivered", "admitted", "refused", "ignored", "broken"),
    "rule_result": ("judged", "broken"),
    "delivery": ("delivered", "admitted", "refused", "ignored"),
}
TOLD = tuple(COUNTS)
"""The tables of what was delivered that a share has."""
SENTENCES = {rule.id: rule.sentence for rule in RULES}
OF_THE_ERASED = "erased_patient_delivered"
"""The rule that tells whether a registry has had somebody erased; its rows stay in the house."""
LEFT_FROM = "admitted"
"""The step of the flow that has everybody."""
OF_PATIENTS = ("patients", DELIVERY)
"""Tables of `quality` whose rows are patients, or may be."""
STAYS = (
    *("waiver", "extra_column", "null_word", "declaration", "statement", "source_row"),
    *("history", "event_rule_history", "change", "audit"),
)
"""Tables of `quality` that stay in the house: names of theirs and ours, and what releases before told."""


def control_quality(con: Connection, threshold: int, few: Collection[str] = ()) -> None:
    """Leave of `quality`, in the catalog in use, what may be told; rows of the tables that stay are gone.

    `few` are registries whose patients differ by few from what was told before, or are not told in the flow.
    """
    tables = {name: list(named_rows(con.execute(f"select * from quality.{quoted(name)}"))) for name in TOLD}
    for name, rows in quality_told(tables, threshold, few).items():
        _replace(con, name, rows)
    for name in STAYS:
        con.execute(f"delete from quality.{quoted(name)}")


def kept_in_flow(flow: Iterable[Row]) -> set[str]:
    """Name the strata of the flow whose admitted patients are hidden: no rows may tell them either."""
    return {row["stratum"] for row in flow if row["step"] == LEFT_FROM and row["patients"] is None}


def quality_told(
    tables: Mapping[str, Sequence[Row]], threshold: int, few: Collection[str] = ()
) -> dict[str, list[Row]]:
    """Return the rows of the tables of `TOLD` that may be told; `few` as `control_quality`."""
    sparse = {
        row["registry"]
        for row in tables["table_count"]
        if row["table"] == "patients" and is_small(row["admitted"], threshold)
    }
    if threshold > 1:
        tables = with_small_rows_hidden({**tables, "history": []}, threshold)
    told = {}
    for name, counts in COUNTS.items():
        rows = [
            _without_words(row) if name == "delivery" else row
            for row in tables[name]
            if row.get("rule") != OF_THE_ERASED
        ]
        if sparse or few:  # the others, less what all have together, would tell how many these have
            rows = [_without_patients(name, row, counts, sparse) for row in rows]
        told[name] = rows
    return told


def _without_words(row: Row) -> Row:
    """Say why a gate is shut by the rules' own sentences."""
    told = []
    for why in row["why"]:
        table, _, rule = why.partition(".")
        told.append(f"{table}: {SENTENCES.get(rule, rule)}")
    # Of what it was judged by our code alone is told: the rest names what was done to ids, erasures too.
    version, plus, digests = row["code_version"].partition("+")
    ours = f"{version}{plus}{digests.partition('.')[0]}"
    warned = [one for one in row["warned"] if OF_THE_ERASED not in one]
    return {
        **row,
        "contact": None,
        "messages": told,
        "warned": warned,
        "warnings": [],
        "unanswered_warnings": [],
        "of_year": [],
        "of_year_patients": [],
        "code_version": ours,
    }


def _without_patients(name: str, row: Row, counts: Sequence[str], sparse: Collection[str]) -> Row:
    """Empty the counts of patients, and of a registry that has few all its rows, which are theirs."""
    is_of_few = row["registry"] in sparse
    if name != "delivery" and row["table"] not in OF_PATIENTS and not is_of_few:
        return row
    return {**row, **dict.fromkeys(counts)}


def _replace(con: Connection, name: str, rows: Sequence[Row]) -> None:
    """Write a table anew; a count of it may be empty now."""
    relation = f"quality.{quoted(name)}"
    con.execute(f"create or replace table {relation} as from {relation} limit 0")
    kinds = {row[0]: row[1] for row in con.execute(f"describe {relation}").fetchall()}
    lists = ", ".join(f"unnest(cast(? as {kind}[])) as {quoted(column)}" for column, kind in kinds.items())
    if rows:
        con.execute(
            f"insert into {relation} by name select {lists}",
            [[row[column] for row in rows] for column in kinds],
        )
