"""A file that takes too much to read, or brings its reader down, is unreadable; nothing else stops for it.

Not here: files that are merely broken (`test_hostile_files.py`), or change (`test_changing_files.py`).
"""

from __future__ import annotations

import re
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bpp_etl.errors import BppError, UsageError
from bpp_etl.landing.deliveries import delivery_of
from bpp_etl.reading.apart import read_apart
from bpp_etl.reading.limits import DEFAULTS, GIB, KIB, MIB, Limits, load_limits
from bpp_etl.reading.remembered import ReadDelivery
from tests.faults import bombs
from tests.faults.children import signalled
from tests.faults.hostile_files import TOKEN, parquet_of, text, workbook_of
from tests.support.deliveries import write_delivery_of

TABLE = "lab_results"
Make = Callable[[Path], "bytes | None"]


@dataclass(frozen=True)
class Heavy:
    """A file of one table, the limits that it is read under, and what is said of it."""

    ending: str
    make: Make
    told: str
    limits: Mapping[str, int] = field(default_factory=dict)


def sparse(size: int) -> Make:
    def make(place: Path) -> None:
        place.write_text(text(TABLE), encoding="utf-8")
        with place.open("r+b") as stream:
            stream.truncate(size)

    return make


def long_cell(size: int) -> str:
    return text(TABLE).replace(f"{TOKEN}000000", "x" * size)


SMALL = {"unpacked_free": MIB}
HEAVY: Mapping[str, Heavy] = {
    "a cell at the far corner of a sheet": Heavy(
        "xlsx",
        lambda _: bombs.workbook_with(TABLE, bombs.FAR_CELL),
        "has a sheet of over 50000000 cells to its last one (limit sheet_cells)",
    ),
    "a sparse csv larger than a disk": Heavy(
        "csv", sparse(40 * GIB), "is larger than 32 GiB (limit file_bytes)"
    ),
    "a sparse csv": Heavy("csv", sparse(20 * GIB), "holds a NUL byte, so it is not whole text"),
    "a gzip bomb": Heavy(
        "csv.gz",
        lambda _: bombs.gzip_of(TABLE, 4),
        "unpacks to more than 1 MiB (limit unpacked_ratio)",
        SMALL,
    ),
    "a workbook that is a bomb": Heavy(
        "xlsx",
        lambda _: bombs.workbook_with(TABLE, b" " * (4 * MIB) + b"</sheetData>"),
        "unpacks to more than 1 MiB (limit unpacked_ratio)",
        SMALL,
    ),
    "a bomb beside the sheets": Heavy(
        "xlsx",
        lambda _: bombs.repacked(workbook_of(TABLE), entry=("xl/other.bin", bytes(4 * MIB))),
        "unpacks to more than 1 MiB (limit unpacked_ratio)",
        SMALL,
    ),
    "equal rows of parquet": Heavy(
        "parquet",
        lambda place: bombs.parquet_of_equal_rows(TABLE, 1_000_000, place),
        "unpacks to more than 2 MiB (limit unpacked_ratio)",
        {"unpacked_free": 2 * MIB},
    ),
    "too many rows of parquet": Heavy(
        "parquet", lambda _: parquet_of(TABLE), "has more than 49 rows (limit rows)", {"rows": 49}
    ),
    "too many rows of xlsx": Heavy(
        "xlsx",
        lambda _: bombs.workbook_of_rows(TABLE, 12),
        "has more than 11 rows (limit rows)",
        {"rows": 11},
    ),
    "too many lines of csv": Heavy(
        "csv", lambda _: text(TABLE, 12).encode(), "has more than 11 lines (limit rows)", {"rows": 11}
    ),
    "too many columns of parquet": Heavy(
        "parquet",
        lambda place: bombs.wide_parquet(200, place),
        "has more than 199 columns (limit columns)",
        {"columns": 199},
    ),
    "a long cell of csv": Heavy(
        "csv",
        lambda _: long_cell(64 * KIB + 1).encode(),
        "has a cell of more than 64 KiB (limit cell_bytes)",
    ),
    "a sheet of nothing but beginnings": Heavy(
        "xlsx", lambda _: bombs.workbook_with(TABLE, bombs.MANY_BEGINNINGS), ""
    ),
    "a sheet of nothing but blanks": Heavy(
        "xlsx", lambda _: bombs.workbook_with(TABLE, bombs.MANY_BLANKS), ""
    ),
    "a zip with a wrong checksum": Heavy(
        "xlsx", lambda _: bombs.with_wrong_checksum(workbook_of(TABLE)), "is not a readable xlsx file"
    ),
    "a locked zip": Heavy("xlsx", lambda _: bombs.locked(workbook_of(TABLE)), "is locked by a password"),
    "a zip with a whole path in it": Heavy(
        "xlsx", lambda _: bombs.repacked(workbook_of(TABLE), entry=("/etc/passwd", b"x")), ""
    ),
    "a zip in a zip": Heavy(
        "xlsx",
        lambda _: bombs.repacked(workbook_of(TABLE), entry=("book.xlsx", workbook_of(TABLE))),
        "",
    ),
    "an xpt file cut off": Heavy(
        "xpt",
        lambda _: b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!000000000000000000000000000000  " * 9,
        "is not a readable SAS transport file",
    ),
}


