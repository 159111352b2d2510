"""Writing a synthetic registry as the files of a delivery, in its dialect and in a shuffled order.

Where deliveries lie in a landing is landing.py's.
"""

import gzip
import io
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import polars as pl

from bpp_etl.demo.arrays import stream
from bpp_etl.demo.defects import shuffled
from bpp_etl.demo.profiles import Dialect
from bpp_etl.demo.registry import SyntheticRegistry

FileFormat = Literal["csv", "csv.gz", "parquet"]
DECIMAL_COLUMNS = {
    "lab_results": ("value", "upper_limit_normal"),
    "her2_tests": ("her2_cep17_ratio", "her2_copy_number"),
}


def write_delivery(
    registry: SyntheticRegistry,
    folder: Path,
    file_format: FileFormat = "csv",
    shuffle_seed: int | None = None,
) -> SyntheticRegistry:
    """Writes `<table>.<format>` for the six tables, and returns the registry as it was delivered.

    With a shuffle seed the rows of each file are shuffled; the returned row numbers are those of the files.
    """
    if file_format not in {"csv", "csv.gz", "parquet"}:
        raise ValueError(f"a delivery is written as csv, csv.gz or parquet, not as {file_format!r}")
    delivered = registry if shuffle_seed is None else shuffle_rows(registry, shuffle_seed)
    folder.mkdir(parents=True, exist_ok=True)
    dialect = registry.profile.dialect
    for table, frame in delivered.tables.items():
        _write(spoken(table, frame, dialect), folder / f"{table}.{file_format}", file_format, dialect)
    return delivered


def shuffle_rows(registry: SyntheticRegistry, seed: int) -> SyntheticRegistry:
    """Shuffles the rows of every table and follows the planted rows to their new numbers."""
    tables: dict[str, pl.DataFrame] = {}
    planted, flagged = registry.planted, registry.flagged
    for table, frame in registry.tables.items():
        order = stream(seed, f"shuffle/{table}").permutation(frame.height)
        tables[table] = frame[order]
        new_numbers = pl.Series(np.argsort(order) + 1, dtype=pl.Int64)
        planted = shuffled(planted, table, new_numbers)
        flagged = shuffled(flagged, table, new_numbers)
    return replace(registry, tables=tables, planted=planted, flagged=flagged)


def spoken(table: str, frame: pl.DataFrame, dialect: Dialect) -> pl.DataFrame:
    """Puts a table into the registry's own columns, codes and decimals."""
    result = frame.drop(list(dialect.constants.get(table, {})))
    for column, codes in dialect.recode.get(table, {}).items():
        theirs = {ours: word for word, ours in codes.items()}
        result = result.with_columns(pl.col(column).replace(theirs))
    if dialect.decimal != ".":
        columns = [name for name in DECIMAL_COLUMNS.get(table, ()) if name in result.columns]
        result = result.with_columns(
            pl.col(columns).cast(pl.String).str.replace(".", dialect.decimal, literal=True)
        )
    return result.rename({ours: word for word, ours in dialect.rename.get(table, {}).items()})


def registry_toml(dialect: Dialect, note: str) -> str:
    """Writes the registry.toml that a reader of these files needs, under a note that they are synthetic."""
    plain = Dialect()
    lines = [f"# {line}".rstrip() for line in note.splitlines()]
    lines.append('format = "canonical"')
    for key in ("delimiter", "encoding", "decimal"):
        if getattr(dialect, key) != getattr(plain, key):
            lines.append(f"{key} = {_quoted(getattr(dialect, key))}")
    sections: list[tuple[str, Mapping[str, str | float]]] = [("about", {"synthetic": True})]
    sections += [(f"rename.{table}", names) for table, names in dialect.rename.items()]
    sections += [
        (f"recode.{table}.{column}", codes)
        for table, columns in dialect.recode.items()
        for column, codes in columns.items()
    ]
    sections += [(f"constants.{table}", values) for table, values in dialect.constants.items()]
    sections += [("limits", dialect.limits)] if dialect.limits else []
    for section, entries in sections:
        lines += ["", f"[{section}]"]
        lines += [f"{_quoted(key)} = {_quoted(value)}" for key, value in entries.items()]
    return "\n".join(lines) + "\n"


def _quoted(value: str | float) -> str:
    """Writes a TOML string or number; JSON strings are TOML strings."""
    return json.dumps(value, ensure_ascii=False)


def _write(frame: pl.DataFrame, path: Path, file_format: FileFormat, dialect: Dialect) -> None:
    """Writes one file; the same frame gives the same bytes."""
    if file_format == "parquet":
        frame.write_parquet(path)
        return
    if file_format == "csv" and dialect.encoding == "utf-8":
        frame.write_csv(path, separator=dialect.delimiter)
        return
    buffer = io.BytesIO()
    frame.write_csv(buffer, separator=dialect.delimiter)
    data = buffer.getvalue().decode("utf-8").encode(dialect.encoding)
    path.write_bytes(gzip.compress(data, mtime=0) if file_format == "csv.gz" else data)
