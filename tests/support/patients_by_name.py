"""Deliveries whose ids betray a person, and a search for what betrays one in whatever lies in a folder.

Not here: what must not be found (`tests/gates/test_pseudonyms.py`, `tests/unit/erasure`).
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa

from bpp_etl.warehouse.beside import look_beside
from tests.support.deliveries import TINY

NAMES = {"A": "ANNA-19610203", "B": "BRUNHILD-19550607", "C": "CHLOE-19480911"}
"""Of the three tiny patients, ids that a careless registry might give."""


def by_name(text: str, names: Mapping[str, str] = NAMES) -> str:
    """Write a table of the tiny delivery with ids that betray a person, and so do the ids of assessments."""
    for letter, name in names.items():
        text = re.sub(rf"(?m)(^|,){letter}(\d?)(?=,)", rf"\g<1>{name}\g<2>", text)
    return text


BETRAYING = {table: by_name(text) for table, text in TINY.items()}


def files_with(folder: Path, words: Iterable[str], left_alone: Iterable[Path] = ()) -> dict[str, list[str]]:
    """Find which words are in which files below a folder: in their bytes, in rows, and in what is packed."""
    found: dict[str, list[str]] = {}
    wanted, skipped = list(words), set(left_alone)
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_file() or skipped & {path, *path.parents}:
            continue
        texts = [path.read_bytes(), *_unpacked(path)]
        here = [word for word in wanted if any(word.encode() in text for text in texts)]
        if here:
            found[str(path.relative_to(folder))] = here
    return found


def _unpacked(path: Path) -> Iterator[bytes]:
    """Yield what a file says once it is read as what it is."""
    if path.suffix == ".duckdb":
        yield _rows_of(path)
    elif path.suffix == ".parquet":
        yield repr(pl.read_parquet(path, glob=False).rows()).encode()
    elif path.suffix == ".gz":
        yield gzip.decompress(path.read_bytes())
    elif path.suffix == ".zst":
        with pa.input_stream(str(path), compression="zstd") as kept:
            yield kept.read()
    elif path.suffix in {".db", ".sqlite"}:
        yield from _inflated(path.read_bytes())


def _rows_of(path: Path) -> bytes:
    with duckdb.connect(":memory:") as con:
        con.execute(f"attach '{path}' as looked_at (read_only)")
        look_beside(con, path)
        names = con.execute(
            "select schema_name, table_name, sql from duckdb_tables() where database_name = 'looked_at'"
            " union all select schema_name, view_name, sql from duckdb_views()"
            " where database_name = 'looked_at' and not internal"
        ).fetchall()
        told = [sql for *_, sql in names]
        for schema, table, _ in names:
            told.append(repr(con.execute(f'from looked_at."{schema}"."{table}"').fetchall()))
    return "\n".join(map(str, told)).encode()


def _inflated(content: bytes) -> Iterator[bytes]:
    """Yield what is packed by zlib anywhere in a file, as snapshots of jobs are."""
    for start in re.finditer(rb"\x78[\x01\x9c\xda]", content):
        try:
            yield zlib.decompressobj().decompress(content[start.start() :])
        except zlib.error:
            continue
