"""A file that is broken, hostile or no file at all: one readable reason, with file and rule, and no value.

Not here: odd headers and shapes that can be read (`test_odd_shapes.py`), names of files and folders
(`test_names.py`), what a shut gate leaves alone (`test_isolation.py`), files that change
(`test_changing_files.py`).
"""

from __future__ import annotations

import gzip
import os
import random
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from bpp_etl.reading.csv_text import LONGEST_HEADER, LONGEST_LINE
from bpp_etl.reading.limits import DEFAULTS
from schemas.tables import TABLES
from tests.faults.hostile_files import (
    TOKEN,
    Hostile,
    another_zip,
    flipped,
    in_place,
    link_to_other_delivery,
    scrambled,
    spoiled,
    text,
    workbook_of,
)
from tests.support.deliveries import write_texts
from tests.support.gating import Gated, gated

WIDE = 'is text in {}, not in utf-8: state encoding = "{}" in [read] of registry.toml, or in [read.<table>]'
NUL = "holds a NUL byte, so it is not whole text"
PACKED = ("is not a whole gzip file", "csv.gz")
PARQUET = ("is not a readable parquet file", "parquet")
WORKBOOK = ("is not a readable xlsx file", "xlsx")
HOSTILE = (
    spoiled(
        "cut off in a row",
        lambda t: t[:-14],
        "has a row with another number of columns than its header (line 4)",
    ),
    spoiled("no byte", lambda _: "", "is empty"),
    spoiled("no text", lambda _: "\ufeff", "has no readable header"),
    spoiled("an empty line first", lambda t: f"\n{t}", "begins with an empty line, not with its header"),
    spoiled(
        "one field too many, and empty",
        lambda t: t.replace(TOKEN, f"{TOKEN},{TOKEN}", 1).replace("\n", ",\n").replace(",\n", "\n", 1),
        "has another number of columns than its header in most rows (line 2)",
    ),
    spoiled(
        "Excel's own line first",
        lambda t: f"\ufeffsep=;\r\n{t}".replace("\n", "\r\n"),
        "begins with Excel's line sep=, not with its header",
    ),
    spoiled("random bytes", lambda _: random.Random(1).randbytes(5000), NUL),
    spoiled(
        "random letters",
        lambda _: random.Random(1).randbytes(5000).replace(b"\0", b""),
        "is not text in UTF-8",
    ),
    spoiled("latin-1 in a row", lambda t: f"{t}é{t[1:]}".encode("latin-1"), "is not text in UTF-8"),
    spoiled("latin-1 in the header", lambda t: f"é,{t}".encode("latin-1"), "is not text in UTF-8"),
    spoiled("utf-16", lambda t: t.encode("utf-16"), WIDE.format("UTF-16", "utf-16")),
    spoiled("utf-16 without a mark", lambda t: t.encode("utf-16-be"), WIDE.format("UTF-16-BE", "utf-16-be")),
    spoiled("utf-32", lambda t: t.encode("utf-32"), WIDE.format("UTF-32", "utf-32")),
    spoiled("a NUL in a cell", lambda t: t.replace(TOKEN, f"{TOKEN}\0", 1), NUL),
    spoiled("a NUL in the header", lambda t: t.replace(",", "\0,", 1), NUL),
    spoiled("NULs at the end", lambda t: t + "\0" * 4096, NUL),
    spoiled(
        "an open quote", lambda t: t.replace(TOKEN, f'"{TOKEN}', 1), "has a quote that does not end (line 2)"
    ),
    spoiled("an open quote in the header", lambda t: f'"{t}', "has no readable header"),
    spoiled(
        "text behind a quote",
        lambda t: t.replace(f"{TOKEN}000000", f'"{TOKEN}"{TOKEN}'),
        "has a quote that does not end (line 2)",
    ),
    spoiled(
        "lines that end in two ways",
        lambda t: t.replace("\n", "\r\n", 2),
        "ends its lines in more than one way, or is no plain csv",
    ),
    spoiled(
        "a line too long",
        lambda t: t.replace(TOKEN, TOKEN * (LONGEST_LINE // 4), 1),
        "has a line of more than 16 MiB (line 2)",
    ),
    spoiled(
        "a last line too long by far",
        lambda t: t + "x" * (LONGEST_LINE + (2 << 20)),
        "has a line of more than 16 MiB",
    ),
    spoiled("a header too long", lambda t: "x" * (LONGEST_HEADER + 1) + t, "has no readable header"),
    spoiled(
        "too many columns",
        lambda _: ",".join(f"{TOKEN}{at}" for at in range(DEFAULTS.columns + 1)),
        f"has more than {DEFAULTS.columns} columns (limit columns)",
    ),
    spoiled("gzip cut off", lambda data: gzip.compress(data)[:-9], *PACKED),
    spoiled("gzip cut off early", lambda data: gzip.compress(data)[:20], *PACKED),
    spoiled("gzip with a flipped byte", lambda data: flipped(gzip.compress(data)), *PACKED),
    spoiled("no gzip", lambda data: data, *PACKED),
    spoiled("gzip with more behind it", lambda data: gzip.compress(data) + b"more", *PACKED),
    spoiled("parquet cut off", lambda data: data[:-20], *PARQUET),
    spoiled("parquet cut off early", lambda data: data[:50], *PARQUET),
    spoiled("no parquet", lambda _: b"PAR1" + random.Random(1).randbytes(200) + b"PAR1", *PARQUET),
    spoiled("parquet with a spoiled page", scrambled, "cannot be read to its end", "parquet"),
    spoiled("parquet without a byte", lambda _: b"", "is empty", "parquet"),
    spoiled("workbook cut off", lambda data: data[: len(data) // 2], *WORKBOOK),
    spoiled("no workbook", another_zip, *WORKBOOK),
    spoiled("csv called a workbook", lambda _: text("patients").encode("utf-8"), *WORKBOOK),
    spoiled("an empty workbook", lambda _: workbook_of(), "has no header", "xlsx"),
    in_place("a folder", Path.mkdir, "is not a file"),
    in_place("a pipe", os.mkfifo, "is not a file"),
    in_place(
        "a link to nothing",
        lambda place: place.symlink_to("nowhere.csv"),
        "cannot be opened: No such file or directory",
    ),
    in_place("a link to itself", lambda place: place.symlink_to(place.name), "is a link to itself"),
    in_place(
        "a link out of the landing",
        lambda place: place.symlink_to("/etc/passwd"),
        "is a link out of its place",
        "file_outside_landing",
    ),
    in_place(
        "a link to a device",
        lambda place: place.symlink_to("/dev/zero"),
        "is a link out of its place",
        "file_outside_landing",
    ),
    in_place(
        "a link to another delivery",
        link_to_other_delivery,
        "is a link out of its place",
        "file_outside_landing",
    ),
)


@pytest.fixture(scope="module")
def shut(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Hostile], tuple[str, Gated]]:
    """Six hostile files to a delivery, one for each table."""
    names = list(TABLES)

    @cache
    def delivery(number: int) -> Gated:
        folder = write_texts(tmp_path_factory.mktemp("hostile"), {})
        for table, hostile in zip(names, HOSTILE[6 * number : 6 * number + 6], strict=False):
            hostile.write(folder, table)
        return gated(folder, apart=DEFAULTS)

    def find(hostile: Hostile) -> tuple[str, Gated]:
        number, place = divmod(HOSTILE.index(hostile), 6)
        return names[place], delivery(number)

    return find


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda hostile: hostile.about)
def test_a_hostile_file_shuts_the_gate_with_one_readable_reason(
    shut: Callable[[Hostile], tuple[str, Gated]], hostile: Hostile
) -> None:
    table, one = shut(hostile)
    assert [(r.rule, r.message) for r in one.decision.causes if r.table == table] == [
        (hostile.rule, f"{table}.{hostile.ending} {hostile.told}")
    ]


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda hostile: hostile.about)
def test_no_cell_of_a_hostile_file_is_told(
    shut: Callable[[Hostile], tuple[str, Gated]], hostile: Hostile
) -> None:
    assert TOKEN not in shut(hostile)[1].told()
