"""Puts what was gathered of parts together, and hands it on as the arrays that are measured.

Whoever is in which part, how many parts there are and in which order they come changes nothing: rows get one
order here, and counts are added. Not here: reading any patient (`gather.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from bpp_etl.measure.gather import CANDIDATES, GATHERED, PATIENT, Tables
from bpp_etl.warehouse.select import Column

REGISTRY, ID = PATIENT


def merge(parts: Sequence[Tables]) -> dict[str, pl.DataFrame]:
    """Put the tables of parts together, none of whose patients is in another; there is one part at least."""
    return {name: _merged(name, [part[name] for part in parts]) for name in parts[0]}


def _merged(name: str, tables: Sequence[pl.DataFrame]) -> pl.DataFrame:
    declared = GATHERED[name]
    whole = pl.concat(tables)
    if declared.is_summed:
        counts = [column for column in whole.columns if column not in declared.keys]
        whole = whole.group_by(declared.keys).agg(pl.sum(*counts)) if counts else whole.unique()
    return whole.sort(declared.keys)


def arrays_of(table: pl.DataFrame, registries: Sequence[str]) -> Mapping[str, Column]:
    """Return the columns of a table of patients as arrays, a registry as its place among them; no ids."""
    place = pl.col(REGISTRY).cast(pl.Enum(registries)).to_physical().cast(pl.Int32)
    return {column.name: column.to_numpy() for column in table.drop(ID).with_columns(place)}


def of_candidates(tables: Tables, name: str) -> Mapping[str, Column]:
    """Return a table of several rows for a candidate as arrays, in which `place` tells which it is of."""
    places = tables[CANDIDATES].select(PATIENT).with_row_index("place")
    placed = tables[name].join(places, on=PATIENT, maintain_order="left")
    return {column.name: column.to_numpy() for column in placed.drop(PATIENT)}
