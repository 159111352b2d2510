"""A file that is broken, hostile or no file at all: one readable reason, with file and rule, and no value.

Not here: names of files and folders (`test_names.py`), what a shut gate leaves alone (`test_isolation.py`),
files that change (`test_changing_files.py`).
"""

from __future__ import annotations

import gzip
import io
import os
import random
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from bpp_etl.reading.csv_text import LONGEST_HEADER, MOST_COLUMNS
from bpp_etl.reading.tables import LONGEST_CSV_LINE
from schemas.contract import delivered_columns
from schemas.tables import TABLES
from tests.support.deliveries import TINY, write_delivery_of
from tests.support.deliveries_of_rows import write_texts
from tests.support.gating import Gated, gated, problems_of, typed

TOKEN = "LEAK"
"""Stands in every cell of a hostile file; must never be shown."""


def header(table: str) -> str:
    return ",".join(column.name for column in delivered_columns(TABLES[table].contract))


def text(table: str, rows: int = 3) -> str:
    width = header(table).count(",") + 1
    cells = [[f"{TOKEN}{row:03d}{at:03d}" for at in range(width)] for row in range(rows)]
    return "\n".join([header(table), *(",".join(row) for row in cells)]) + "\n"


def frame(table: str) -> pl.DataFrame:
    return pl.DataFrame({name: [f"{TOKEN}{at}"] * 50 for at, name in enumerate(header(table).split(","))})


@dataclass(frozen=True)
class Hostile:
    """One way to spoil a table's file: `write` puts it into the folder; `told` is what the reason says."""

    about: str
    write: Callable[[Path, str], None]
    told: str
    ending: str = "csv"
    rule: str = "file_unreadable"


def spoiled(
    about: str, spoil: Callable[[str], str | bytes], told: str, rule: str = "file_unreadable"
) -> Hostile:
    def write(folder: Path, table: str) -> None:
        made = spoil(text(table))
        (folder / f"{table}.csv").write_bytes(made.encode("utf-8") if isinstance(made, str) else made)

    return Hostile(about, write, told, rule=rule)


def packed(about: str, pack: Callable[[bytes], bytes]) -> Hostile:
    def write(folder: Path, table: str) -> None:
        (folder / f"{table}.csv.gz").write_bytes(pack(text(table, 200).encode("utf-8")))

    return Hostile(about, write, "is not a whole gzip file", "csv.gz")


def parquet(
    about: str, spoil: Callable[[bytes], bytes], told: str = "is not a readable parquet file"
) -> Hostile:
    def write(folder: Path, table: str) -> None:
        out = io.BytesIO()
        frame(table).write_parquet(out, compression="zstd")
        (folder / f"{table}.parquet").write_bytes(spoil(out.getvalue()))

    return Hostile(about, write, told, "parquet")


def workbook(
    about: str, spoil: Callable[[bytes], bytes], told: str = "is not a readable xlsx file"
) -> Hostile:
    def write(folder: Path, table: str) -> None:
        book = openpyxl.Workbook()
        for row in text(table).splitlines():
            book.active.append(row.split(","))
        out = io.BytesIO()
        book.save(out)
        (folder / f"{table}.xlsx").write_bytes(spoil(out.getvalue()))

    return Hostile(about, write, told, "xlsx")


def in_place(about: str, make: Callable[[Path], None], told: str, rule: str = "file_unreadable") -> Hostile:
    return Hostile(about, lambda folder, table: make(folder / f"{table}.csv"), told, rule=rule)


def another_zip(_: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("hello.txt", TOKEN)
    return out.getvalue()


def empty_book(_: bytes) -> bytes:
    out = io.BytesIO()
    openpyxl.Workbook().save(out)
    return out.getvalue()


def scrambled(data: bytes) -> bytes:
    """Overwrite the first data page, and leave the footer."""
    return data[:4] + random.Random(1).randbytes(60) + data[64:]


def flipped(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 0xFF]) + data[middle + 1 :]


def link_to_other_delivery(place: Path) -> None:
    other = place.parent.parent / "2024-01-01"
    other.mkdir(exist_ok=True)
    (other / place.name).write_text(text("patients"), encoding="utf-8")
    place.symlink_to(other / place.name)


