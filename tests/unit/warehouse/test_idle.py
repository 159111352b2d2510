"""One database in memory serves reader after reader, and none sees anything of the one before.

Not here: what is read.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from bpp_etl.errors import DamagedError
from bpp_etl.warehouse import connection
from bpp_etl.warehouse.connection import Connection, attach_read_only, one_value, opened_read_only, shut_off
from bpp_etl.warehouse.idle import close_idle


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Tell of each database that is made, beginning with none that waits."""
    told: list[str] = []
    make = duckdb.connect

    def connect(place: str, **options: object) -> Connection:
        if place == ":memory:":
            told.append(place)
        return make(place, **options)

    close_idle()
    monkeypatch.setattr(connection.duckdb, "connect", connect)
    yield told
    close_idle()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Write a file with a table of one row."""
    path = tmp_path / "one.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("create table kept as select 1 as number")
    return path


def open_files() -> set[str]:
    fds = Path("/proc/self/fd")
    return {str(fd.readlink()) for fd in fds.iterdir() if fd.is_symlink()}


def test_readers_one_after_the_other_share_a_database_and_see_nothing_of_each_other(
    made: list[str], file: Path
) -> None:
    beside = file.with_name("beside.duckdb")
    beside.write_bytes(file.read_bytes())
    with opened_read_only(file) as con:
        attach_read_only(con, beside, "beside")
        con.execute("create temp table mine as select 2 as number")
        con.execute("set threads = 1")
        threads = one_value(con, "select current_setting('threads')")
    assert not open_files() & {str(file), str(beside)}
    with opened_read_only(file) as con:
        names = con.execute("select table_name from duckdb_tables()").fetchall()
        assert names == [("kept",)]
        assert one_value(con, "select number from kept") == 1
        assert threads == 1
        assert one_value(con, "select current_setting('threads')") == os.cpu_count()
    assert made == [":memory:"]


def test_a_file_that_is_put_in_the_place_of_another_is_the_one_that_is_read(
    made: list[str], file: Path
) -> None:
    other = file.with_name("other.duckdb")
    with duckdb.connect(str(other)) as con:
        con.execute("create table kept as select 7 as number")
    with opened_read_only(file) as con:
        assert one_value(con, "select number from kept") == 1
    os.replace(other, file)  # noqa: PTH105
    with opened_read_only(file) as con:
        assert one_value(con, "select number from kept") == 7
    assert len(made) == 1


def test_readers_at_once_have_a_database_each(made: list[str], file: Path) -> None:
    with opened_read_only(file) as con, opened_read_only(file) as beside:
        assert one_value(con, "select number from kept") == one_value(beside, "select number from kept")
    with opened_read_only(file):
        assert len(made) == 2


def test_a_database_that_was_shut_off_or_that_an_error_came_out_of_is_not_used_again(
    made: list[str], file: Path, tmp_path: Path
) -> None:
    with opened_read_only(file) as con:
        shut_off(con)
    broken = tmp_path / "broken.duckdb"
    broken.write_bytes(b"no database at all" * 300)
    with pytest.raises(DamagedError), opened_read_only(broken):
        pass
    with pytest.raises(KeyError), opened_read_only(file):
        raise KeyError
    with opened_read_only(file) as con:
        assert one_value(con, "select number from kept") == 1
    assert len(made) == 4


def test_what_has_spilled_into_one_folder_is_made_anew_for_another(
    made: list[str], file: Path, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    other = tmp_path / "elsewhere" / "other.duckdb"
    other.write_bytes(file.read_bytes())
    with opened_read_only(file) as con:
        con.execute("set memory_limit = '20MB'")
        con.execute("create temp table much as select range as a, hash(range) as b from range(4000000)")
        assert (tmp_path / ".duckdb_spill").is_dir()
    with opened_read_only(other) as con:
        assert one_value(con, "select number from kept") == 1
        assert one_value(con, "select current_setting('temp_directory')") == str(
            other.parent / ".duckdb_spill"
        )
