"""The codes that an adapter knows by itself, found in its SELECTs: nothing is listed a second time.

Not here: writing them down (`adapters/page.py`), and codes that a registry states (`adapters/settings.py`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bpp_etl.adapters.description import Adapter
from bpp_etl.adapters.run import relations
from bpp_etl.warehouse.connection import in_memory, one_value, quoted
from schemas.contract import delivered_columns
from schemas.tables import TABLES

CODES = {
    column.name: frozenset(column.codes)
    for table in TABLES.values()
    for column in delivered_columns(table.contract)
    if column.codes
}
"""Our columns of codes, by name."""


IN_OUR_WORDS = frozenset({"meaning", "path"})
"""Columns of steps, and of `setting`, whose cells are the adapter's own words and no code of theirs."""


@dataclass(frozen=True)
class CodeList:
    """A step that is a list of codes: their column, the others, and the codes of each row of those."""

    step: str
    codes: str
    columns: tuple[str, ...]
    rows: Mapping[tuple[str, ...], Sequence[str]]


@dataclass(frozen=True)
class Translation:
    """What of theirs is one code of ours; patterns stand between slashes."""

    column: str
    theirs: tuple[str, ...]
    ours: str


def code_lists_of(adapter: Adapter) -> tuple[CodeList, ...]:
    """Find the steps that have rows though nothing is delivered and nothing is stated: lists of codes.

    The codes are the column with the most different cells. A step that names fields is none of codes.
    """
    found = []
    with in_memory() as con, relations(con, adapter, {}):
        for step in adapter.steps:
            columns = [str(name) for name, *_ in con.execute(f"describe temp.{quoted(step)}").fetchall()]
            rows = con.execute(f"from temp.{quoted(step)} order by all").fetchall()
            if not rows or len(columns) < 2 or step in {source.fields for source in adapter.sources}:
                continue
            place = max(range(len(columns)), key=lambda at: len({row[at] for row in rows}))
            grouped: dict[tuple[str, ...], list[str]] = {}
            for row in rows:
                cells = ["" if cell is None else str(cell) for cell in row]
                code = cells.pop(place)
                grouped.setdefault(tuple(cells), []).append(code)
            name = columns.pop(place)
            found.append(CodeList(step, name, tuple(columns), grouped))
    return tuple(found)


def translations_of(adapter: Adapter) -> tuple[Translation, ...]:
    """Find what the SELECTs translate word by word into the codes of our columns, each said once."""
    told: dict[tuple[str, str], dict[str, None]] = {}
    with in_memory() as con:
        for text in adapter.selects.values():
            tree = json.loads(
                str(one_value(con, "select json_serialize_sql($text::varchar)", {"text": text}))
            )
            for column, ours, theirs in _cases(tree, ""):
                told.setdefault((column, ours), {}).update(dict.fromkeys(theirs))
    return tuple(
        Translation(column, tuple(theirs), ours)
        for column in CODES
        for (of, ours), theirs in told.items()
        if of == column and theirs
    )


def _cases(node: Any, column: str) -> Iterator[tuple[str, str, list[str]]]:
    """Walk a parsed SELECT; yield, for each branch of a CASE of one of our columns, its code and theirs."""
    if isinstance(node, list):
        for one in node:
            yield from _cases(one, column)
    elif isinstance(node, Mapping):
        column = node.get("alias") or column
        for check in node.get("case_checks", ()):
            ours = _text(check["then_expr"])
            if ours is not None and ours in CODES.get(column, ()):
                yield column, ours, _theirs(check["when_expr"])
        for one in node.values():
            yield from _cases(one, column)


def _theirs(when: Mapping[str, Any]) -> list[str]:
    """Name what a cell says where a condition holds; nothing where the condition asks for something else."""
    parts = [*when.get("children", ()), *(one["expression"] for one in when.get("arguments", ()))]
    kind, name = when["type"], when.get("function_name", "")
    if kind == "CONJUNCTION_OR":
        return [text for part in parts for text in _theirs(part)]
    if kind == "CONJUNCTION_AND":
        told = [" or ".join(texts) for texts in map(_theirs, parts) if texts]
        return [" and ".join(told)] if told else []
    if kind == "COMPARE_EQUAL":
        return [] if IN_OUR_WORDS & set(_columns_in(when["left"])) else _texts([when["right"]])
    if name.startswith("regexp_"):
        return [f"/{text}/" for text in _texts(parts[1:2])]
    if kind == "COMPARE_IN" or name in {"list_contains", "list_has_any"}:
        return _texts(parts[1:])
    return []


def _columns_in(node: Mapping[str, Any]) -> list[str]:
    return [str(name) for name in node.get("column_names", ())[-1:]]


def _texts(nodes: Sequence[Mapping[str, Any]]) -> list[str]:
    """Read constants, and lists of them."""
    found = []
    for node in nodes:
        text = _text(node)
        found += [text] if text is not None else []
        inner = [*node.get("children", ()), *(one["expression"] for one in node.get("arguments", ()))]
        found += _texts(inner)
    return found


def _text(node: Mapping[str, Any]) -> str | None:
    literal = node.get("literal") or {}
    return str(literal["text"]) if literal.get("kind") == "STRING" else None