NUL = "holds a NUL byte, so it is not whole text"
HOSTILE = (
    spoiled(
        "cut off in a row",
        lambda t: t[:-14],
        "has a row with another number of columns than its header (line 4)",
    ),
    spoiled(
        "a row too long",
        lambda t: t + t.splitlines()[1] + ",more\n",
        "has a row with another number of columns than its header (line 5)",
    ),
    spoiled("no byte", lambda _: "", "is empty"),
    spoiled("no text", lambda _: "\n\n", "has no readable header"),
    spoiled("random bytes", lambda _: random.Random(1).randbytes(5000), NUL),
    spoiled(
        "random letters",
        lambda _: random.Random(1).randbytes(5000).replace(b"\0", b""),
        "is not text in UTF-8",
    ),
    spoiled("latin-1 in a row", lambda t: f"{t}é{t[1:]}".encode("latin-1"), "is not text in UTF-8"),
    spoiled("latin-1 in the header", lambda t: f"é,{t}".encode("latin-1"), "is not text in UTF-8"),
    spoiled("utf-16", lambda t: t.encode("utf-16"), NUL),
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
        lambda t: t.replace(TOKEN, TOKEN * (LONGEST_CSV_LINE // 4), 1),
        "has a line of more than 16 MiB (line 2)",
    ),
    spoiled("a header too long", lambda t: "x" * (LONGEST_HEADER + 1) + t, "has no readable header"),
    spoiled(
        "too many columns",
        lambda _: ",".join(f"{TOKEN}{at}" for at in range(MOST_COLUMNS + 1)),
        f"has more than {MOST_COLUMNS} columns",
    ),
    packed("gzip cut off", lambda data: gzip.compress(data)[:-9]),
    packed("gzip cut off early", lambda data: gzip.compress(data)[:20]),
    packed("gzip with a flipped byte", lambda data: flipped(gzip.compress(data))),
    packed("no gzip", lambda data: data),
    packed("gzip with more behind it", lambda data: gzip.compress(data) + b"more"),
    parquet("parquet cut off", lambda data: data[:-20]),
    parquet("parquet cut off early", lambda data: data[:50]),
    parquet("no parquet", lambda _: b"PAR1" + random.Random(1).randbytes(200) + b"PAR1"),
    parquet("parquet with a spoiled page", scrambled, "cannot be read to its end"),
    parquet("parquet without a byte", lambda _: b"", "is empty"),
    workbook("workbook cut off", lambda data: data[: len(data) // 2]),
    workbook("no workbook", another_zip),
    workbook("csv called a workbook", lambda _: text("patients").encode("utf-8")),
    workbook("an empty workbook", empty_book, "has no header"),
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
        return gated(folder)

    def find(hostile: Hostile) -> tuple[str, Gated]:
        number, place = divmod(HOSTILE.index(hostile), 6)
        return names[place], delivery(number)

    return find


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda hostile: hostile.about)
def test_a_hostile_file_shuts_the_gate_with_one_readable_reason(
    shut: Callable[[Hostile], tuple[str, Gated]], hostile: Hostile
) -> None:
    table, one = shut(hostile)
    assert [(r.rule, r.message) for r in one.verdict.reasons if r.table == table] == [
        (hostile.rule, f"{table}.{hostile.ending} {hostile.told}")
    ]


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda hostile: hostile.about)
def test_no_cell_of_a_hostile_file_is_told(
    shut: Callable[[Hostile], tuple[str, Gated]], hostile: Hostile
) -> None:
    assert TOKEN not in shut(hostile)[1].told()


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_file_without_a_header_tells_none_of_its_first_row(tmp_path: Path, ending: str) -> None:
    bodies = {f"{table}.csv": text(table).split("\n", 1)[1].replace("\n", ending) for table in TABLES}
    one = gated(write_texts(tmp_path, bodies))
    assert {rule for _, rule in one.reasons()} == {"column_missing"}
    assert {table for table, _ in one.reasons()} == set(TABLES)
    assert TOKEN not in one.told()


def test_a_file_without_a_header_withholds_even_names_that_look_like_columns(tmp_path: Path) -> None:
    one = gated(write_texts(tmp_path, {"patients.csv": "Anna Schmidt,female,mail\nBerta,female,x\n"}))
    assert [column for _, column in (*one.read.extra_columns, *one.read.identifier_columns)] == [
        "column 1 (name withheld)",
        "column 2 (name withheld)",
        "column 3 (name withheld)",
    ]


def test_a_header_repeated_among_the_rows_is_a_refused_row(tmp_path: Path) -> None:
    one = gated(
        write_delivery_of(tmp_path, patients=TINY["patients"] + TINY["patients"].split("\n")[0] + "\n")
    )
    assert one.refused["patients", 4] == ["code_unknown", "date_invalid"]


def test_a_table_cut_off_between_rows_cannot_be_told_from_a_shorter_one(tmp_path: Path) -> None:
    # Whoever wants that seen delivers csv.gz or parquet, which carry their own end.
    shorter = "\n".join(TINY["lab_results"].split("\n")[:3])
    assert problems_of(write_delivery_of(tmp_path, lab_results=shorter)) == []


def test_two_thousand_columns_are_read_past(tmp_path: Path) -> None:
    wide = "\n".join(
        line + "".join(f",extra_{at}" if number == 0 else ",v" for at in range(2000))
        for number, line in enumerate(TINY["patients"].splitlines())
    )
    one = gated(write_delivery_of(tmp_path, patients=wide))
    assert one.verdict.is_open
    assert len(one.read.extra_columns) == 2000


def test_a_long_cell_is_kept_as_it_is(tmp_path: Path) -> None:
    regimen = "x" * 1_000_000
    lines = TINY["therapy_lines"].replace("A,1,made up", f"A,1,{regimen}")
    rows = typed(write_delivery_of(tmp_path, therapy_lines=lines))
    assert rows["therapy_lines"][0][3] == regimen