def read(folder: Path, heavy: Heavy) -> ReadDelivery:
    """Read the tiny delivery with a heavy file in the place of one table, as a refresh reads it."""
    place = write_delivery_of(folder, **{TABLE: None}) / f"{TABLE}.{heavy.ending}"
    made = heavy.make(place)
    if made is not None:
        place.write_bytes(made)
    return read_again(place.parent, Limits(**heavy.limits))


def read_again(folder: Path, limits: Limits = DEFAULTS) -> ReadDelivery:
    delivery = delivery_of(folder)
    assert delivery is not None
    scratch = folder.parent.parent
    found = read_apart(scratch / "read.duckdb", delivery, scratch, limits=limits)
    assert {path.name for path in scratch.iterdir()} == {"read.duckdb", delivery.registry}
    return found


def told(found: ReadDelivery) -> list[tuple[str, str, str]]:
    return [(problem.table, problem.rule, problem.message) for problem in found.problems]


@pytest.mark.parametrize("about", HEAVY)
def test_a_heavy_file_is_unreadable_alone_or_is_read(tmp_path: Path, about: str) -> None:
    heavy = HEAVY[about]
    found = read(tmp_path, heavy)
    if heavy.told:
        assert told(found) == [(TABLE, "file_unreadable", f"{TABLE}.{heavy.ending} {heavy.told}")]
    else:
        assert told(found) == []
        assert found.rows[TABLE] == 3
    assert found.rows["patients"] == 3, "the other files are read all the same"


def test_a_file_that_ends_its_reader_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    # The reader of workbooks sets room aside for 17 thousand million cells.
    limits = {"sheet_cells": 1 << 40, "read_memory": GIB}
    found = read(tmp_path, Heavy("xlsx", lambda _: bombs.workbook_with(TABLE, bombs.FAR_CELL), "", limits))
    ((table, rule, message),) = told(found)
    assert (table, rule) == (TABLE, "file_unreadable")
    ends = r"made its reader crash|needs more than 1 GiB of memory to be read \(limit read_memory\)"
    assert re.fullmatch(rf"{TABLE}\.xlsx ({ends})", message)
    assert found.rows["patients"] == 3
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 2 * MIB, "in KiB: none of it was taken here"


def test_a_reader_that_is_killed_once_is_blamed_on_no_file(tmp_path: Path) -> None:
    folder = write_delivery_of(tmp_path)
    with signalled(signal.SIGKILL, once=True):
        found = read_again(folder)
    assert told(found) == []
    assert len(found.rows) == 6


def test_a_reader_that_dies_whatever_it_reads_is_told_in_one_line(tmp_path: Path) -> None:
    folder = write_delivery_of(tmp_path)
    with signalled(signal.SIGSEGV, once=False), pytest.raises(BppError) as error:
        read_again(folder)
    assert error.value.message == "tiny: 2024-12-31 cannot be read: it made its reader crash"
    assert error.value.hint
    assert told(read_again(folder)) == []


def test_a_reader_that_hangs_is_ended(tmp_path: Path) -> None:
    folder = write_delivery_of(tmp_path)
    with signalled(signal.SIGSTOP, once=True):
        found = read_again(folder, Limits(read_seconds=1))
    ((_, rule, message),) = told(found)
    assert rule == "file_unreadable"
    assert re.fullmatch(r"\S+ takes longer than 1 seconds to read \(limit read_seconds\)", message)


def test_the_limits_are_declared_in_one_place_and_an_unknown_one_is_named(tmp_path: Path) -> None:
    project = tmp_path / "pyproject.toml"
    project.write_text('[tool.bpp.limits]\nread_memory = "8 GiB"\nrows = 5\n', encoding="utf-8")
    assert load_limits({}, tmp_path) == Limits(read_memory=8 * GIB, rows=5)
    assert load_limits({"BPP_ROWS": "7"}, tmp_path).rows == 7, "a variable wins"
    assert load_limits({}, tmp_path).digest != DEFAULTS.digest == ""
    for wrong in ('"4 parsecs"', "0", "-1", "true", "1.5", "[]"):
        project.write_text(f"[tool.bpp.limits]\nrows = {wrong}\n", encoding="utf-8")
        with pytest.raises(UsageError, match=r"^rows in \[tool\.bpp\.limits\] is no whole number above 0$"):
            load_limits({}, tmp_path)
    project.write_text("[tool.bpp.limits]\nrowz = 1\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"^\[tool\.bpp\.limits\] has an unknown key: rowz$"):
        load_limits({}, tmp_path)


READING = """
import sys
from pathlib import Path
from bpp_etl.landing.deliveries import delivery_of
from bpp_etl.reading import forks
from bpp_etl.reading.apart import read_apart
forks.start()
folder = Path(sys.argv[1])
print(*(one.process.pid for one in forks._started.values()), flush=True)
read_apart(folder.parent.parent / "read.duckdb", delivery_of(folder), folder.parent.parent)
print("read", flush=True)
sys.stdin.read()
"""
"""A script without a guard around it, such as a notebook is: what it starts must not run it again."""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_process_outlives_the_one_that_started_it(tmp_path: Path, number: int) -> None:
    folder = write_delivery_of(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-c", READING, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        forker = int(process.stdout.readline())
        assert process.stdout.readline() == "read\n"
        assert is_running(forker)
        process.send_signal(number)
    since = time.monotonic()
    while is_running(forker) and time.monotonic() < since + 20:
        time.sleep(0.01)
    assert not is_running(forker)


def is_running(pid: int) -> bool:
    try:
        told = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except FileNotFoundError:
        return False
    return told.rpartition(")")[2].split()[0] != "Z"
